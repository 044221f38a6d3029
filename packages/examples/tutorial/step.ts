/** @file What a step of the tutorial is, and what it writes to. Imports common/ (types only). */
import type { Terminal } from '../common/terminal.ts'

/** What a step writes to. */
export interface Page {
  readonly terminal: Terminal
  /** Saves a figure as NAME.svg in the folder of figures and prints where. */
  figure(name: string, svg: string): void
}

export interface Step {
  readonly title: string
  /** The section has only a heading in the tutorial, or is not there: this step is our own. */
  readonly ours: boolean
  run(page: Page): void | Promise<void>
}
