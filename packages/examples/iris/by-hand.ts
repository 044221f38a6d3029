/** @file The training of train.ts on plain arrays. Imports common/delta-formulas.ts alone: it is what autograd is held against. */
import { deltasOf, outputsOf, type PlainLayer } from '../common/delta-formulas.ts'

export interface Momentum {
  /** Share of the last step that goes on; 0 for plain gradient descent. */
  readonly momentum: number
  /** Whether the step looks ahead by one more momentum. */
  readonly nesterov: boolean
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
