/** @file A text as numbers: which characters there are, and windows of it as samples. Imports core, nn, common/cli.ts. */
import { type Tensor, tensor } from '@tapegrad/core'
import type { Dataset } from '@tapegrad/nn'
import { UserError } from '../common/cli.ts'

/** The characters of a text, numbered in the order of their codes. */
export class Alphabet {
  readonly characters: readonly string[]
  readonly #numbers: ReadonlyMap<string, number>

  constructor(characters: Iterable<string>) {
    this.characters = [...new Set(characters)].sort()
    this.#numbers = new Map(this.characters.map((character, i) => [character, i]))
  }

  get size(): number {
    return this.characters.length
  }

  /** The number of each character; `what` names the text in the error about one that is unknown. */
  encode(text: string, what: string): Int32Array {
    return Int32Array.from(text, (character) => {
      const number = this.#numbers.get(character)
      if (number === undefined)
        throw new UserError(
          `${what} has the character ${JSON.stringify(character)}, which the model does not know`,
        )
      return number
    })
  }

  decode(numbers: Iterable<number>): string {
    return Array.from(numbers, (number) => this.characters[number]).join('')
  }
}

/** A window of the text, and what follows each of its characters. */
type Sample = [x: Tensor<[number]>, next: Tensor<[number]>]

/** Windows of `size` characters of a text that has more, one behind the other. */
export class Windows implements Dataset<Sample> {
  readonly length: number
  readonly #text: Int32Array
  readonly #size: number

  constructor(text: Int32Array, size: number) {
    this.#text = text
    this.#size = size
    // One more character must follow the last.
    this.length = Math.floor((text.length - 1) / size)
  }

  get(index: number): Sample {
    const start = index * this.#size
    return [this.#at(start), this.#at(start + 1)]
  }

  #at(start: number): Tensor<[number]> {
    return tensor(this.#text.subarray(start, start + this.#size)) as Tensor<[number]>
  }
}
