/** @file The command line of an example: flags, their checks, and errors as one line. Imports terminal.ts. */
import { TapegradError } from '@tapegrad/core'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import type { Terminal } from './terminal.ts'

/** What an example exports from its main.ts. */
export type Example = (flags: readonly string[], terminal: Terminal) => void | Promise<void>

/** A mistake of the person at the keyboard, or in their file: shown as one line, without a stack. */
export class UserError extends Error {}

/** A command line whose help goes to the terminal and whose mistakes are thrown. Add options, then `readFlags`. */
export function commandLine(name: string, about: string, terminal: Terminal): Command {
  return new Command(`pnpm example ${name}`)
    .description(about)
    .usage('[flags]')
    .helpOption('-h, --help', 'show this help')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.width,
    })
}

/** What the help calls the default of a flag, where its value would say nothing to a reader, as a whole path does. */
export function describeDefault(command: Command, long: string, text: string): void {
  command.options.find((option) => option.long === long)!.defaultValueDescription = text
}

/** The values of the flags; null when help was asked for and shown. */
export function readFlags<Flags extends object>(command: Command, flags: readonly string[]): Flags | null {
  try {
    command.parse(flags, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return null
    const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n')
    throw new UserError([first, ...more].join(' ').trim())
  }
  return command.opts<Flags>()
}

/** Reads a whole number of at least `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Use a whole number of at least ${least}.`)
    return value
  }

/** Reads a finite number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Use a number above 0.')
  return value
}

/** Reads the name of a file. */
export function fileName(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Name a file.')
  return text
}

/** Runs an example; a mistake of the user becomes one line on `errors`. Returns the exit code. */
export async function runExample(
  name: string,
  example: Example,
  flags: readonly string[],
  terminal: Terminal,
  errors: (line: string) => void,
): Promise<0 | 1> {
  try {
    await example(flags, terminal)
    return 0
  } catch (error) {
    // Anything else is a bug: it keeps its stack.
    if (!(error instanceof UserError || error instanceof TapegradError)) throw error
    errors(`${name}: ${error.message.replace(/\s*\n\s*/g, ' ')}`)
    return 1
  }
}
