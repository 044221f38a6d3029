/** @file Networks and rows of tensors as plain arrays. Imports nn and delta-formulas.ts. */
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

/** Rows of tensors. */
interface Rows {
  readonly x: { toArray(): unknown }
  readonly y: { toArray(): unknown }
}

/** Rows as plain arrays. */
export function plainRows({ x, y }: Rows): { x: number[]; y: number[] }[] {
  const targets = y.toArray() as number[][]
  return (x.toArray() as number[][]).map((row, i) => ({ x: row, y: targets[i]! }))
}
