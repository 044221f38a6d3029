/** @file The tutorial's 3-3-1 network, as plain arrays and as tensors, and its forward pass both ways. Imports core. */
import { linear, type Tensor, tensor } from '@tapegrad/core'

/** W(l) and b(l): `weight[i][j]` goes from node j of layer l to node i of layer l + 1, both counted from 0. */
export interface PlainLayer {
  readonly weight: readonly (readonly number[])[]
  readonly bias: readonly number[]
}

export interface TensorLayer {
  readonly weight: Tensor
  readonly bias: Tensor
}

/** The input x, which is h(1). */
export const INPUT: readonly number[] = [1.5, 2, 3]

/** W(1), b(1), then W(2), b(2). */
export const NETWORK: readonly PlainLayer[] = [
  {
    weight: [
      [0.2, 0.2, 0.2],
      [0.4, 0.4, 0.4],
      [0.6, 0.6, 0.6],
    ],
    bias: [0.8, 0.8, 0.8],
  },
  { weight: [[0.5, 0.5, 0.5]], bias: [0.2] },
]

/** Plain numbers as a tensor in the precision of plain numbers. */
export const double = (values: number | readonly number[] | readonly (readonly number[])[]): Tensor =>
  tensor(values as number[], { dtype: 'float64' }) as Tensor

export const tensorLayers = (layers: readonly PlainLayer[]): TensorLayer[] =>
  layers.map(({ weight, bias }) => ({ weight: double(weight), bias: double(bias) }))

export const sigmoidOf = (z: number): number => 1 / (1 + Math.exp(-z))

/** z and h = f(z) of each layer from the second on, node by node and weight by weight. */
export function forwardByLoops(
  layers: readonly PlainLayer[],
  input: readonly number[],
): { z: number[]; h: number[] }[] {
  let h = input
  return layers.map(({ weight, bias }) => {
    const z: number[] = []
    for (let i = 0; i < weight.length; i++) {
      let sum = bias[i]!
      for (let j = 0; j < h.length; j++) sum += weight[i]![j]! * h[j]!
      z.push(sum)
    }
    const outputs = z.map(sigmoidOf)
    h = outputs
    return { z, h: outputs }
  })
}

/** The same by tensors: z = W h + b and h = f(z). `input` may be one sample, [nodes], or a batch, [samples, nodes]. */
export function forwardVectorised(layers: readonly TensorLayer[], input: Tensor): { z: Tensor; h: Tensor }[] {
  let h = input
  return layers.map(({ weight, bias }) => {
    const z = linear(h, weight, bias)
    h = z.sigmoid()
    return { z, h }
  })
}
