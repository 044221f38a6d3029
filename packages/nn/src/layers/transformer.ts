/** @file TransformerBlock. Imports core, layer.ts, module.ts, errors.ts, init.ts, settings.ts and the layers it consists of. */
import { add, gelu, type Tensor } from '@tapegrad/core/ops'
import { checkOptions, describe, fail } from '../errors.ts'
import type { InitOptions } from '../init.ts'
import { Layer } from '../layer.ts'
import { MultiHeadAttention } from './attention.ts'
import type { AttentionMasks } from './attention-masks.ts'
import { Dense } from './dense.ts'
import { Dropout } from './dropout.ts'
import { LayerNorm } from './layer-norm.ts'
import { shown } from './settings.ts'

export interface TransformerBlockOptions extends InitOptions {
  /** Width of the layer between linear1 and linear2, in multiples of dim (default 4). */
  readonly mlpRatio?: number
  /** Probability of dropout (default 0): of attention weights, between the linear layers, and of what is added to x. */
  readonly dropout?: number
  /** Whether each position sees itself and earlier ones alone, in every call (default false). */
  readonly causal?: boolean
}

/**
 * One layer of a transformer, normalized before each part (Xiong et al. 2020): x + attention(norm1(x)), then
 * x + linear2(gelu(linear1(norm2(x)))), with the exact gelu: [...batch, length, dim] -> the same. Its weights are those of
 * PyTorch's TransformerEncoderLayer(norm_first=True, activation='gelu', batch_first=True); with `causal` it is a decoder.
 */
export class TransformerBlock<D extends number = number> extends Layer<
  [number, D],
  [number, D],
  [masks?: AttentionMasks]
> {
  readonly self_attn: MultiHeadAttention<D>
  readonly linear1: Dense<D, number>
  readonly linear2: Dense<number, D>
  readonly norm1: LayerNorm<D>
  readonly norm2: LayerNorm<D>
  readonly dropout: Dropout | null

  constructor(dim: D, heads: number, options: TransformerBlockOptions = {}) {
    super()
    const op = 'TransformerBlock'
    const names = ['mlpRatio', 'dropout', 'causal', 'dtype', 'generator']
    const { mlpRatio = 4, dropout = 0, causal = false, ...init } = checkOptions(op, options, names)
    this.self_attn = new MultiHeadAttention(dim, heads, { ...init, causal, dropout })
    const width = typeof mlpRatio === 'number' ? mlpRatio * dim : 0
    if (!(Number.isInteger(width) && width >= 1))
      fail(op, `mlpRatio times dim ${dim} must be a whole number >= 1, got mlpRatio ${describe(mlpRatio)}`)
    this.linear1 = new Dense(dim, width, init)
    this.linear2 = new Dense(width, dim, init)
    this.norm1 = new LayerNorm(dim, init)
    this.norm2 = new LayerNorm(dim, init)
    this.dropout =
      dropout === 0 ? null : new Dropout(dropout, init.generator ? { generator: init.generator } : {})
  }

  forward(x: Tensor, masks?: AttentionMasks): Tensor {
    const seen = add(x, this.#dropped(this.self_attn.call(this.norm1.call(x as never) as never, masks)))
    const hidden = gelu(this.linear1.call(this.norm2.call(seen as never) as never), { approximate: 'none' })
    return add(seen, this.#dropped(this.linear2.call(this.#dropped(hidden) as never)))
  }

  #dropped(x: Tensor): Tensor {
    return this.dropout === null ? x : this.dropout.call(x)
  }

  override toString(): string {
    const { self_attn, linear1, dropout } = this
    const [width, dim] = linear1.weight.shape as readonly [number, number]
    return shown(
      'TransformerBlock',
      [dim, self_attn.heads],
      [
        ['mlpRatio', width / dim, 4],
        ['dropout', dropout?.p ?? 0, 0],
        ['causal', self_attn.causal, false],
      ],
    )
  }
}
