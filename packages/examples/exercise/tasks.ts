/** @file The exercises: what to derive, and what wrong answers give away. Imports nn (types only). */
import type { DeltaInputs, GradientInputs } from '@tapegrad/nn'

type Answer = readonly number[]

/** An answer that is wrong in a way that can be named. */
export interface Guess {
  readonly text: string
  readonly answer: (inputs: never) => Answer
}

export interface Task {
  readonly title: string
  /** The function that the file must export. */
  readonly exported: 'biasGradient' | 'delta'
  /** The rows of the ledger that it fills. */
  readonly quantity: 'db' | 'delta'
  /** What is to be derived, paragraph by paragraph. */
  readonly statement: readonly string[]
  readonly template: string
  readonly solution: string
  readonly loadSolution: () => Promise<object>
  /** Besides the mistakes that the ledger knows. */
  readonly guesses: readonly Guess[]
}

const biasGuess = (text: string, answer: (inputs: GradientInputs) => Answer): Guess => ({ text, answer })
const deltaGuess = (text: string, answer: (inputs: DeltaInputs) => Answer): Guess => ({ text, answer })
const total = (values: Answer): number => values.reduce((a, b) => a + b, 0)
const ZERO = 'it is 0 everywhere: then this layer would never learn'

export const TASKS = {
  bias: {
    title: 'Exercise 1: the gradient of the biases',
    exported: 'biasGradient',
    quantity: 'db',
    statement: [
      'A layer computes z(k) = W(k) n(k-1) + b(k) and n(k) = f(z(k)). Suppose that its error term δ(k) = dL/dz(k) is known.',
      'For a weight, the chain rule goes through the one z that it enters: dL/dwᵢⱼ = dL/dzᵢ · dzᵢ/dwᵢⱼ = δᵢ nⱼ.',
      'Derive dL/db(k) in the same way. Which z does bᵢ enter, and what is the derivative of that z by it?',
      'Your function gets one sample at a time; what the samples of a batch give is added up by the ledger.',
    ],
    template: 'bias.ts',
    solution: 'bias-solution.ts',
    loadSolution: () => import('./bias-solution.ts'),
    guesses: [
      biasGuess(ZERO, ({ delta }) => delta.map(() => 0)),
      biasGuess('the sign is wrong', ({ delta }) => delta.map((d) => -d)),
      biasGuess('it is δ times n of the same neuron: dz/db is 1, not n', ({ delta, n }) =>
        delta.map((d, i) => d * n[i]!),
      ),
      biasGuess('it is δ times z: dz/db is 1, not z', ({ delta, z }) => delta.map((d, i) => d * z[i]!)),
      biasGuess('it is δ times the first input: dz/db is 1, not n of the layer below', ({ delta, input }) =>
        delta.map((d) => d * input[0]!),
      ),
      biasGuess('δ is summed over the neurons: each neuron has a bias of its own', ({ delta }) =>
        delta.map(() => total(delta)),
      ),
    ],
  },
  delta: {
    title: 'Exercise 2: the error term',
    exported: 'delta',
    quantity: 'delta',
    statement: [
      "Layer k computes n(k) = f(z(k)), and the layer above z(k+1) = W(k+1) n(k) + b(k+1). f is the logistic function, so f' = f (1 - f). Suppose that δ(k+1) = dL/dz(k+1) is known.",
      'Derive δ(k) = dL/dz(k). Through which neurons of the layer above does nⱼ(k) act on the loss?',
      'Your function is called for the output layer too. There the loss plays the layer above: W is the identity, and deltaNext is dL/dn.',
    ],
    template: 'delta.ts',
    solution: 'delta-solution.ts',
    loadSolution: () => import('./delta-solution.ts'),
    guesses: [
      deltaGuess(ZERO, ({ z }) => z.map(() => 0)),
      deltaGuess('it is dn/dz alone: what comes back from the layer above is missing', ({ n }) =>
        n.map((value) => value * (1 - value)),
      ),
      deltaGuess("f' is taken twice", ({ n, W, deltaNext }) =>
        n.map((value, j) => (value * (1 - value)) ** 2 * total(deltaNext.map((d, i) => d * W[i]![j]!))),
      ),
    ],
  },
} as const satisfies Record<string, Task>
