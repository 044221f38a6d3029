/**
 * @file A model as users write them: an encoder and a decoder with attention, of several inputs and outputs, modules in
 * arrays and plain objects, and a table of symbols that is also the output layer. Imports core and nn.
 */
import { add, type Generator, gelu, linear, randn, type Tensor, zeros } from '@tapegrad/core/ops'
import {
  Dense,
  Embedding,
  LayerNorm,
  Module,
  MultiHeadAttention,
  parameter,
  TransformerBlock,
} from '@tapegrad/nn'

export interface Sizes {
  readonly symbols: number
  readonly dim: number
  readonly heads: number
  readonly length: number
  readonly blocks: number
}

type Init = { readonly dtype?: 'float32' | 'float64'; readonly generator: Generator }

/** What the decoder sees of the source: vectors, and which of them count. */
export interface Memory {
  readonly states: Tensor
  readonly keyMask?: Tensor
}

export class DecoderBlock extends Module {
  readonly norms: LayerNorm<number>[]
  readonly own: MultiHeadAttention
  readonly attention: MultiHeadAttention
  readonly mlp: { readonly up: Dense; readonly down: Dense }

  constructor({ dim, heads }: Sizes, init: Init) {
    super()
    this.norms = [0, 1, 2].map(() => new LayerNorm(dim as number, init))
    this.own = new MultiHeadAttention(dim, heads, { ...init, causal: true })
    this.attention = new MultiHeadAttention(dim, heads, init)
    this.mlp = { up: new Dense(dim, 2 * dim, init), down: new Dense(2 * dim, dim, init) }
  }

  forward(x: Tensor, { states, ...masks }: Memory): Tensor {
    const norm = (i: number, h: Tensor): Tensor => this.norms[i]!.call(h as never)
    const seen = add(x, this.own.call(norm(0, x) as never))
    const read = add(
      seen,
      this.attention.attend(norm(1, seen), states as never, states as never, masks) as Tensor,
    )
    return add(read, this.mlp.down.call(gelu(this.mlp.up.call(norm(2, read) as never)) as never))
  }
}

/** Both stacks, under the names of a plain object. */
export class EncoderDecoder extends Module {
  readonly embedding: Embedding
  readonly positions: Tensor
  readonly encoder: { readonly blocks: TransformerBlock[] }
  readonly decoder: { readonly blocks: DecoderBlock[]; readonly norm: LayerNorm<number> }
  readonly output: { readonly weight: Tensor; readonly bias: Tensor }

  constructor(sizes: Sizes, init: Init) {
    super()
    const { symbols, dim, heads, length, blocks } = sizes
    const { dtype = 'float32' } = init
    const times = <T>(make: () => T): T[] => Array.from({ length: blocks }, make)
    this.embedding = new Embedding(symbols, dim, init)
    this.positions = parameter(randn([length, dim], init) as Tensor)
    this.encoder = { blocks: times(() => new TransformerBlock(dim, heads, { ...init, mlpRatio: 2 })) }
    this.decoder = {
      blocks: times(() => new DecoderBlock(sizes, init)),
      norm: new LayerNorm(dim as number, init),
    }
    this.output = {
      weight: this.embedding.weight as Tensor,
      bias: parameter(zeros([symbols], { dtype })) as Tensor,
    }
  }

  #embedded(ids: Tensor): Tensor {
    return add(this.embedding.call(ids), this.positions.slice([[0, ids.shape.at(-1)!]]) as Tensor)
  }

  /** Logits [..., target length, symbols] for what follows each symbol of the target; and the states of the source. */
  forward(source: Tensor, target: Tensor, sourceMask?: Tensor): { logits: Tensor; memory: Memory } {
    let states = this.#embedded(source)
    const masks = sourceMask && { keyMask: sourceMask }
    for (const block of this.encoder.blocks) states = block.call(states as never, masks) as Tensor
    const memory = { states, ...masks }
    let h = this.#embedded(target)
    for (const block of this.decoder.blocks) h = block.call(h, memory)
    const { weight, bias } = this.output
    return {
      logits: linear(this.decoder.norm.call(h as never) as Tensor, weight, bias as never) as Tensor,
      memory,
    }
  }
}
