/** @file What gradcheck can be asked for. Imports errors.ts and report.ts. */
import { describe, fail } from '../errors.ts'
import type { GradcheckMode } from './report.ts'

export interface GradcheckOptions {
  /** Ways to differentiate: both, where the function allows forward mode, unless told. */
  readonly modes?: readonly GradcheckMode[]
  /** 2 also checks the derivative of the gradient: of x -> vjp(f, x)(cotangent) for a fixed random cotangent. Default 1. */
  readonly order?: 1 | 2
  /**
   * 'auto' (default) chooses the steps by their estimated errors. A number is the distance of the nine points around each
   * element from which its derivative is extrapolated; kinks are not told then.
   */
  readonly eps?: 'auto' | number
  /** Error allowed relative to the largest gradient of the same input. Default 1e-6. */
  readonly rtol?: number
  /** Instead of each element, this many random directions of length 1 in each input: for large inputs. */
  readonly directions?: number
  /** Verdicts that do not count against `ok`. */
  readonly allow?: readonly 'kink'[]
}

/** The options with their defaults; `modes` null stands for those that f supports. */
export interface Settings {
  readonly modes: readonly GradcheckMode[] | null
  readonly order: 1 | 2
  readonly eps: 'auto' | number
  readonly rtol: number
  readonly directions: number | null
  readonly allow: readonly 'kink'[]
}

export const MODES: readonly GradcheckMode[] = ['reverse', 'forward']

/** Throws where an option is unknown or makes no sense. */
export function checkOptions(options: GradcheckOptions): Settings {
  if (typeof options !== 'object' || options === null)
    fail('gradcheck', `the options must be an object, got ${describe(options)}`)
  const { modes, order = 1, eps = 'auto', rtol = 1e-6, directions, allow = [] } = options
  const known = ['modes', 'order', 'eps', 'rtol', 'directions', 'allow']
  for (const key of Object.keys(options))
    if (!known.includes(key))
      fail('gradcheck', `unknown option ${describe(key)}; the options are ${known.join(', ')}`)
  if (
    modes !== undefined &&
    !(Array.isArray(modes) && modes.length > 0 && modes.every((m) => MODES.includes(m)))
  )
    fail('gradcheck', `modes must be an array of 'reverse' and 'forward', got ${describe(modes)}`)
  if (order !== 1 && order !== 2) fail('gradcheck', `order must be 1 or 2, got ${describe(order)}`)
  if (eps !== 'auto' && !isPositive(eps))
    fail('gradcheck', `eps must be 'auto' or a number above 0, got ${describe(eps)}`)
  if (!isPositive(rtol)) fail('gradcheck', `rtol must be a number above 0, got ${describe(rtol)}`)
  if (directions !== undefined && !(Number.isInteger(directions) && directions > 0))
    fail('gradcheck', `directions must be a whole number above 0, got ${describe(directions)}`)
  if (!Array.isArray(allow) || allow.some((verdict) => verdict !== 'kink'))
    fail('gradcheck', `allow may name 'kink' alone, as in allow: ['kink'], got ${describe(allow)}`)
  return { modes: modes ?? null, order, eps, rtol, directions: directions ?? null, allow }
}

const isPositive = (x: unknown): x is number => typeof x === 'number' && Number.isFinite(x) && x > 0
