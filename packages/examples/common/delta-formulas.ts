/**
 * @file A network of sigmoid layers on plain arrays, with the closed-form delta formulas. Imports nothing: it is what
 * autograd is held against.
 *
 * As in the second part of the article, delta is the negative of a derivative: delta = -dL/dz, so that weights grow by
 * + rate delta n. (The article's first part calls dL/dz delta.)
 */

/** W[out][in] and b[out] of a layer with sigmoid units. */
export interface PlainLayer {
  readonly weight: number[][]
  readonly bias: number[]
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))

/** The output of each layer, x first: n(l) = sigmoid(W(l) n(l-1) + b(l)). */
export function outputsOf(layers: readonly PlainLayer[], x: readonly number[]): number[][] {
  const outputs = [[...x]]
  for (const { weight, bias } of layers) {
    const n = outputs.at(-1)!
    outputs.push(weight.map((row, i) => sigmoid(row.reduce((sum, w, j) => sum + w * n[j]!, 0) + bias[i]!)))
  }
  return outputs
}

/**
 * delta = -dL/dz of each layer, for L = 1/2 sum (y - yhat)²:
 *
 *     delta(last) = (y - yhat) yhat (1 - yhat)
 *     delta(l)    = W(l+1)^T delta(l+1) * n(l) (1 - n(l))
 */
export function deltasOf(
  layers: readonly PlainLayer[],
  outputs: readonly (readonly number[])[],
  y: readonly number[],
): number[][] {
  const deltas: number[][] = []
  for (let l = layers.length - 1; l >= 0; l--) {
    const above = layers[l + 1]
    deltas[l] = outputs[l + 1]!.map((n, i) => {
      const error =
        above === undefined
          ? y[i]! - n
          : above.weight.reduce((sum, row, k) => sum + row[i]! * deltas[l + 1]![k]!, 0)
      return error * n * (1 - n)
    })
  }
  return deltas
}

/** The largest difference of any weight or bias, relative to the largest weight or bias. */
export function disagreement(a: readonly PlainLayer[], b: readonly PlainLayer[]): number {
  const flat = (layers: readonly PlainLayer[]): number[] =>
    layers.flatMap(({ weight, bias }) => [...weight.flat(), ...bias])
  const [p, q] = [flat(a), flat(b)]
  const largest = Math.max(...p.map(Math.abs))
  return Math.max(...p.map((value, i) => Math.abs(value - q[i]!))) / largest
}
