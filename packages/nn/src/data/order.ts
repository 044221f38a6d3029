/** @file Random orders, from a seed, a generator or the shared one. Imports core and errors.ts. */
import { arange, Generator, permutation, randint, type Tensor } from '@tapegrad/core/ops'
import { describe, fail } from '../errors.ts'

/** What the options of DataLoader and trainTestSplit say about where random numbers come from. */
interface RandomSource {
  readonly seed?: number
  readonly generator?: Generator
}

/** The generator that the options name; undefined means the shared one. */
export function generatorOf(op: string, { seed, generator }: RandomSource): Generator | undefined {
  if (seed !== undefined && generator !== undefined) fail(op, 'pass a seed or a generator, not both')
  if (generator !== undefined && !(generator instanceof Generator))
    fail(op, `the generator must be made with new Generator(seed), got ${describe(generator)}`)
  return seed === undefined ? generator : new Generator(seed)
}

const from = (generator: Generator | undefined): { generator?: Generator } =>
  generator === undefined ? {} : { generator }

/** 0 to count - 1, in order or in a random one. */
export const orderOf = (
  count: number,
  shuffle: boolean,
  generator: Generator | undefined,
): Tensor<[number]> =>
  shuffle ? permutation(count, from(generator)) : arange(0, count, 1, { dtype: 'int32' })

/** How many numbers a buffer draws at once. */
const DRAWS = 256

/**
 * Holds up to `size` items and gives a random one of them for each that comes in. Its numbers come from a generator of
 * its own, seeded by one draw when it is made: whatever else draws from `generator` meanwhile, and however far a pass
 * goes, makes no difference.
 */
export class ShuffleBuffer<Item> {
  readonly #size: number
  readonly #generator: Generator
  readonly #held: Item[] = []
  #draws: ArrayLike<number> = []
  #used = 0

  constructor(size: number, generator: Generator | undefined) {
    this.#size = size
    const [high, low] = randint(0, 2 ** 26, [2], from(generator)).data
    this.#generator = new Generator(high! * 2 ** 26 + low!)
  }

  /** Takes an item in; gives one out once the buffer is full. */
  exchange(item: Item): Item | undefined {
    const held = this.#held
    if (held.length < this.#size) {
      held.push(item)
      return undefined
    }
    if (this.#used === this.#draws.length) {
      this.#draws = randint(0, this.#size, [DRAWS], { generator: this.#generator }).data
      this.#used = 0
    }
    const place = this.#draws[this.#used++]!
    const out = held[place]!
    held[place] = item
    return out
  }

  /** What is still held, in random order. */
  drain(): Item[] {
    const order = permutation(this.#held.length, { generator: this.#generator })
    return Array.from(order.data, (i) => this.#held[i]!)
  }
}
