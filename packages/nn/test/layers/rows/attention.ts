/** @file Rows of Embedding, MultiHeadAttention and TransformerBlock. */
import { type Generator, type Tensor, tensor } from '@tapegrad/core'
import { type AttentionMasks, Embedding, Module, MultiHeadAttention, TransformerBlock } from '@tapegrad/nn'
import type { Row } from '../row.ts'

/** `attend` as a module of three inputs. */
class Attend extends Module {
  readonly attention: MultiHeadAttention<4>
  readonly masks: AttentionMasks

  constructor(options: { dtype: 'float32' | 'float64'; generator: Generator }, masks: AttentionMasks) {
    super()
    // A bias of keys adds the same to all scores of a query: it has no gradient, of which gradcheck at times finds noise.
    this.attention = new MultiHeadAttention(4, 2, { ...options, bias: false })
    this.masks = masks
  }

  forward(query: Tensor, key: Tensor, value: Tensor): Tensor {
    return this.attention.attend(query as never, key as never, value as never, this.masks)
  }
}

const bools = (rows: number[][]): Tensor => tensor(rows, { dtype: 'bool' })
const attentionKeys = ['in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias']
const blockKeys = [
  ...attentionKeys.map((key) => `self_attn.${key}`),
  ...['linear1', 'linear2', 'norm1', 'norm2'].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
]

export const rows: readonly Row[] = [
  {
    layer: 'Embedding',
    make: (options) => new Embedding(5, 3, options),
    inputs: [[2, 3]],
    indices: 5,
    keys: ['weight'],
    refuses: [
      [2],
      "Embedding: indices have dtype float64, they must be int32; convert them with to('int32')",
    ],
  },
  {
    layer: 'MultiHeadAttention',
    make: (options) => new MultiHeadAttention(4, 2, options),
    inputs: [[2, 3, 4]],
    keys: attentionKeys,
    refuses: [[2, 3, 5], 'MultiHeadAttention: expected the input to be [..., length, 4], got [2, 3, 5]'],
  },
  {
    layer: 'MultiHeadAttention',
    note: 'causal, without bias',
    make: (options) => new MultiHeadAttention(4, 1, { ...options, bias: false, causal: true }),
    inputs: [[2, 3, 4]],
    keys: ['in_proj_weight', 'out_proj.weight'],
  },
  {
    layer: 'MultiHeadAttention',
    note: 'attend, where the first query sees nothing and the last key is seen by none',
    make: (options) =>
      new Attend(options, {
        mask: bools([
          [0, 0, 0],
          [1, 1, 0],
        ]),
      }),
    inputs: [
      [2, 2, 4],
      [2, 3, 4],
      [2, 3, 4],
    ],
    keys: ['attention.in_proj_weight', 'attention.out_proj.weight'],
  },
  {
    layer: 'MultiHeadAttention',
    note: 'attend, heads that see nothing',
    make: (options) =>
      new Attend(options, {
        mask: tensor([[[[0, 1, 1]], [[0, 0, 0]]]], { dtype: 'bool' }) as Tensor,
        keyMask: tensor([1, 1, 0], { dtype: 'bool' }) as Tensor,
        causal: true,
      }),
    inputs: [
      [2, 2, 4],
      [2, 3, 4],
      [2, 3, 4],
    ],
    keys: ['attention.in_proj_weight', 'attention.out_proj.weight'],
    // The mask has as many axes as a batch.
    anyBatch: false,
  },
  {
    layer: 'TransformerBlock',
    make: (options) => new TransformerBlock(4, 2, { ...options, mlpRatio: 1.5, causal: true }),
    inputs: [[2, 2, 4]],
    keys: blockKeys,
  },
]
