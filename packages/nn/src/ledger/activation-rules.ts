/** @file Activations in closed form: the function and its derivative, each with its formula. Imports core, the activation layers and format.ts. */
import { grad, sum, type Tensor, tensor } from '@tapegrad/core/ops'
import type { Layer } from '../layer.ts'
import { ReLU, Sigmoid, Tanh } from '../layers/activations.ts'
import { factor, short } from './format.ts'

/** What stands between z and n: f, f' and how both are written, in general and with the number of neuron i filled in. */
export interface ActivationRule {
  readonly name: string
  /** f of each element. */
  values(z: readonly number[]): number[]
  /** f' of each element. */
  derivatives(z: readonly number[]): number[]
  readonly formula: string
  readonly derivativeFormula: string
  numbers(z: readonly number[], i: number): string
  derivativeNumbers(z: readonly number[], i: number): string
}

interface ScalarWords {
  readonly name: string
  readonly formula: string
  readonly derivativeFormula: string
  numbers(z: number): string
  derivativeNumbers(z: number): string
}

/** A rule from functions of one number. */
function scalarRule(
  f: (z: number) => number,
  derivative: (z: number) => number,
  words: ScalarWords,
): ActivationRule {
  return {
    ...words,
    values: (z) => z.map(f),
    derivatives: (z) => z.map(derivative),
    numbers: (z, i) => words.numbers(z[i]!),
    derivativeNumbers: (z, i) => words.derivativeNumbers(z[i]!),
  }
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))

const SIGMOID = /* @__PURE__ */ scalarRule(
  sigmoid,
  // Not f (1 - f): near 1 that loses as many digits as f has nines.
  (z) => sigmoid(z) * sigmoid(-z),
  {
    name: 'sigmoid',
    formula: '1 / (1 + exp(-z))',
    derivativeFormula: 'f(z) (1 - f(z)) = f(z) f(-z)',
    numbers: (z) => `1 / (1 + exp(-${factor(z)}))`,
    derivativeNumbers: (z) => `${short(sigmoid(z))}·${short(sigmoid(-z))}`,
  },
)

const TANH = /* @__PURE__ */ scalarRule(Math.tanh, (z) => 1 / Math.cosh(z) ** 2, {
  name: 'tanh',
  formula: 'tanh(z)',
  derivativeFormula: '1 - tanh²(z) = 1 / cosh²(z)',
  numbers: (z) => `tanh(${short(z)})`,
  derivativeNumbers: (z) => `1 / cosh²(${short(z)})`,
})

const RELU = /* @__PURE__ */ scalarRule(
  (z) => Math.max(z, 0),
  (z) => (z > 0 ? 1 : 0),
  {
    name: 'relu',
    formula: 'max(z, 0)',
    derivativeFormula: '1 where z > 0, else 0',
    numbers: (z) => `max(${short(z)}, 0)`,
    derivativeNumbers: (z) => `${short(z)} ${z > 0 ? '> 0' : '≤ 0'}`,
  },
)

/** No activation at all. */
export const IDENTITY = /* @__PURE__ */ scalarRule(
  (z) => z,
  () => 1,
  {
    name: 'identity',
    formula: 'z',
    derivativeFormula: '1',
    numbers: short,
    derivativeNumbers: () => '1',
  },
)

/**
 * The rule of an activation layer; of one that is not known here, by the tape. A subclass may compute anything, so the
 * class itself counts. `batched`: the layer is used to an axis of samples.
 */
export function ruleOf(layer: Layer, batched: boolean): ActivationRule {
  if (layer.constructor === Sigmoid) return SIGMOID
  if (layer.constructor === Tanh) return TANH
  if (layer.constructor === ReLU) return RELU
  return ruleByTape(layer, batched)
}

/** A layer whose formula is not known: its values are its own, its derivatives the tape's. */
function ruleByTape(layer: Layer, batched: boolean): ActivationRule {
  const name = layer.toString()
  const run = (z: Tensor): Tensor => layer.call(z as never) as Tensor
  const row = (z: readonly number[]): Tensor =>
    tensor(Float64Array.from(z), { shape: (batched ? [1, z.length] : [z.length]) as readonly number[] })
  return {
    name,
    values: (z) => [...run(row(z)).data],
    derivatives: (z) => [...(grad((x: Tensor) => sum(run(x)))(row(z)) as Tensor).data],
    formula: name,
    derivativeFormula: 'by the tape: its formula is not known here',
    numbers: (z, i) => `f(${short(z[i]!)})`,
    derivativeNumbers: (z, i) => `f'(${short(z[i]!)})`,
  }
}

/** Two activations after one another: f(z) = outer(inner(z)). */
export function compose(outer: ActivationRule, inner: ActivationRule): ActivationRule {
  if (inner === IDENTITY) return outer
  return {
    name: `${outer.name} of ${inner.name}`,
    values: (z) => outer.values(inner.values(z)),
    derivatives(z) {
      const slopes = inner.derivatives(z)
      return outer.derivatives(inner.values(z)).map((slope, i) => slope * slopes[i]!)
    },
    formula: `${outer.name}(${inner.name}(z))`,
    derivativeFormula: `${outer.name}'(${inner.name}(z)) ${inner.name}'(z)`,
    numbers: (z, i) => outer.numbers(inner.values(z), i),
    derivativeNumbers: (z, i) =>
      `(${outer.derivativeNumbers(inner.values(z), i)})·(${inner.derivativeNumbers(z, i)})`,
  }
}
