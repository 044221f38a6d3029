/**
 * @file Random bits, and numbers made of them, as pure functions of a key and a counter (Threefry). Imports
 * errors.ts and math.ts.
 */
import { fail } from './errors.ts'
import { cosNumber, logNumber, sinNumber } from './math.ts'

/**
 * Four 32-bit words, signed or unsigned: the key's low and high word, then the counter's. The filling
 * functions below only read it; each returns by how many blocks of two words the counter has to move
 * (`advance`) before the next draw. Except in a permutation, an element depends on the state and its index
 * alone: a longer draw begins with a shorter one.
 */
export type RandomState = ArrayLike<number>

/** Moves the counter of a state on, modulo 2^64. */
export function advance(state: { [index: number]: number }, blocks: number): void {
  const low = (state[2]! >>> 0) + blocks
  state[2] = low | 0
  state[3] = (state[3]! + Math.floor(low / 2 ** 32)) | 0
}

/**
 * Threefry-2x32 with 20 rounds: writes the two words of one block to `out[at]` and `out[at + 1]`. Source:
 * Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011), section 3.3 and table 2.
 */
export function threefry(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Uint32Array,
  at: number,
): void {
  let a = key0 | 0
  let b = key1 | 0
  let c = 0x1bd11bda ^ a ^ b
  let x = (counter0 + a) | 0
  let y = (counter1 + b) | 0
  for (let injection = 1; injection <= 5; injection++) {
    // Written out per parity, so that every rotation is by a constant.
    if (injection & 1) {
      x = (x + y) | 0
      y = ((y << 13) | (y >>> 19)) ^ x
      x = (x + y) | 0
      y = ((y << 15) | (y >>> 17)) ^ x
      x = (x + y) | 0
      y = ((y << 26) | (y >>> 6)) ^ x
      x = (x + y) | 0
      y = ((y << 6) | (y >>> 26)) ^ x
    } else {
      x = (x + y) | 0
      y = ((y << 17) | (y >>> 15)) ^ x
      x = (x + y) | 0
      y = ((y << 29) | (y >>> 3)) ^ x
      x = (x + y) | 0
      y = ((y << 16) | (y >>> 16)) ^ x
      x = (x + y) | 0
      y = ((y << 24) | (y >>> 8)) ^ x
    }
    const first = a
    a = b
    b = c
    c = first
    x = (x + a) | 0
    y = (y + b + injection) | 0
  }
  out[at] = x
  out[at + 1] = y
}

const CHUNK = 512
const chunk = /* @__PURE__ */ new Uint32Array(CHUNK)

/** The first `length` elements of `out` become random words, from block `skip` on, and of an odd number one more. */
export function fillBits(
  state: RandomState,
  out: Uint32Array,
  length: number = out.length,
  skip = 0,
): number {
  const high = state[3]!
  let counter = (state[2]! >>> 0) + skip
  for (let at = 0; at < length; at += 2, counter++)
    threefry(state[0]!, state[1]!, counter, high + Math.floor(counter / 2 ** 32), out, at)
  return Math.ceil(length / 2)
}

/** Calls `use(words, at)` for each element's words in turn, `perElement` words each (1, 2 or 4). */
function draw(
  state: RandomState,
  count: number,
  perElement: number,
  use: (words: Uint32Array, at: number, element: number) => void,
): number {
  const perChunk = CHUNK / perElement
  for (let done = 0; done < count; done += perChunk) {
    const elements = Math.min(perChunk, count - done)
    fillBits(state, chunk, elements * perElement, (done * perElement) / 2)
    for (let i = 0; i < elements; i++) use(chunk, i * perElement, done + i)
  }
  return Math.ceil((count * perElement) / 2)
}

/** 53 bits as a number in [0, 1), a multiple of 2^-53. */
function fraction(words: Uint32Array, at: number): number {
  return ((words[at]! >>> 5) * 2 ** 26 + (words[at + 1]! >>> 6)) * 2 ** -53
}

/**
 * Uniform numbers in [0, 1): multiples of 2^-53 in float64, one block each; multiples of 2^-24 in float32,
 * half a block each.
 */
export function fillUniform(state: RandomState, out: Float64Array | Float32Array): number {
  if (out instanceof Float32Array) {
    return draw(state, out.length, 1, (words, at, i) => {
      out[i] = (words[at]! >>> 8) * 2 ** -24
    })
  }
  return draw(state, out.length, 2, (words, at, i) => {
    out[i] = fraction(words, at)
  })
}

/**
 * Standard normal numbers by Box and Muller's transform, float32 ones as the float64 ones rounded. Two blocks
 * give two numbers: radius sqrt(-2 ln(1 - u)) times cos and sin of 2 pi v.
 */
export function fillNormal(state: RandomState, out: Float64Array | Float32Array): number {
  return draw(state, Math.ceil(out.length / 2), 4, (words, at, pair) => {
    const radius = Math.sqrt(-2 * logNumber(1 - fraction(words, at)))
    const angle = 2 * Math.PI * fraction(words, at + 2)
    out[2 * pair] = radius * cosNumber(angle)
    if (2 * pair + 1 < out.length) out[2 * pair + 1] = radius * sinNumber(angle)
  })
}

/** floor(a b / 2^32) for integers 0 <= a < 2^32 and 0 <= b <= 2^32, in products below 2^53. */
function highProduct(a: number, b: number): number {
  return Math.floor(((a >>> 16) * b + Math.floor(((a & 0xffff) * b) / 65536)) / 65536)
}

/**
 * floor(w span / 2^64) for the 64-bit number w of two words: an integer in [0, span), span <= 2^32. The
 * probability of each differs from 1 / span by less than 2^-64, which no feasible number of draws can tell,
 * without any rejection.
 */
function below(span: number, words: Uint32Array, at: number): number {
  const high = words[at + 1]!
  const carry = (Math.imul(high, span) >>> 0) + highProduct(words[at]!, span) >= 2 ** 32
  return highProduct(high, span) + (carry ? 1 : 0)
}

/** Integers, each of [low, high) equally likely to within 2^-64; one block each. */
export function fillIntegers(state: RandomState, low: number, high: number, out: Int32Array): number {
  const span = high - low
  if (
    !(Number.isInteger(low) && Number.isInteger(high) && span >= 1 && low >= -(2 ** 31) && high <= 2 ** 31)
  ) {
    fail(
      'randint',
      `[${low}, ${high}) holds no int32 value, or more; give integers low < high within [-2^31, 2^31]`,
    )
  }
  return draw(state, out.length, 2, (words, at, i) => {
    out[i] = low + below(span, words, at)
  })
}

/**
 * A permutation of 0 ... out.length - 1, each equally likely (Fisher and Yates); one block per element but
 * the first.
 */
export function fillPermutation(state: RandomState, out: Int32Array): number {
  for (let i = 0; i < out.length; i++) out[i] = i
  return draw(state, Math.max(out.length - 1, 0), 2, (words, at, element) => {
    const i = element + 1
    const other = below(i + 1, words, at)
    const moved = out[i]!
    out[i] = out[other]!
    out[other] = moved
  })
}
