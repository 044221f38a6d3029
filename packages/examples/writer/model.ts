/** @file A small language model: a transformer that says how likely each character is to be the next. Imports core and nn. */
import { arange, type Generator, noGrad, rand, type Tensor, tensor } from '@tapegrad/core'
import { crossEntropy, Dense, Embedding, LayerNorm, Module, normal, TransformerBlock } from '@tapegrad/nn'

/** How large the model is. */
export interface Size {
  /** Characters that it knows. */
  readonly characters: number
  /** Characters that it sees at once. */
  readonly context: number
  /** Numbers that stand for a character inside. */
  readonly width: number
  readonly heads: number
  readonly blocks: number
}

/** GPT in small (Radford et al. 2018): embeddings of character and place, causal pre-norm blocks, logits of the next one. */
export class Writer extends Module {
  readonly size: Size
  readonly characters: Embedding
  readonly places: Embedding
  readonly blocks: readonly TransformerBlock[]
  readonly norm: LayerNorm
  readonly logits: Dense

  constructor(size: Size, generator: Generator) {
    super()
    const { characters, context, width, heads } = size
    const small = { generator, init: normal(0.02) }
    this.size = size
    this.characters = new Embedding(characters, width, small)
    this.places = new Embedding(context, width, small)
    this.blocks = Array.from(
      { length: size.blocks },
      () => new TransformerBlock(width, heads, { causal: true, generator }),
    )
    this.norm = new LayerNorm(width)
    this.logits = new Dense(width, characters, { ...small, bias: false })
  }

  /** [batch, time] numbers of characters -> [batch, time, characters] logits of what follows each. */
  forward(x: Tensor<[number, number]>): Tensor<[number, number, number]> {
    const places = this.places.call(arange(0, x.shape[1], 1, { dtype: 'int32' }))
    let h = this.characters.call(x).add(places) as Tensor<[number, number, number]>
    for (const block of this.blocks) h = block.call(h)
    return this.logits.call(this.norm.call(h))
  }

  override toString(): string {
    const { characters, context, width } = this.size
    return `Writer(${characters} characters, context ${context}, width ${width})`
  }
}

/** The mean of -ln p over all characters that follow, p being what the model thought of them. */
export function nextLoss(
  logits: Tensor<[number, number, number]>,
  next: Tensor<[number, number]>,
): Tensor<[]> {
  return crossEntropy(logits.reshape([-1, logits.shape.at(-1)!]), next.reshape([-1]))
}

/**
 * Continues `start` by `count` characters, each drawn from the model's distribution; a temperature below 1 favours the
 * likely ones.
 */
export function* write(
  model: Writer,
  start: Int32Array,
  count: number,
  temperature: number,
  generator: Generator,
): globalThis.Generator<number, void, undefined> {
  const { context } = model.size
  const text = [...start]
  const training = model.training
  model.eval()
  try {
    for (let i = 0; i < count; i++) {
      const seen = tensor([text.slice(-context)], { dtype: 'int32' })
      const logits = noGrad(() => model.call(seen)).slice([0, -1])
      const next = draw(logits.div(temperature).softmax(0).data, generator)
      text.push(next)
      yield next
    }
  } finally {
    if (training) model.train()
  }
}

/** An index, drawn with these probabilities. */
function draw(probabilities: ArrayLike<number>, generator: Generator): number {
  const at = rand([], { generator }).item()
  let sum = 0
  let i = 0
  // The last one gets what rounding leaves.
  while (i < probabilities.length - 1) {
    sum += probabilities[i]!
    if (at < sum) break
    i++
  }
  return i
}
