/** @file A terminal for tests: keeps what is printed. */
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
