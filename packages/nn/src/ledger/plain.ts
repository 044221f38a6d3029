/** @file A model as plain numbers: Dense layers and what stands after each. Imports core, the layers and activation-rules.ts. */
import { type Tensor, tensor, to, vjp } from '@tapegrad/core/ops'
import { describe, fail, isFloat, sameShape, showShape } from '../errors.ts'
import { withTensors } from '../functional.ts'
import type { Layer } from '../layer.ts'
import { ReLU, Sigmoid, Tanh } from '../layers/activations.ts'
import { Dense } from '../layers/dense.ts'
import { Sequential } from '../layers/sequential.ts'
import { contentsOf } from '../module.ts'
import { type ActivationRule, compose, IDENTITY, ruleOf } from './activation-rules.ts'
import { type Rows, rowsOf } from './arrays.ts'

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
  const seen = new Set<Tensor>()
  for (const layer of flattened(model)) {
    if (!(layer instanceof Dense)) {
      ;(stages.at(-1)?.activations ?? before).push(layer)
      continue
    }
    if (layer.constructor !== Dense)
      fail('ledger', `${layer} is no Dense but a subclass, whose formula is not known here`)
    for (const own of [layer.weight, layer.bias] as (Tensor | null)[]) {
      if (own !== null && seen.has(own))
        fail(
          'ledger',
          `${layer} shares a parameter with a layer before it; its gradient is a sum over both places, and the ledger has one`,
        )
      if (own !== null) seen.add(own)
    }
    stages.push({ dense: layer, activations: [] })
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

const KNOWN: readonly unknown[] = [Sigmoid, Tanh, ReLU]

/** Throws unless each output of the layers depends on the input at its own place only. */
export function checkElementwise(layers: readonly Layer[], z: Tensor): void {
  const unknown = layers.filter((layer) => !KNOWN.includes(layer.constructor))
  if (unknown.length === 0) return
  const names = unknown.join(', ')
  const [y, pull] = vjp((x: Tensor) => through(layers, x), z.detach())
  if (!sameShape(y.shape, z.shape))
    fail(
      'ledger',
      `${names} made ${showShape(y.shape)} of ${showShape(z.shape)}; an elementwise activation keeps the shape`,
    )
  for (let i = 0; i < z.size; i++) {
    const unit = new Float64Array(z.size)
    unit[i] = 1
    const slopes = pull(tensor(unit, { shape: z.shape }))[0]!
    if (slopes.data.some((slope: number, j: number) => j !== i && slope !== 0))
      fail(
        'ledger',
        `${names} mixes neurons or samples; the formulas hold for Dense layers and elementwise activations`,
      )
  }
}

/** The stages as plain numbers. */
export const plainLayers = (stages: readonly Stage[], batched: boolean): PlainLayer[] =>
  stages.map(({ dense: { weight, bias }, activations }) => ({
    weight: rowsOf(weight.data, weight.shape[1]!),
    bias: bias === null ? null : Array.from(bias.data),
    activation: activations.reduce<ActivationRule>(
      (inner, layer) => compose(ruleOf(layer, batched), inner),
      IDENTITY,
    ),
  }))

/** Runs `f` while copies in float64 stand in the place of the model's tensors: neither they nor their gradients change. */
export function onCopies<T>(model: Sequential, f: () => T): T {
  const copies = new Map<Tensor, Tensor>()
  for (const { path, tensor, role } of contentsOf(model).slots) {
    if (!isFloat(tensor.dtype)) continue
    checkFiniteValues(path, tensor)
    // `to` gives the tensor itself where it is float64 already, and a leaf of its own is needed.
    const leaf = to(tensor.detach(), 'float64').detach()
    leaf.requiresGrad = role === 'parameter'
    copies.set(tensor, leaf)
  }
  return withTensors(model, copies, f)
}

/** Throws where a tensor holds NaN or an infinity: nothing could be compared. */
export function checkFiniteValues(name: string, x: Tensor): void {
  const at = x.data.findIndex((value: number) => !Number.isFinite(value))
  if (at < 0) return
  const place = x.ndim < 2 ? [at] : [Math.floor(at / x.shape.at(-1)!), at % x.shape.at(-1)!]
  fail('ledger', `${name} holds ${x.data[at]} at [${place.join(', ')}]; all numbers must be finite`)
}
