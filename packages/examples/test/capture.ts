/** @file A terminal for tests, which keeps what is printed; and what the READMEs say is printed. */
import { readFileSync } from 'node:fs'
import { type Terminal, terminalOn } from '../common/terminal.ts'

export interface Captured {
  readonly terminal: Terminal
  text(): string
}

export function capture(columns = 120, env: Record<string, string> = {}, isTTY = false): Captured {
  const written: string[] = []
  const stream = { isTTY, columns, write: (text: string) => written.push(text) }
  return { terminal: terminalOn(stream, env), text: () => written.join('') }
}

/** Lines wider than this, of a text without colours. */
export const tooWide = (text: string, width: number): string[] =>
  text.split('\n').filter((line) => [...line].length > width)

/** The lines of output that the README of an example shows. */
export function shownOutput(example: string): string[] {
  const readme = readFileSync(new URL(`../${example}/README.md`, import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map((match) => match[1]!)
  return blocks.flatMap((block) => block.trimEnd().split('\n')).filter((line) => line.trim() !== '...')
}
