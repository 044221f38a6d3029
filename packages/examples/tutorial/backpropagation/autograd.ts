/** @file The same quantities by autograd: z keeps its gradient, which is delta. Imports core, network.ts and plain.ts. */
import type { Tensor } from '@tapegrad/core'
import { double, type PlainLayer } from '../network.ts'
import { backpropagate, type Quantities, type Sample } from './plain.ts'

/** Numbers as a leaf whose gradient is wanted. */
function leaf(values: readonly number[] | readonly (readonly number[])[]): Tensor {
  const t = double(values)
  t.requiresGrad = true
  return t
}

export const numbersOf = (t: Tensor): number[] => Array.from(t.data)
export const rowsOf = (t: Tensor): number[][] => t.toArray() as number[][]

/** The leaves W(1), b(1), W(2), b(2), ... of a network. */
export const leavesOf = (network: readonly PlainLayer[]): Tensor[] =>
  network.flatMap(({ weight, bias }) => [leaf(weight), leaf(bias)])

/** A pass on the tape, counted as in the notation: z[2] is z(2). */
interface Traced {
  readonly J: Tensor
  readonly z: readonly Tensor[]
  readonly h: readonly Tensor[]
  readonly W: readonly Tensor[]
  readonly b: readonly Tensor[]
}

/** The feed-forward pass and the cost; of every z and h the gradient is kept. */
function trace(network: readonly PlainLayer[], sample: Sample): Traced {
  const nothing = double([])
  const W = [nothing, ...network.map(({ weight }) => leaf(weight))]
  const b = [nothing, ...network.map(({ bias }) => leaf(bias))]
  const z = [nothing, nothing]
  const h = [nothing, leaf(sample.x)]
  const y = double(sample.y)
  for (let l = 1; l < W.length; l++) {
    z[l + 1] = W[l]!.matmul(h[l]!).add(b[l]!).retainGrad()
    h[l + 1] = z[l + 1]!.sigmoid().retainGrad()
  }
  const J = y.sub(h.at(-1)!).square().sum().mul(0.5)
  return { J, z, h, W, b }
}

/** What `backpropagate` of plain.ts computes, from one call of `backward`. */
export function differentiate(network: readonly PlainLayer[], sample: Sample): Quantities {
  const { J, z, h, W, b } = trace(network, sample)
  J.backward()
  const gradients = (tensors: readonly Tensor[]): number[][] =>
    tensors.map(({ grad }) => (grad === null ? [] : numbersOf(grad)))
  return {
    J: J.item(),
    z: z.map(numbersOf),
    h: h.map(numbersOf),
    delta: gradients(z),
    dh: gradients(h),
    dW: W.map(({ grad }) => (grad === null ? [] : rowsOf(grad))),
    db: gradients(b),
  }
}

/** By hand and by autograd. */
export const both = (network: readonly PlainLayer[], sample: Sample): [Quantities, Quantities] => [
  backpropagate(network, sample),
  differentiate(network, sample),
]
