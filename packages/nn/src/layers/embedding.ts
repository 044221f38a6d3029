/** @file Embedding: a row of a table for each index. Imports core, layer.ts, marks.ts, errors.ts and init.ts. */
import { arange, eq, lt, stopGradient, type Tensor, take, unsqueeze, where } from '@tapegrad/core/ops'
import { checkCount, checkOptions, checkTensor, describe, fail } from '../errors.ts'
import { type Initializer, type InitOptions, initialize, normal } from '../init.ts'
import { Layer } from '../layer.ts'
import { parameter } from '../marks.ts'
import { shown } from './settings.ts'

export interface EmbeddingOptions extends InitOptions {
  /** How the weight starts: by default normal with standard deviation 1, as in PyTorch. */
  readonly init?: Initializer
  /** The index whose row starts as zeros and gets no gradient, so that it stays what it is: for padding. */
  readonly paddingIdx?: number
}

/**
 * The rows of a table at the indices, int32 of any shape: [...] -> [..., dim]. The gradients of an index that occurs
 * several times add up. An index that is no row, negative ones too, is an error.
 */
export class Embedding<C extends number = number, D extends number = number> extends Layer<[], [D]> {
  /** [count, dim]: row i is the vector of index i. */
  readonly weight: Tensor<[C, D]>
  /** null: there is no such row. */
  readonly paddingIdx: number | null

  constructor(count: C, dim: D, options: EmbeddingOptions = {}) {
    super()
    const op = 'Embedding'
    checkCount(op, 'the number of rows', count)
    checkCount(op, 'the size of a row', dim)
    const names = ['init', 'paddingIdx', 'dtype', 'generator']
    const { init = normal(1), paddingIdx } = checkOptions(op, options, names)
    if (paddingIdx !== undefined && !(Number.isInteger(paddingIdx) && paddingIdx >= 0 && paddingIdx < count))
      fail(op, `paddingIdx must be one of the rows, 0 to ${count - 1}, got ${describe(paddingIdx)}`)
    const rows = initialize(op, 'init', init, [count, dim], options)
    this.paddingIdx = paddingIdx ?? null
    this.weight = parameter(
      (paddingIdx === undefined ? rows : without(paddingIdx, rows.detach())) as Tensor<[C, D]>,
    )
  }

  forward(indices: Tensor): Tensor {
    checkTensor('Embedding', 'the input', indices)
    if (indices.dtype !== 'int32')
      fail(
        'Embedding',
        `indices have dtype ${indices.dtype}, they must be int32; convert them with to('int32')`,
      )
    const rows = this.#rows(indices)
    const { paddingIdx } = this
    if (paddingIdx === null) return rows
    return where(unsqueeze(eq(indices, paddingIdx), -1), stopGradient(rows), rows)
  }

  #rows(indices: Tensor): Tensor {
    try {
      // take counts negative indices from the end: they are made such that it refuses them.
      return take(this.weight as Tensor, where(lt(indices, 0), LOWEST, indices), 0)
    } catch (error) {
      // Only now may values be read: where the layer is traced there are none, and nothing has failed either.
      this.#refuse(indices)
      throw error
    }
  }

  /** Throws for the first index that is no row. */
  #refuse({ shape, data }: Tensor): void {
    const [count] = this.weight.shape as readonly [number, number]
    const wrong = data.findIndex((index) => index < 0 || index >= count)
    if (wrong < 0) return
    const position: number[] = []
    for (let axis = shape.length - 1, rest = wrong; axis >= 0; axis--) {
      position.unshift(rest % shape[axis]!)
      rest = Math.floor(rest / shape[axis]!)
    }
    const place = shape.length === 0 ? '' : ` at [${position.join(', ')}]`
    fail(
      'Embedding',
      `index ${data[wrong]}${place} is out of range: there are ${count} rows, 0 to ${count - 1}`,
    )
  }

  override toString(): string {
    return shown('Embedding', this.weight.shape, [['paddingIdx', this.paddingIdx, null]])
  }
}

/** The rows, that of the index as zeros. */
function without(index: number, rows: Tensor): Tensor {
  const numbers = arange(0, rows.shape[0]!, 1, { dtype: 'int32' })
  return where(unsqueeze(eq(numbers, index), 1), 0, rows)
}

const LOWEST = -2147483648
