/** @file Activations in closed form: the function and its derivative, each with its formula. Imports core, the activation layers and format.ts. */
import { grad, sum, type Tensor, tensor, vjp } from '@tapegrad/core/ops'
import { fail } from '../errors.ts'
import type { Layer } from '../layer.ts'
import { ReLU, Sigmoid, Tanh } from '../layers/activations.ts'
import { factor, short } from './format.ts'

/** What stands between z and n: f, f' and how both are written, in general and with a number filled in. */
export interface ActivationRule {
  readonly name: string
  /** f of each element. */
  values(z: readonly number[]): number[]
  /** f' of each element. */
  derivatives(z: readonly number[]): number[]
  readonly formula: string
  readonly derivativeFormula: string
  numbers(z: number): string
  derivativeNumbers(z: number): string
}

/** A rule from functions of one number. */
function scalarRule(
  f: (z: number) => number,
  derivative: (z: number) => number,
  words: Omit<ActivationRule, 'values' | 'derivatives'>,
): ActivationRule {
  return { ...words, values: (z) => z.map(f), derivatives: (z) => z.map(derivative) }
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

/** The rule of an activation layer; of one that is not known here, by the tape. */
export function ruleOf(layer: Layer): ActivationRule {
  if (layer instanceof Sigmoid) return SIGMOID
  if (layer instanceof Tanh) return TANH
  if (layer instanceof ReLU) return RELU
  return ruleByTape(layer)
}

/** A layer whose formula is not known: its values are its own, its derivatives the tape's. */
function ruleByTape(layer: Layer): ActivationRule {
  const name = layer.toString()
  const run = (z: Tensor): Tensor => layer.call(z as never) as Tensor
  const row = (z: readonly number[]): Tensor => tensor([...z], { dtype: 'float64' })
  return {
    name,
    values: (z) => [...run(row(z)).data],
    derivatives(z) {
      checkElementwise(name, run, row(z))
      return [...grad((x: Tensor) => sum(run(x)))(row(z)).data]
    },
    formula: name,
    derivativeFormula: 'by the tape: its formula is not known here',
    numbers: (z) => `f(${short(z)})`,
    derivativeNumbers: (z) => `f'(${short(z)})`,
  }
}

/** Throws unless every output depends on the input at its own place only. */
function checkElementwise(name: string, run: (z: Tensor) => Tensor, z: Tensor): void {
  const [y, pull] = vjp(run, z)
  const { size } = z
  let diagonal = y.ndim === 1 && y.size === size
  for (let i = 0; diagonal && i < size; i++) {
    const unit = new Float64Array(size)
    unit[i] = 1
    diagonal = pull(tensor(unit))[0]!.data.every((slope, j) => j === i || slope === 0)
  }
  if (!diagonal)
    fail('ledger', `${name} mixes neurons; the formulas hold for Dense layers and elementwise activations`)
}

/** Two activations after one another: f(z) = outer(inner(z)). */
export function compose(outer: ActivationRule, inner: ActivationRule): ActivationRule {
  if (inner === IDENTITY) return outer
  const within = (z: number): number => inner.values([z])[0]!
  return {
    name: `${outer.name} of ${inner.name}`,
    values: (z) => outer.values(inner.values(z)),
    derivatives(z) {
      const slopes = inner.derivatives(z)
      return outer.derivatives(inner.values(z)).map((slope, i) => slope * slopes[i]!)
    },
    formula: `${outer.name}(${inner.name}(z))`,
    derivativeFormula: `${outer.name}'(${inner.name}(z)) ${inner.name}'(z)`,
    numbers: (z) => outer.numbers(within(z)),
    derivativeNumbers: (z) => `(${outer.derivativeNumbers(within(z))})·(${inner.derivativeNumbers(z)})`,
  }
}
