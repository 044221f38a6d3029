/** @file Which known mistake gives what a student's formulas give. Imports closed-form.ts, mistakes.ts and arrays.ts. */
import { largestOf, type Rows } from './arrays.ts'
import { above, type DeltaInputs, type Formulas, type Pass, type Problem, RIGHT } from './closed-form.ts'
import { BUGS, type Bug, formulasWith } from './mistakes.ts'
import type { Quantity } from './rows.ts'

/** What a formula of a student's own computes. */
export type Graded = 'delta' | 'dW' | 'db'

export const isGraded = (quantity: Quantity): quantity is Graded =>
  quantity === 'delta' || quantity === 'dW' || quantity === 'db'

/**
 * The mistakes that explain the first wrong answer, of layer l (from 0) and sample s: they give it, and wherever else the
 * student's answers are wrong, those too. NaN in an answer, from an index that leads out of an array, is left out of the
 * comparison; where nothing else is in it, as when W is not square and read transposed, the student's delta is asked
 * again with a W that is square.
 */
export function recognise(
  quantity: Graded,
  l: number,
  s: number,
  problem: Problem,
  truth: Pass,
  own: Formulas,
): Bug[] {
  const answers = (formulas: Formulas): (readonly number[])[][] =>
    problem.layers.map((_, k) =>
      truth.layers[k]!.z.map((_, t) => answerOf(formulas, quantity, k, t, problem, truth)),
    )
  const right = answers(RIGHT)
  const given = answers(own)
  const found = BUGS.filter((bug) => {
    const formulas = formulasWith(bug, problem)
    if (formulas === null) return false
    const wrong = answers(formulas)
    // A mistake that changes nothing here explains nothing, nor do zeros, which many make.
    if (wrong[l]![s]!.every((value) => value === 0)) return false
    if (alike(wrong[l]![s]!, right[l]![s]!) || !alike(given[l]![s]!, wrong[l]![s]!)) return false
    const explained = (row: readonly number[], k: number, t: number): boolean =>
      row.every(Number.isNaN) || alike(row, wrong[k]![t]!, LOOSE) || alike(row, right[k]![t]!, LOOSE)
    return given.every((rows, k) => rows.every((row, t) => explained(row, k, t)))
  })
  if (found.length > 0 || quantity !== 'delta' || l === problem.layers.length - 1) return found
  return BUGS.filter((bug) => {
    const formulas = formulasWith(bug, problem)
    if (formulas === null) return false
    const [wrong, plain, answer] = [formulas, RIGHT, own].map((f) => onSquare(f, l, s, truth)) as Rows[]
    return !alike(wrong![0]!, plain![0]!) && alike(answer![0]!, wrong![0]!)
  })
}

/** What the formulas make of the right values. Delta begins with what comes back: the loss is part of it at the output. */
function answerOf(
  formulas: Formulas,
  quantity: Graded,
  l: number,
  sample: number,
  problem: Problem,
  truth: Pass,
): readonly number[] {
  const { z, n, fPrime, delta } = truth.layers[l]!
  const own = { z: z[sample]!, n: n[sample]!, sample }
  if (quantity === 'delta') {
    const last = l === problem.layers.length - 1
    const { W, deltas } = above(problem, truth, l, formulas.slope)
    const inputs: DeltaInputs = { ...own, W, deltaNext: deltas[sample]!, last }
    return formulas.delta(l + 1, inputs, formulas.backprop(l + 1, inputs), fPrime[sample]!)
  }
  const below: Rows = l === 0 ? problem.inputs : truth.layers[l - 1]!.n
  const inputs = { ...own, delta: delta[sample]!, input: below[sample]! }
  if (quantity === 'dW') return formulas.weightGradient(l + 1, inputs).flat()
  return problem.layers[l]!.bias === null ? [] : formulas.biasGradient(l + 1, inputs)
}

/** The delta of a hidden layer under as many neurons as it has, with made-up weights. */
function onSquare(formulas: Formulas, l: number, sample: number, truth: Pass): Rows {
  const { z, n, fPrime } = truth.layers[l]!
  const size = n[sample]!.length
  const W = Array.from({ length: size }, (_, k) =>
    Array.from({ length: size }, (_, j) => Math.sin(1 + 3 * k + 7 * j)),
  )
  const deltaNext = Array.from({ length: size }, (_, k) => Math.cos(3 * k))
  const inputs: DeltaInputs = { z: z[sample]!, n: n[sample]!, W, deltaNext, last: false, sample }
  return [formulas.delta(l + 1, inputs, formulas.backprop(l + 1, inputs), fPrime[sample]!)]
}

/** How far answers may be apart, relative to the largest: a student's n (1 - n) has fewer digits than f(z) f(-z). */
const CLOSE = 1e-6
/** The same, away from the answer in question. */
const LOOSE = 1e-3

/** Whether the numbers of an answer, NaN left out, are those expected; and whether there are any. */
function alike(answer: readonly number[], expected: readonly number[], tolerance = CLOSE): boolean {
  const told = answer.map((_, i) => i).filter((i) => !Number.isNaN(answer[i]))
  const size = largestOf([answer.filter(Number.isFinite), expected.filter(Number.isFinite)])
  return (
    told.length > 0 &&
    told.every(
      (i) => Object.is(answer[i]!, expected[i]!) || Math.abs(answer[i]! - expected[i]!) <= tolerance * size,
    )
  )
}
