/**
 * @file fast-check where it is installed: only the arbitraries need it, so that its absence must not keep anyone from
 * the rest of this entry. Imports errors.ts, and fast-check if there is one.
 */
import { TapegradError } from '../errors.ts'

type FastCheck = typeof import('fast-check')

let reason: unknown
const loaded: FastCheck | null = await import('fast-check').catch((error: unknown) => {
  reason = error
  return null
})

/** fast-check, or an error of `op` that says how to get it. */
export function fastCheck(op: string): FastCheck {
  if (loaded !== null) return loaded
  throw new TapegradError(
    op,
    'needs fast-check, which could not be imported; install it with npm install --save-dev fast-check',
    { cause: reason },
  )
}
