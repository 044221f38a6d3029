/** @file Networks and rows of tensors as plain arrays. Imports core (types), nn and delta-formulas.ts. */
import type { Tensor } from '@tapegrad/core'
import { Dense, type Layer } from '@tapegrad/nn'
import type { PlainLayer } from './delta-formulas.ts'

/** A copy of the network's weights and biases as plain arrays, in order of the layers. */
export function plainLayers({
  model,
}: {
  readonly model: { readonly layers: readonly Layer[] }
}): PlainLayer[] {
  const dense = model.layers.filter((layer) => layer instanceof Dense)
  return dense.map(({ weight, bias }) => ({
    weight: weight.toArray() as number[][],
    bias: bias!.toArray() as number[],
  }))
}

/** Rows as plain arrays. */
export function plainRows({
  x,
  y,
}: {
  readonly x: Tensor
  readonly y: Tensor
}): { x: number[]; y: number[] }[] {
  const targets = y.toArray() as number[][]
  return (x.toArray() as number[][]).map((row, i) => ({ x: row, y: targets[i]! }))
}
