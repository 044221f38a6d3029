/** @file Tables of mistakes with the whole message of each. Imports the package. */
import { expect, it } from 'vitest'
import { TapegradError } from '../../src/index.ts'

/** One test per row: what is wrong, a call, and its message. */
export const check = (rows: [string, () => unknown, string][]): void => {
  it.each(rows)('%s', (_, run, message) => {
    expect(run).toThrow(TapegradError)
    expect(run).toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`))
  })
}
