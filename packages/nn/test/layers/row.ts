/** @file What the table says about a layer: one row per layer and setting, which rows.test.ts drives. Imports core and nn. */
import { Generator, randint, randn, type Tensor } from '@tapegrad/core'
import type { Module } from '@tapegrad/nn'

export interface Row {
  /** The exported class. */
  readonly layer: string
  /** What is special about this row. */
  readonly note?: string
  /**
   * Makes the layer, its tensors drawn from `generator`. Modules whose forward takes several tensors, and other methods
   * than `call`, are wrapped in a small module of the row.
   */
  make(options: { dtype: 'float32' | 'float64'; generator: Generator }): Module
  /** Shapes of the inputs, with one leading axis of samples (of size 2 or 3); floats are drawn normal. */
  readonly inputs: readonly (readonly number[])[]
  /** For inputs of class indices: below which number they are. */
  readonly indices?: number
  /** Keys of the state dict, in order. */
  readonly keys: readonly string[]
  /** Samples do not depend on each other in evaluation mode, so that a batch is a stack of samples: false for few. */
  readonly perSample?: false
  /** The layer takes one sample without the leading axis, and several leading axes: default true. */
  readonly anyBatch?: false
  /** Derivatives jump somewhere: gradcheck may meet that. */
  readonly kinks?: true
  /** Trained and evaluated alike, with no state that changes: default true. */
  readonly sameInBothModes?: false
  /** A shape that the layer must refuse, and what the error says, which must begin with the layer's name or an op's. */
  readonly refuses?: readonly [shape: readonly number[], message: string | RegExp]
}

export const titleOf = ({ layer, note }: Row): string => (note === undefined ? layer : `${layer}, ${note}`)

/** A row's layer, always the same. */
export const makeLayer = (row: Row, dtype: 'float32' | 'float64' = 'float64', seed = 1): Module =>
  row.make({ dtype, generator: new Generator(seed) })

/** A row's inputs, always the same. */
export function makeInputs(row: Row, dtype: 'float32' | 'float64' = 'float64', seed = 2): Tensor[] {
  const generator = new Generator(seed)
  // Drawn in float64 and rounded, so that both dtypes see the same numbers.
  return row.inputs.map((shape) =>
    row.indices === undefined
      ? randn([...shape], { generator, dtype: 'float64' }).to(dtype)
      : randint(0, row.indices, [...shape], { generator }),
  )
}

/** One tensor, or a list or tree of them, as a list. */
export function listed(result: unknown): Tensor[] {
  if (typeof result !== 'object' || result === null) return []
  if ('shape' in result && 'dtype' in result) return [result as Tensor]
  return Object.values(result).flatMap(listed)
}

/** Calls a module whose arguments the types of the table do not know. */
export const callWith = (module: Module, inputs: readonly Tensor[]): Tensor[] =>
  listed(module.call(...(inputs as never[])))

/** The values of tensors by key, to be compared as wholes. */
export const plain = (tensors: Readonly<Record<string, Tensor>> | readonly Tensor[]): unknown =>
  Object.entries(tensors).map(([key, { shape, dtype, data }]) => [key, shape, dtype, Array.from(data)])
