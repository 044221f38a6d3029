/**
 * @file A strict reader of the little JSON that a safetensors header is made of: objects, strings, whole numbers. It
 * never looks ahead and never recurses, so that what a file claims costs nothing. Imports errors.ts and refusal.ts.
 */
import { describe } from '../errors.ts'
import type { Refuse } from './refusal.ts'

declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** More digits than any safe integer has. */
const TOO_MANY_DIGITS = 17

/** Half of a surrogate pair alone: no text of UTF-8 holds it. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)

/** Reads one value after another from the bytes of a header, and refuses the first that is not as it must be. */
export class HeaderText {
  readonly #bytes: Uint8Array
  readonly #refuse: Refuse
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #at = 0

  constructor(bytes: Uint8Array, refuse: Refuse) {
    this.#bytes = bytes
    this.#refuse = refuse
  }

  /** An object: `visit` reads the value of each key. The same key twice would hide one of two values. */
  object(what: string, visit: (key: string) => void): void {
    this.#take('{')
    if (this.#accept('}')) return
    const seen = new Set<string>()
    do {
      const key = this.string()
      if (seen.has(key)) this.#refuse(`${what} has the key ${describe(key)} twice`)
      if (key === '__proto__') this.#refuse(`${what} has the key "__proto__", which is not allowed`)
      seen.add(key)
      this.#take(':')
      visit(key)
    } while (this.#accept(','))
    this.#take('}')
  }

  /** A list of whole numbers, at most `most`. */
  integers(what: string, most: number): number[] {
    this.#take('[')
    const list: number[] = []
    if (this.#accept(']')) return list
    do {
      if (list.length === most) this.#refuse(`${what} has more than ${most} numbers`)
      list.push(this.#integer(what))
    } while (this.#accept(','))
    this.#take(']')
    return list
  }

  string(): string {
    this.#take('"')
    const bytes = this.#bytes
    let end = this.#at
    while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1
    if (end >= bytes.length) this.#refuse('the header ends within a string')
    const literal = this.#text(this.#at - 1, end + 1)
    let text = ''
    try {
      text = JSON.parse(literal) as string
    } catch {
      this.#refuse(`the header is not valid JSON: ${describe(literal)} at byte ${this.#at - 1} is no string`)
    }
    if (!isWellFormed(text)) this.#refuse(`the header holds half a surrogate pair, in ${describe(text)}`)
    this.#at = end + 1
    return text
  }

  /** Nothing but white space follows. */
  end(): void {
    this.#skipSpace()
    if (this.#at < this.#bytes.length) this.#unexpected('the end of the header')
  }

  #integer(what: string): number {
    this.#skipSpace()
    const start = this.#at
    let end = start
    while (end < start + TOO_MANY_DIGITS && this.#bytes[end]! >= 0x30 && this.#bytes[end]! <= 0x39) end++
    const digits = this.#text(start, end)
    const value = Number(digits)
    const leadingZero = digits.length > 1 && digits.startsWith('0')
    // A sign, a fraction or an exponent ends the digits early, and is then no comma or bracket.
    if (digits === '' || leadingZero || !Number.isSafeInteger(value)) {
      const shown = this.#text(start, Math.min(end + 8, this.#bytes.length), true).split(/[\s,\]}]/)[0]!
      this.#refuse(`${what} holds ${describe(shown)}; whole numbers from 0 to 2^53 - 1 are allowed`)
    }
    this.#at = end
    return value
  }

  /** The text of some bytes; `lenient` for messages. */
  #text(start: number, end: number, lenient = false): string {
    try {
      return this.#decoder.decode(this.#bytes.subarray(start, end))
    } catch {
      if (lenient) return '?'
      return this.#refuse(`the header is not valid UTF-8, in bytes ${start} to ${end - 1}`)
    }
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#at++
    }
  }

  #accept(character: string): boolean {
    this.#skipSpace()
    if (this.#bytes[this.#at] !== character.charCodeAt(0)) return false
    this.#at++
    return true
  }

  #take(character: string): void {
    if (!this.#accept(character)) this.#unexpected(`'${character}'`)
  }

  #unexpected(expected: string): never {
    const byte = this.#bytes[this.#at]
    const found =
      byte === undefined
        ? 'its end'
        : byte >= 0x20 && byte < 0x7f
          ? `'${String.fromCharCode(byte)}'`
          : `the byte ${byte}`
    return this.#refuse(`the header is not valid: byte ${this.#at} should be ${expected}, it is ${found}`)
  }
}
