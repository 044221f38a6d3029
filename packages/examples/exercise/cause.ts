/** @file Why an answer is wrong: the mistake that gives what a student's function gave, in all networks. Imports nn (types only) and guesses.ts. */
import type { FirstWrong } from '@tapegrad/nn'
import { type Answer, FACTORS, type Guess } from './guesses.ts'

/** One call of the student's function. */
export interface Call {
  readonly layer: number
  readonly inputs: { readonly z: Answer; readonly n: Answer; readonly sample: number }
  /** NaN where the function threw. */
  readonly answer: Answer
  /** What it should have been, from the same inputs. */
  readonly right: Answer
}

/** The cause in words; null when nothing known gives all the wrong answers. */
export function causeOf(
  guesses: readonly Guess[],
  calls: readonly Call[],
  firsts: readonly FirstWrong[],
): string | null {
  // What a wrong value has spread into says no more than that value.
  const wrong = calls.filter(({ answer, right }) => right.every(Number.isFinite) && !alike(answer, right))
  if (wrong.length === 0) return null
  const gives = (answer: (call: Call) => Answer): boolean =>
    wrong.every((call) => alike(call.answer, answer(call)))

  const guess = guesses.find((each) => gives(({ inputs }) => each.answer(inputs as never)))
  if (guess !== undefined) return guess.text
  const known = ledgerCause(firsts)
  if (known !== null) return known
  const factor = FACTORS.find(({ of }) =>
    gives(({ inputs, right }) => right.map((value, i) => value * of(inputs.n[i]!, inputs.z[i]!))),
  )
  if (factor !== undefined) return `each wrong value is off by the factor ${factor.text} of its neuron`
  return constantFactor(wrong)
}

/** What the ledgers of all networks agree on. */
function ledgerCause(firsts: readonly FirstWrong[]): string | null {
  const sure = firsts.find(({ bugs }) => bugs.every((bug) => firsts.every((one) => one.bugs.includes(bug))))
  return sure?.cause ?? null
}

/** One factor between all wrong values and what they should be. */
function constantFactor(wrong: readonly Call[]): string | null {
  const ratios = wrong.flatMap(({ answer, right }) =>
    ratiosOf(answer, right).filter((_, i) => !alike([answer[i]!], [right[i]!])),
  )
  const [first = Number.NaN] = ratios
  if (!ratios.every((ratio) => alike([ratio], [first])) || !Number.isFinite(first)) return null
  return `all wrong values are off by the factor ${Number(first.toPrecision(4))}`
}

/** Given / expected, neuron by neuron. */
export const ratiosOf = (given: Answer, expected: Answer): number[] =>
  given.map((value, i) => value / expected[i]!)

/** Relative to the largest value: an n (1 - n) of a student's has fewer digits than f(z) f(-z). */
const CLOSE = 1e-6

function alike(a: Answer, b: Answer): boolean {
  const size = Math.max(...[...a, ...b].filter(Number.isFinite).map(Math.abs))
  return (
    a.length === b.length &&
    a.every((value, i) => Object.is(value, b[i]!) || Math.abs(value - b[i]!) <= CLOSE * size)
  )
}
