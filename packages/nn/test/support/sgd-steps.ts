/** @file A parameter, a gradient that depends on it, and steps of SGD with both. Imports core and nn. */
import { type Tensor, tensor } from '@tapegrad/core'
import type { SGD } from '@tapegrad/nn'
import { flat } from './close.ts'

/** Where the parameter starts. */
export const START = [1, -2, 0.5]
export const leaf = (): Tensor => tensor(Float64Array.from(START), { requiresGrad: true }) as Tensor

/** A gradient that depends on where the parameter is and on the step. */
export const gradientAt = (theta: readonly number[], step: number): number[] =>
  theta.map((t, i) => Math.sin(t * (i + 1)) + 0.3 * Math.cos(step + i))

/** Steps with that gradient, counted from `from`. */
export function train(optimizer: SGD, p: Tensor, steps: number, from = 0): void {
  for (let step = from; step < from + steps; step++) {
    p.grad = tensor(Float64Array.from(gradientAt(flat(p), step))) as Tensor
    optimizer.step()
  }
}
