/** @file The cost J as functions of tensors, for finite differences and batches. Imports core, network.ts, plain.ts (types). */
import { linear, type Tensor } from '@tapegrad/core'
import { double, forwardVectorised, type PlainLayer } from '../network.ts'
import type { Sample } from './plain.ts'

/** W(1), b(1), W(2), b(2), ... as tensors. */
export const parametersOf = (network: readonly PlainLayer[]): Tensor[] =>
  network.flatMap(({ weight, bias }) => [double(weight), double(bias)])

/** J of one sample as a function of W(1), b(1), W(2), b(2), ... */
export const costOfParameters =
  ({ x, y }: Sample) =>
  (...parameters: Tensor[]): Tensor => {
    const layers = parameters.flatMap((weight, i) =>
      i % 2 === 0 ? [{ weight, bias: parameters[i + 1]! }] : [],
    )
    const { h } = forwardVectorised(layers, double(x)).at(-1)!
    return double(y).sub(h).square().sum().mul(0.5)
  }

/** J of one sample as a function of numbers added to z(2), z(3), ... */
export const costOfShifts =
  (network: readonly PlainLayer[], { x, y }: Sample) =>
  (...shifts: Tensor[]): Tensor => {
    let h = double(x)
    for (const [k, { weight, bias }] of network.entries())
      h = linear(h, double(weight), double(bias)).add(shifts[k]!).sigmoid()
    return double(y).sub(h).square().sum().mul(0.5)
  }
