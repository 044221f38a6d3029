/** @file The exercises: what to derive, and what is said of answers. Imports guesses.ts and the solutions. */
import * as biasSolution from './bias-solution.ts'
import * as deltaSolution from './delta-solution.ts'
import { type Answer, BIAS_GUESSES, DELTA_GUESSES, type Guess } from './guesses.ts'

export interface Task {
  readonly title: string
  /** The function that the file must export. */
  readonly exported: 'biasGradient' | 'delta'
  /** The rows of the ledger that it fills, and what they are called. */
  readonly quantity: 'db' | 'delta'
  readonly symbol: string
  /** What is to be derived, paragraph by paragraph. */
  readonly statement: readonly string[]
  readonly template: string
  /** The file of a solution, and what it exports. */
  readonly solution: string
  readonly solved: object
  readonly right: (inputs: never) => Answer
  /** Besides the mistakes that the ledger knows. */
  readonly guesses: readonly Guess[]
  /** What is said of a right answer. */
  readonly praise: string
}

export const TASKS = {
  bias: {
    title: 'Exercise 1: the gradient of the biases',
    exported: 'biasGradient',
    quantity: 'db',
    symbol: 'dL/db',
    statement: [
      'A layer computes z(k) = W(k) n(k-1) + b(k) and n(k) = f(z(k)). Suppose that its error term δ(k) = dL/dz(k) is known.',
      'For a weight, the chain rule goes through the one z that it enters: dL/dwᵢⱼ = dL/dzᵢ · dzᵢ/dwᵢⱼ = δᵢ nⱼ.',
      'Derive dL/db(k) in the same way. Which z does bᵢ enter, and what is the derivative of that z by it?',
      'Your function gets one sample at a time; what the samples of a batch give is added up by the ledger.',
    ],
    template: 'bias.ts',
    solution: 'bias-solution.ts',
    solved: biasSolution,
    right: (inputs) => biasSolution.biasGradient(0, inputs),
    guesses: BIAS_GUESSES,
    praise:
      'dL/db(k) = δ(k): bᵢ enters zᵢ alone, and dzᵢ/dbᵢ = 1. Where δ(k) comes from is exercise 2: --task delta.',
  },
  delta: {
    title: 'Exercise 2: the error term',
    exported: 'delta',
    quantity: 'delta',
    symbol: 'δ',
    statement: [
      "Layer k computes n(k) = f(z(k)), and the layer above z(k+1) = W(k+1) n(k) + b(k+1). f is the logistic function, so f' = f (1 - f). Suppose that δ(k+1) = dL/dz(k+1) is known.",
      'Derive δ(k) = dL/dz(k). Through which neurons of the layer above does nⱼ(k) act on the loss?',
      'Your function is called for the output layer too. There the loss plays the layer above: W is the identity, and deltaNext is dL/dn.',
    ],
    template: 'delta.ts',
    solution: 'delta-solution.ts',
    solved: deltaSolution,
    right: (inputs) => deltaSolution.delta(0, inputs),
    guesses: DELTA_GUESSES,
    praise:
      "δ(k) = f'(z(k)) ⊙ (W(k+1)ᵀ δ(k+1)), with ⊙ element by element. docs/backprop.md goes on: other losses, and a batch.",
  },
} as const satisfies Record<string, Task>
