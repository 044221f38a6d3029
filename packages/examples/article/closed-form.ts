/** @file Backpropagation on plain arrays, by the formulas of the textbook. Imports nothing: it is what autograd is held against. */

/** An activation: the function, its derivative, and how both are written, in general and with a number filled in. */
export interface ActivationRule {
  readonly name: string
  readonly value: (z: number) => number
  readonly derivative: (z: number) => number
  readonly formula: string
  readonly derivativeFormula: string
  readonly numbers: (z: string) => string
  readonly derivativeNumbers: (z: string, f: (z: number) => string, at: number) => string
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))

export const SIGMOID: ActivationRule = {
  name: 'sigmoid',
  value: sigmoid,
  // Not f (1 - f): near 1 that loses as many digits as f has nines.
  derivative: (z) => sigmoid(z) * sigmoid(-z),
  formula: '1 / (1 + exp(-z))',
  derivativeFormula: 'f(z) (1 - f(z)) = f(z) f(-z)',
  numbers: (z) => `1 / (1 + exp(-${z}))`,
  derivativeNumbers: (_, f, at) => `${f(at)}·${f(-at)}`,
}

export const TANH: ActivationRule = {
  name: 'tanh',
  value: Math.tanh,
  derivative: (z) => 1 / Math.cosh(z) ** 2,
  formula: 'tanh(z)',
  derivativeFormula: '1 - tanh²(z) = 1 / cosh²(z)',
  numbers: (z) => `tanh(${z})`,
  derivativeNumbers: (z) => `1 / cosh²(${z})`,
}

export const RELU: ActivationRule = {
  name: 'relu',
  value: (z) => Math.max(z, 0),
  derivative: (z) => (z > 0 ? 1 : 0),
  formula: 'max(z, 0)',
  derivativeFormula: '1 where z > 0, else 0',
  numbers: (z) => `max(${z}, 0)`,
  derivativeNumbers: (z, _, at) => `${z} ${at > 0 ? '> 0' : '≤ 0'}`,
}

export const IDENTITY: ActivationRule = {
  name: 'identity',
  value: (z) => z,
  derivative: () => 1,
  formula: 'z',
  derivativeFormula: '1',
  numbers: (z) => z,
  derivativeNumbers: () => '1',
}

/** One layer as plain numbers: z = W n + b, then the activation. W is [out][in]. */
export interface PlainLayer {
  readonly weight: readonly (readonly number[])[]
  readonly bias: readonly number[]
  readonly activation: ActivationRule
}

/** The squared error, L = scale sum (yhat - y)². */
export interface SquaredError {
  readonly scale: number
}

/** What backpropagation finds in one layer. */
export interface LayerValues {
  readonly z: readonly number[]
  readonly n: readonly number[]
  readonly fPrime: readonly number[]
  /** dL/dn, what comes back from the layer above. */
  readonly backprop: readonly number[]
  /** dL/dz. */
  readonly delta: readonly number[]
  readonly dW: readonly (readonly number[])[]
  readonly db: readonly number[]
  /** W and b after one step of gradient descent. */
  readonly W: readonly (readonly number[])[]
  readonly b: readonly number[]
}

export interface Pass {
  readonly loss: number
  readonly layers: readonly LayerValues[]
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/**
 * One sample forward and backward, and one step of gradient descent:
 *
 *     z(l) = W(l) n(l-1) + b(l)             n(l) = f(z(l)),  n(0) = x
 *     delta(l) = dL/dn(l) * f'(z(l))        dL/dn(last) = 2 scale (yhat - y),  dL/dn(l) = W(l+1)^T delta(l+1)
 *     dL/dW(l) = delta(l) n(l-1)^T          dL/db(l) = delta(l)
 *     W(l) <- W(l) - rate dL/dW(l)          b(l) <- b(l) - rate dL/db(l)
 */
export function backpropagate(
  layers: readonly PlainLayer[],
  x: readonly number[],
  y: readonly number[],
  { scale }: SquaredError,
  rate: number,
): Pass {
  const inputs: (readonly number[])[] = [x]
  const zs = layers.map(({ weight, bias, activation }, l) => {
    const z = weight.map((row, i) => sum(row.map((w, j) => w * inputs[l]![j]!)) + bias[i]!)
    inputs.push(z.map(activation.value))
    return z
  })
  const yhat = inputs[layers.length]!

  const values: LayerValues[] = []
  let backprop = yhat.map((value, k) => 2 * scale * (value - y[k]!))
  for (let l = layers.length - 1; l >= 0; l--) {
    const { weight, bias, activation } = layers[l]!
    const fPrime = zs[l]!.map(activation.derivative)
    const delta = backprop.map((g, i) => g * fPrime[i]!)
    const dW = delta.map((d) => inputs[l]!.map((n) => d * n))
    const W = weight.map((row, i) => row.map((w, j) => w - rate * dW[i]![j]!))
    const b = bias.map((value, i) => value - rate * delta[i]!)
    values.unshift({ z: zs[l]!, n: inputs[l + 1]!, fPrime, backprop, delta, dW, db: delta, W, b })
    backprop = inputs[l]!.map((_, j) => sum(weight.map((row, i) => row[j]! * delta[i]!)))
  }
  return { loss: scale * sum(yhat.map((value, k) => (value - y[k]!) ** 2)), layers: values }
}
