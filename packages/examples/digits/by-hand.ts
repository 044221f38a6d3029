/** @file Batch gradient descent on plain arrays. Imports common/delta-formulas.ts alone: it is what autograd is held against. */
import { deltasOf, outputsOf, type PlainLayer } from '../common/delta-formulas.ts'

/**
 * Steps down the cost J = 1/N sum of 1/2 ||y - h||². With delta = -dL/dz of a sample's own 1/2 ||y - h||², a step is
 *
 *     W(l) += rate 1/N sum over samples of delta(l) n(l-1)^T
 *     b(l) += rate 1/N sum over samples of delta(l)
 *
 * Changes `layers`.
 */
export function descendByHand(
  layers: readonly PlainLayer[],
  rows: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[],
  { iterations, rate }: { readonly iterations: number; readonly rate: number },
): void {
  for (let iteration = 0; iteration < iterations; iteration++) {
    const sums = layers.map(({ weight, bias }) => ({
      weight: weight.map((row) => row.map(() => 0)),
      bias: bias.map(() => 0),
    }))
    for (const { x, y } of rows) {
      const outputs = outputsOf(layers, x)
      const deltas = deltasOf(layers, outputs, y)
      sums.forEach(({ weight, bias }, l) => {
        deltas[l]!.forEach((delta, i) => {
          outputs[l]!.forEach((n, j) => {
            weight[i]![j]! += delta * n
          })
          bias[i]! += delta
        })
      })
    }
    const step = rate / rows.length
    layers.forEach(({ weight, bias }, l) => {
      weight.forEach((row, i) => {
        row.forEach((_, j) => {
          row[j]! += step * sums[l]!.weight[i]![j]!
        })
        bias[i]! += step * sums[l]!.bias[i]!
      })
    })
  }
}
