/** @file Mistakes and their messages: tables with the whole message of each, and the error itself. Imports the package. */
import { expect, it } from 'vitest'
import { TapegradError } from '../../src/index.ts'

/** One test per row: what is wrong, a call, and its message. */
export const check = (rows: [string, () => unknown, string][]): void => {
  it.each(rows)('%s', (_, run, message) => {
    expect(run).toThrow(TapegradError)
    expect(run).toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`))
  })
}

/** The TapegradError that `f` throws; anything else that it does fails the test. */
export function errorOf(f: () => unknown): TapegradError {
  try {
    f()
  } catch (error) {
    if (error instanceof TapegradError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** The message of the TapegradError that `f` throws. */
export const messageOf = (f: () => unknown): string => errorOf(f).message
