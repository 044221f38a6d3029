/** @file Which data fit a model, as types. Imports types of core, data.ts, layers/chain.ts, layer.ts, module.ts and split.ts. */
import type { Shape, Tensor } from '@tapegrad/core/ops'
import type { Collated, Dataset } from '../data.ts'
import type { Layer } from '../layer.ts'
import type { Dims, Meet, Trailing } from '../layers/chain.ts'
import type { Module } from '../module.ts'
import type { Rows } from '../split.ts'

/** One batch of the data. */
export type BatchOf<Data> = Data extends readonly Tensor[]
  ? { -readonly [K in keyof Data]: Rows<Data[K]> }
  : Data extends AsyncIterable<infer Batch>
    ? Batch
    : Data extends Iterable<infer Batch>
      ? Awaited<Batch>
      : Data extends (...args: never[]) => infer Batches
        ? BatchOf<Awaited<Batches>>
        : Data extends Dataset<infer Sample>
          ? Collated<Sample>
          : never

/** All of a batch but the last, and the last. */
type InputsIn<Batch> = Batch extends readonly [...infer Inputs, unknown] ? Inputs : never
export type TargetIn<Batch> = Batch extends readonly [...unknown[], infer Target]
  ? Target
  : Batch extends readonly (infer Any)[]
    ? Any
    : never

/** `[?, 3]`. */
type Whole<S extends Shape> = Dims<S> extends `, ${infer Sizes}` ? `[${Sizes}]` : '[]'

/** `unknown` where batches [...inputs, target] fit the model, or where types do not tell, else what to say about it. */
export type Fits<M extends Module, Batch> = unknown extends Batch
  ? unknown
  : Batch extends readonly unknown[]
    ? number extends Batch['length']
      ? unknown
      : FitsInputs<M, InputsIn<Batch>>
    : 'a batch must be [...inputs, target]; for others there is fitSteps'

/** Whether a batch of shape S has the trailing dimensions In. */
type Covers<S extends Shape, In extends Shape> = number extends In['length']
  ? true
  : Meet<S, In> extends { more: [] }
    ? true
    : false

type FitsInputs<M extends Module, Inputs extends readonly unknown[]> =
  M extends Pick<Layer<infer In, Shape>, '~io'>
    ? Inputs extends readonly [Tensor<infer S>]
      ? Covers<S, In> extends true
        ? unknown
        : `the model takes ${Trailing<In>}, the batches hold ${Whole<S>}`
      : 'the model takes one tensor, so a batch must be [input, target]'
    : never[] extends Parameters<M['forward']>
      ? unknown
      : Inputs extends Parameters<M['forward']>
        ? unknown
        : 'the inputs of the batches, all but the last, are not those of forward'
