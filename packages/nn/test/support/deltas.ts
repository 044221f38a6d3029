/**
 * @file Backpropagation by its closed-form formulas, on plain arrays and apart from the library, for networks of dense
 * layers with sigmoid or tanh and the loss 1/2 sum (y - t)²:
 *   z(l) = W(l) n(l-1) + b(l),  n(l) = f(z(l)),  delta(L) = (n(L) - t) f'(z(L)),
 *   delta(l) = (W(l+1)^T delta(l+1)) f'(z(l)),  dL/dW(l) = sum over samples of delta(l) n(l-1)^T,  dL/db(l) = sum of delta(l).
 */

export type Vector = number[]
export type Matrix = number[][]

export interface PlainLayer {
  readonly W: Matrix
  readonly b: Vector
  readonly f: 'sigmoid' | 'tanh'
}

const functions = {
  sigmoid: {
    f: (z: number) => 1 / (1 + Math.exp(-z)),
    // f(z) f(-z): 1 - f(z) would cancel.
    df: (z: number) => 1 / ((1 + Math.exp(-z)) * (1 + Math.exp(z))),
  },
  tanh: { f: Math.tanh, df: (z: number) => 1 / Math.cosh(z) ** 2 },
}

export interface Gradients {
  readonly loss: number
  /** Largest |z| of any neuron and sample. */
  readonly largest: number
  readonly layers: { dW: Matrix; db: Vector }[]
}

/** Loss and gradients, summed over the samples. */
export function backpropagate(
  layers: readonly PlainLayer[],
  xs: readonly Vector[],
  ts: readonly Vector[],
): Gradients {
  const gradients = layers.map(({ W, b }) => ({ dW: W.map((row) => row.map(() => 0)), db: b.map(() => 0) }))
  let loss = 0
  let largest = 0
  xs.forEach((x, s) => {
    const n: Vector[] = [x]
    const z: Vector[] = []
    for (const { W, b, f } of layers) {
      const input = n.at(-1)!
      const sums = W.map((row, i) => row.reduce((sum, w, j) => sum + w * input[j]!, 0) + b[i]!)
      z.push(sums)
      n.push(sums.map(functions[f].f))
    }
    for (const v of z.flat()) largest = Math.max(largest, Math.abs(v))
    const y = n.at(-1)!
    let upstream = y.map((v, i) => v - ts[s]![i]!)
    loss += upstream.reduce((sum, v) => sum + 0.5 * v * v, 0)
    for (let l = layers.length - 1; l >= 0; l--) {
      const { W, f } = layers[l]!
      const delta = upstream.map((v, i) => v * functions[f].df(z[l]![i]!))
      const { dW, db } = gradients[l]!
      delta.forEach((d, i) => {
        db[i]! += d
        n[l]!.forEach((v, j) => {
          dW[i]![j]! += d * v
        })
      })
      upstream = n[l]!.map((_, j) => delta.reduce((sum, d, i) => sum + W[i]![j]! * d, 0))
    }
  })
  return { loss, largest, layers: gradients }
}
