/** @file Every loss, as a function and as a module, by the name of the function. Imports nn and core. */
import { type Tensor, tensor } from '@tapegrad/core'
import * as nn from '@tapegrad/nn'
import * as barrel from '../../src/losses.ts'

export type Options = Record<string, unknown>
export type Loss = (prediction: Tensor, target: Tensor, options?: Options) => Tensor
type LossClass = new (options?: Options) => nn.Module & { call: Loss; readonly options: Options }

/** Module and function of each, written out: the tests compare the list with what there is. */
const pairs: Record<string, string> = {
  mse: 'MSE',
  l1: 'L1',
  huber: 'Huber',
  bce: 'BCE',
  bceWithLogits: 'BCEWithLogits',
  crossEntropy: 'CrossEntropy',
  nll: 'NLL',
  klDiv: 'KLDiv',
  cosineSimilarity: 'CosineSimilarity',
}

/** Those whose target is classes. */
export const ofClasses = ['crossEntropy', 'nll']

const exported = nn as unknown as Record<string, unknown>
export const names = Object.keys(pairs)
export const classNames = Object.values(pairs)
/** What the file of losses exports, types aside. */
export const inBarrel = Object.keys(barrel)

export const lossOf = (name: string): Loss => exported[name] as Loss
export const classOf = (name: string): LossClass => exported[pairs[name]!] as LossClass

/** The loss as a module that was made with the options, and is called with the mask. */
export const asModule =
  (name: string): Loss =>
  (prediction, target, { mask, ...options }: Options = {}) =>
    new (classOf(name))(options).call(prediction, target, mask === undefined ? undefined : { mask })

export const f64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(Float64Array.from(values), { shape: [...shape] }) as Tensor
export const f32 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(Float32Array.from(values), { shape: [...shape] }) as Tensor
export const classes = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(Int32Array.from(values), { shape: [...shape] }) as Tensor
export const bools = (
  values: readonly (boolean | number)[],
  shape: readonly number[] = [values.length],
): Tensor => tensor(Uint8Array.from(values, Number), { shape: [...shape], dtype: 'bool' }) as Tensor
