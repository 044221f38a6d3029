/** @file Answers that are wrong in a way that can be named. Imports nn (types only). */
import type { DeltaInputs, GradientInputs } from '@tapegrad/nn'

export type Answer = readonly number[]

/** A mistake that the ledger does not know, and what it gives. */
export interface Guess {
  readonly text: string
  readonly answer: (inputs: never) => Answer
}

const biasGuess = (text: string, answer: (inputs: GradientInputs) => Answer): Guess => ({ text, answer })

const total = (values: Answer): number => values.reduce((a, b) => a + b, 0)
const fPrime = (n: number): number => n * (1 - n)
const ZERO = 'it is 0 everywhere: then this layer would never learn'

export const BIAS_GUESSES: readonly Guess[] = [
  biasGuess(ZERO, ({ delta }) => delta.map(() => 0)),
  biasGuess('the sign is flipped', ({ delta }) => delta.map((d) => -d)),
  biasGuess("it is δ times f'(z): δ is dL/dz, which has its f' already", ({ delta, n }) =>
    delta.map((d, i) => d * fPrime(n[i]!)),
  ),
  biasGuess('it is δ times n of the same neuron: dz/db is 1, not n', ({ delta, n }) =>
    delta.map((d, i) => d * n[i]!),
  ),
  biasGuess('it is δ times z: dz/db is 1, not z', ({ delta, z }) => delta.map((d, i) => d * z[i]!)),
  biasGuess('it is δ times the first input: dz/db is 1, not n of the layer below', ({ delta, input }) =>
    delta.map((d) => d * input[0]!),
  ),
  biasGuess(
    'it is δ times the input with the same number: dz/db is 1, not n of the layer below',
    ({ delta, input }) => delta.map((d, i) => d * (input[i] ?? Number.NaN)),
  ),
  biasGuess('δ is summed over the neurons: each neuron has a bias of its own', ({ delta }) =>
    delta.map(() => total(delta)),
  ),
]

/** From dL/dn, n and z of one neuron, and its number. */
type OfNeuron = (back: number, n: number, z: number, j: number) => number

const deltaGuess = (text: string, ofNeuron: (inputs: DeltaInputs) => OfNeuron): Guess => ({
  text,
  answer(inputs: DeltaInputs) {
    const { z, n, W, deltaNext } = inputs
    const one = ofNeuron(inputs)
    return n.map((value, j) => one(total(deltaNext.map((d, i) => d * W[i]![j]!)), value, z[j]!, j))
  },
})

export const DELTA_GUESSES: readonly Guess[] = [
  deltaGuess(ZERO, () => () => 0),
  deltaGuess(
    'the sign of your δ is flipped: deltaNext already has the sign',
    () => (back, n) => -back * fPrime(n),
  ),
  deltaGuess('it is dn/dz alone: what comes back from the layer above is missing', () => (_, n) => fPrime(n)),
  deltaGuess("f' is taken twice", () => (back, n) => back * fPrime(n) ** 2),
  deltaGuess(
    "z (1 - z) stands for f': f' = f (1 - f), and f(z) is n",
    () => (back, _, z) => back * fPrime(z),
  ),
  deltaGuess("1 - n² stands for f': that is tanh's", () => (back, n) => back * (1 - n * n)),
  deltaGuess("f' is added: the chain rule multiplies", () => (back, n) => back + fPrime(n)),
  deltaGuess(
    'deltaNext[j] stands for the sum over the layer above: neuron j acts on all of its neurons, by the weights W[i][j]',
    ({ deltaNext }) =>
      (_, n, __, j) =>
        fPrime(n) * (deltaNext[j] ?? Number.NaN),
  ),
  deltaGuess(
    'deltaNext is summed without the weights: neuron j acts on neuron i above by W[i][j]',
    ({ deltaNext }) =>
      (_, n) =>
        fPrime(n) * total(deltaNext),
  ),
]

/** What an answer may be off by, neuron by neuron. */
export const FACTORS: readonly { readonly text: string; readonly of: (n: number, z: number) => number }[] = [
  { text: "f'(z)", of: fPrime },
  { text: 'n', of: (n) => n },
  { text: '1 - n', of: (n) => 1 - n },
  { text: 'z', of: (_, z) => z },
  { text: "1 / f'(z)", of: (n) => 1 / fPrime(n) },
  { text: '1 / n', of: (n) => 1 / n },
  { text: '1 / (1 - n)', of: (n) => 1 / (1 - n) },
]
