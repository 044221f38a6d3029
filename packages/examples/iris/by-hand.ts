/**
 * @file The training of train.ts on plain arrays, by the closed-form delta formulas. Imports nothing: it is what autograd
 * is held against.
 *
 * As in this part of the article, delta is the negative of a derivative: delta = -dL/dz, so that weights grow by
 * + rate delta n. (The article's first part calls dL/dz delta.)
 */

/** W[out][in] and b[out] of a layer with sigmoid units. */
export interface PlainLayer {
  readonly weight: number[][]
  readonly bias: number[]
}

export interface Momentum {
  /** Share of the last step that goes on; 0 for plain gradient descent. */
  readonly momentum: number
  /** Whether the step looks ahead by one more momentum. */
  readonly nesterov: boolean
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

/**
 * Online gradient descent: after each row W(l) += rate delta(l) n(l-1)^T and b(l) += rate delta(l), with momentum in the
 * arithmetic of nn's SGD. Changes `layers`.
 */
export function trainByHand(
  layers: readonly PlainLayer[],
  rows: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[],
  { epochs, rate, momentum, nesterov }: { readonly epochs: number; readonly rate: number } & Momentum,
): void {
  const speeds = layers.map(({ weight, bias }) => ({
    weight: weight.map((row) => row.map(() => 0)),
    bias: bias.map(() => 0),
  }))
  /** How far a parameter moves that wants to move by `push`; `speed[at]` remembers. */
  const move = (speed: number[], at: number, push: number): number => {
    if (momentum === 0) return rate * push
    const next = momentum * speed[at]! + push
    speed[at] = next
    return rate * (nesterov ? push + momentum * next : next)
  }
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { x, y } of rows) {
      const outputs = outputsOf(layers, x)
      const deltas = deltasOf(layers, outputs, y)
      layers.forEach(({ weight, bias }, l) => {
        const speed = speeds[l]!
        deltas[l]!.forEach((delta, i) => {
          outputs[l]!.forEach((n, j) => {
            weight[i]![j]! += move(speed.weight[i]!, j, delta * n)
          })
          bias[i]! += move(speed.bias, i, delta)
        })
      })
    }
  }
}
