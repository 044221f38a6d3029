/** @file A model as plain numbers: Dense layers and what stands after each. Imports core, the layers and the rules. */
import { type Tensor, to } from '@tapegrad/core/ops'
import { describe, fail, isFloat } from '../errors.ts'
import { withTensors } from '../functional.ts'
import type { Layer } from '../layer.ts'
import { Dense } from '../layers/dense.ts'
import { Sequential } from '../layers/sequential.ts'
import { contentsOf } from '../module.ts'
import { type ActivationRule, compose, IDENTITY, ruleOf } from './activation-rules.ts'
import { type Rows, rowsOf } from './loss-rules.ts'

/** One layer as plain numbers: z = W n + b, then f. W is [out][in]. */
export interface PlainLayer {
  readonly weight: Rows
  readonly bias: readonly number[] | null
  readonly activation: ActivationRule
}

/** A Dense layer and the activations up to the next one. */
export interface Stage {
  readonly dense: Dense
  readonly activations: readonly Layer[]
}

/** A model's stages, and the activations before the first, through which x goes. */
export interface Stages {
  readonly before: readonly Layer[]
  readonly stages: readonly Stage[]
}

/** Takes a Sequential apart; throws where it is not made of Dense layers and activations. */
export function stagesOf(model: unknown): Stages {
  if (!(model instanceof Sequential)) fail('ledger', `the model must be a Sequential, got ${describe(model)}`)
  const before: Layer[] = []
  const stages: { dense: Dense; activations: Layer[] }[] = []
  for (const layer of flattened(model)) {
    if (!(layer instanceof Dense)) (stages.at(-1)?.activations ?? before).push(layer)
    else if (stages.some(({ dense }) => dense.weight === layer.weight))
      fail('ledger', `${layer} stands twice; its gradient is a sum over both places, and the ledger has one`)
    else stages.push({ dense: layer, activations: [] })
  }
  if (stages.length === 0) fail('ledger', `there is no Dense layer in ${model}`)
  return { before, stages }
}

const flattened = ({ layers }: Sequential): Layer[] =>
  layers.flatMap((layer) => (layer instanceof Sequential ? flattened(layer) : [layer]))

/** Neurons and inputs of a Dense layer. */
export const sizesOf = ({ weight }: Dense): [neurons: number, inputs: number] => [
  weight.shape[0]!,
  weight.shape[1]!,
]

/** The output of layers after one another. */
export const through = (layers: readonly Layer[], x: Tensor): Tensor =>
  layers.reduce<Tensor>((h, layer) => layer.call(h as never) as Tensor, x)

/** The stages as plain numbers. */
export const plainLayers = (stages: readonly Stage[]): PlainLayer[] =>
  stages.map(({ dense: { weight, bias }, activations }) => ({
    weight: rowsOf(weight.data, weight.shape[1]!),
    bias: bias === null ? null : Array.from(bias.data),
    activation: activations.reduce<ActivationRule>((inner, layer) => compose(ruleOf(layer), inner), IDENTITY),
  }))

/** Runs `f` while copies in float64 stand in the place of the model's tensors: neither they nor their gradients change. */
export function onCopies<T>(model: Sequential, f: () => T): T {
  const copies = new Map<Tensor, Tensor>()
  for (const { tensor, role } of contentsOf(model).slots) {
    if (!isFloat(tensor.dtype)) continue
    const copy = to(tensor.detach(), 'float64')
    // `to` gives the tensor itself where it is float64 already, and a leaf of its own is needed.
    const leaf = copy.detach()
    leaf.requiresGrad = role === 'parameter'
    copies.set(tensor, leaf)
  }
  return withTensors(model, copies, f)
}
