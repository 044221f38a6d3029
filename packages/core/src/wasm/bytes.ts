/** @file A growing list of bytes, with the number formats of WebAssembly's binary encoding. Imports nothing. */

export class Bytes {
  #data = new Uint8Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What was written so far, without a copy: valid until the next write. */
  view(): Uint8Array {
    return this.#data.subarray(0, this.#length)
  }

  byte(value: number): this {
    if (this.#length === this.#data.length) this.#grow(1)
    this.#data[this.#length++] = value
    return this
  }

  append(bytes: Uint8Array): this {
    this.#grow(bytes.length)
    this.#data.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  /** A whole number >= 0 in LEB128: seven bits per byte, the lowest first, the top bit set on all bytes but the last. */
  unsigned(value: number): this {
    let rest = value >>> 0
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80)
    return this.byte(rest)
  }

  /** An int32 in signed LEB128: as many bytes as keep the sign. */
  signed(value: number): this {
    let rest = value | 0
    for (;;) {
      const low = rest & 0x7f
      rest >>= 7
      const negative = (low & 0x40) !== 0
      if (rest === (negative ? -1 : 0)) return this.byte(low)
      this.byte(low | 0x80)
    }
  }

  /** A name: its length in bytes, then UTF-8. All names here are ASCII. */
  name(text: string): this {
    this.unsigned(text.length)
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i))
    return this
  }

  #grow(count: number): void {
    const wanted = this.#length + count
    if (wanted <= this.#data.length) return
    const larger = new Uint8Array(Math.max(2 * this.#data.length, wanted))
    larger.set(this.view())
    this.#data = larger
  }
}
