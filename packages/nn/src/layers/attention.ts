/**
 * @file MultiHeadAttention. Imports core, layer.ts, module.ts, marks.ts, errors.ts, init.ts, dense.ts, dropout.ts,
 * attention-masks.ts and settings.ts.
 */
import {
  add,
  any,
  linear,
  matmul,
  mul,
  reshape,
  type Shape,
  slice,
  softmax,
  type Tensor,
  transpose,
  where,
} from '@tapegrad/core/ops'
import { checkCount, checkFlag, checkOptions, checkTensor, fail, sameShape, showShape } from '../errors.ts'
import { glorotUniform, type InitOptions, initialize, zeros } from '../init.ts'
import { Layer } from '../layer.ts'
import { parameter } from '../marks.ts'
import { within } from '../module.ts'
import { type AttentionMasks, combined, excluded } from './attention-masks.ts'
import { Dense } from './dense.ts'
import { Dropout } from './dropout.ts'
import { shown } from './settings.ts'

export interface MultiHeadAttentionOptions extends InitOptions {
  /** Whether the projections have biases (default true), which start as zeros. */
  readonly bias?: boolean
  /** Whether each position sees itself and earlier ones alone, in every call (default false). */
  readonly causal?: boolean
  /** Probability with which an attention weight is dropped while training (default 0), drawn from `generator`. */
  readonly dropout?: number
}

/**
 * Attention with several heads (Vaswani et al. 2017): softmax(Q K^T / sqrt(d)) V for each head, of size d = dim / heads,
 * where Q, K and V are parts of linear maps of queries, keys and values; the heads, joined, pass another linear map.
 * `call(x)` lets the positions of [...batch, length, dim] see each other, `attend` those of one sequence another's.
 *
 * What a mask excludes has no influence and gets gradients of exactly 0, as long as it is finite: 0 times the Infinity or
 * NaN of an excluded value is NaN. A query that may see nothing gives zeros, without the bias, and no gradients.
 * (With a float mask of -Infinity all along a row it gives NaN, as in PyTorch.)
 */
export class MultiHeadAttention<D extends number = number> extends Layer<
  [number, D],
  [number, D],
  [masks?: AttentionMasks]
> {
  readonly heads: number
  readonly causal: boolean
  /** [3 dim, dim]: the maps of queries, keys and values, one below the other. */
  readonly in_proj_weight: Tensor<[number, D]>
  /** [3 dim]; null when the layer was made with `bias: false`. */
  readonly in_proj_bias: Tensor<[number]> | null
  readonly out_proj: Dense<D, D>
  /** null: none of the attention weights is dropped. */
  readonly dropout: Dropout | null

  constructor(dim: D, heads: number, options: MultiHeadAttentionOptions = {}) {
    super()
    const op = 'MultiHeadAttention'
    checkCount(op, 'dim', dim)
    checkCount(op, 'the number of heads', heads)
    if (dim % heads !== 0)
      fail(op, `dim ${dim} cannot be divided among ${heads} heads; choose a multiple of them`)
    const names = ['bias', 'causal', 'dropout', 'dtype', 'generator']
    const { bias = true, causal = false, dropout = 0, ...init } = checkOptions(op, options, names)
    checkFlag(op, 'bias', bias)
    checkFlag(op, 'causal', causal)
    this.heads = heads
    this.causal = causal
    const weight = initialize(op, 'init', glorotUniform, [3 * dim, dim], init) as Tensor<[number, D]>
    this.in_proj_weight = parameter(weight)
    this.in_proj_bias = bias
      ? parameter(initialize(op, 'bias', zeros, [3 * dim], init) as Tensor<[number]>)
      : null
    this.out_proj = new Dense(dim, dim, { ...init, bias: bias && zeros })
    this.dropout =
      dropout === 0 ? null : new Dropout(dropout, init.generator ? { generator: init.generator } : {})
  }

  forward(x: Tensor, masks: AttentionMasks = {}): Tensor {
    return this.#attend(x, x, x, masks)
  }

  /**
   * Lets queries [...batch, queries, dim] see keys [...batch, keys, dim]: the result [...batch, queries, dim] are means of
   * the values, one per key, each query's by its own weights.
   */
  attend<Batch extends Shape, Q extends number, K extends number>(
    query: Tensor<readonly [...Batch, Q, D]>,
    key: Tensor<readonly [...Batch, K, D]>,
    value: Tensor<readonly [...Batch, K, D]>,
    masks?: AttentionMasks,
  ): Tensor<[...Batch, Q, D]> {
    return within(
      this,
      () => this.#attend(query as Tensor, key as Tensor, value as Tensor, masks) as Tensor<[...Batch, Q, D]>,
    )
  }

  #attend(query: Tensor, key: Tensor, value: Tensor, masks: AttentionMasks = {}): Tensor {
    this.#check(query, key, value)
    const [q, k, v] = [this.#heads(query, 0), this.#heads(key, 1), this.#heads(value, 2)]
    const shape = [...q.shape.slice(0, -1), k.shape.at(-2)!]
    const { bias, allowed, seeing } = combined(masks, this.causal, shape, q.dtype)
    // The queries are scaled, which are fewer numbers than the scores.
    let scores: Tensor = matmul(mul(q, 1 / Math.sqrt(q.shape.at(-1)!)), transpose(k, -2, -1) as Tensor)
    if (bias !== null) scores = add(scores, bias)
    if (allowed !== null) scores = where(allowed, scores, excluded(seeing, q.dtype))
    const weights = softmax(scores, -1)
    const mixed: Tensor = matmul(this.dropout === null ? weights : this.dropout.call(weights), v)
    const joined = transpose(
      seeing === null || seeing.shape.at(-3) === 1 ? mixed : where(seeing, mixed, 0),
      -3,
      -2,
    ) as Tensor
    const out = this.out_proj.call(reshape(joined, query.shape) as never) as Tensor
    return seeing === null ? out : where(any(seeing, -3) as Tensor, out, 0)
  }

  /** Part 0, 1 or 2 of the first linear map, as heads: [..., length, dim] -> [..., heads, length, dim / heads]. */
  #heads(x: Tensor, part: number): Tensor {
    const { heads, in_proj_bias: bias } = this
    const dim = x.shape.at(-1)!
    const rows = [[part * dim, (part + 1) * dim]] as const
    const z: Tensor = linear(
      x,
      slice(this.in_proj_weight as Tensor, rows),
      bias && slice(bias as Tensor, rows),
    )
    return transpose(reshape(z, [...x.shape.slice(0, -1), heads, dim / heads]), -3, -2) as Tensor
  }

  #check(query: Tensor, key: Tensor, value: Tensor): void {
    const op = 'MultiHeadAttention'
    const dim = this.in_proj_weight.shape[1]
    for (const [name, x] of Object.entries({ query, key, value })) {
      checkTensor(op, `the ${name}`, x)
      if (x.ndim < 2 || x.shape[x.ndim - 1] !== dim)
        fail(
          op,
          `expected the ${query === value ? 'input' : name} to be [..., length, ${dim}], got ${showShape(x.shape)}`,
        )
    }
    if (!sameShape(query.shape.slice(0, -2), key.shape.slice(0, -2)))
      fail(
        op,
        `queries ${showShape(query.shape)} and keys ${showShape(key.shape)} must have the same axes before [length, ${dim}]; broadcastTo repeats what all share`,
      )
    if (!sameShape(key.shape, value.shape))
      fail(
        op,
        `there must be one value per key, got keys ${showShape(key.shape)} and values ${showShape(value.shape)}`,
      )
  }

  override toString(): string {
    return shown(
      'MultiHeadAttention',
      [this.out_proj.weight.shape[0], this.heads],
      [
        ['bias', this.in_proj_bias !== null, true],
        ['causal', this.causal, false],
        ['dropout', this.dropout?.p ?? 0, 0],
      ],
    )
  }
}
