/** @file The well-known mistakes of backpropagation, as formulas: to be injected, and to be recognised. Imports closed-form.ts. */
import { sum } from './arrays.ts'
import { type Formulas, type Problem, RIGHT } from './closed-form.ts'

/** A mistake that people make. */
interface Mistake {
  /** What is wrong, as a clause: `f'(z) is missing`. */
  readonly text: string
  /** The formulas that it changes; null where it cannot be made in this network with this loss. */
  readonly formulas: (problem: Problem) => Partial<Formulas> | null
}

/** A forgotten factor of the loss makes it, and its slope, larger. */
const growing = (factor: number): Partial<Formulas> => {
  const grow = (right: number): number => factor * right
  return { loss: grow, slope: grow }
}

const MISTAKES = {
  'drop-derivative': {
    text: "the factor f'(z) is missing",
    formulas: () => ({ delta: (_layer, _inputs, backprop) => backprop }),
  },
  'transpose-weights': {
    text: 'W stands where its transpose belongs',
    formulas: () => ({
      // Of a matrix that is not square this reads the rows where the columns should be, as a reshape does.
      backprop(_, { W, deltaNext }) {
        const flat = W.flat()
        return W[0]!.map((_, j) => sum(deltaNext.map((d, k) => flat[j * W.length + k]! * d)))
      },
    }),
  },
  'assign-for-add': {
    text: '= stands for +=: of a sum over neurons or samples only the last term is left',
    formulas: () => ({
      backprop: (_, { W, deltaNext }) => W.at(-1)!.map((w) => w * deltaNext.at(-1)!),
      overBatch: (parts) => parts.at(-1)!,
    }),
  },
  'forget-half': {
    text: 'the ½ of the loss is forgotten, so that everything is twice too large',
    formulas: ({ loss: { half } }) => (half === 1 ? null : growing(half)),
  },
  'forget-mean': {
    text: 'the 1/N of the mean is forgotten, so that everything is N times too large',
    formulas: ({ loss: { mean } }) => (mean === 1 ? null : growing(mean)),
  },
  'stale-gradients': {
    text: 'the gradients of an earlier pass over the same batch were not set to zero and count again',
    formulas: () => ({ overBatch: (parts) => 2 * sum(parts) }),
  },
  'output-for-derivative': {
    text: "f(z) stands where f'(z) belongs",
    formulas: () => ({ delta: (_, { n }, backprop) => backprop.map((g, i) => g * n[i]!) }),
  },
  'derivative-of-output': {
    text: "f' is taken at n = f(z) instead of at z",
    formulas: ({ layers }) => ({
      delta(layer, { n }, backprop) {
        const slopes = layers[layer - 1]!.activation.derivatives(n)
        return backprop.map((g, i) => g * slopes[i]!)
      },
    }),
  },
  'wrong-sign': {
    text: 'the sign is wrong: y - ŷ for ŷ - y',
    formulas: () => ({ slope: (right) => -right }),
  },
  'drop-weights': {
    text: 'the weights W of the layer above are missing',
    formulas: () => ({
      backprop: (_, { W, deltaNext }) => W[0]!.map((_, j) => deltaNext[j % deltaNext.length]!),
    }),
  },
  'output-for-input': {
    text: 'n of this layer stands where n of the layer below belongs',
    formulas: () => ({
      weightGradient: (_, { delta, input, n }) => delta.map((d) => input.map((_, j) => d * n[j % n.length]!)),
    }),
  },
  'inputs-in-bias': {
    text: 'the bias is treated like a weight: dz/db is 1, not the input',
    formulas: () => ({ biasGradient: (_, { delta, input }) => delta.map((d) => d * sum(input)) }),
  },
  'bias-in-bias': {
    text: 'delta is multiplied by the bias: dz/db is 1, not b',
    formulas: ({ layers }) => ({
      biasGradient: (layer, { delta }) => delta.map((d, i) => d * layers[layer - 1]!.bias![i]!),
    }),
  },
  'delta-missing': {
    text: 'delta is missing: dz/db is 1, but dL/db is delta times that',
    formulas: () => ({ biasGradient: (_, { delta }) => delta.map(() => 1) }),
  },
} as const satisfies Record<string, Mistake>

/** A mistake that `ledger` can make, and recognise. */
export type Bug = keyof typeof MISTAKES

/** Their names. */
export const BUGS = /* @__PURE__ */ Object.keys(MISTAKES) as readonly Bug[]

/** What is wrong, in words. */
export const explanationOf = (bug: Bug): string => MISTAKES[bug].text

/** All formulas, those changed by the mistake among them; null where it cannot be made. */
export function formulasWith(bug: Bug, problem: Problem): Formulas | null {
  const changed = (MISTAKES[bug] as Mistake).formulas(problem)
  return changed && { ...RIGHT, ...changed }
}
