/** @file Tensors as text, in the manner of NumPy. Imports dtype.ts, shape.ts and (types only) storage.ts. */
import { type DType, isFloat } from './dtype.ts'
import { type Shape, showShape, sizeOf } from './shape.ts'
import type { Storage } from './storage.ts'

/** What printing needs of a tensor, which is defined further down the reading order. */
interface Printable {
  readonly shape: Shape
  readonly dtype: DType
  readonly strides: Shape
  readonly offset: number
  readonly storage: Storage
}

const INDENT = ' '.repeat('tensor('.length)
const WIDTH = 80

/**
 * `tensor([[1., 2.5], [3., 4.]], shape=[2, 2], dtype=float32, suffix)`, rows below one another. Floating-point numbers
 * show at most 8 significant digits (fewer where fewer give the same float32), with their decimal points aligned, in
 * scientific notation if magnitudes lie far apart. Beyond 1,000 elements only the ends of each axis are shown.
 */
export function formatTensor({ shape, dtype, strides, offset, storage }: Printable, suffix: string): string {
  const rank = shape.length
  // Three elements at either end of each axis, fewer only where many axes would still make pages of text.
  let edge = sizeOf(shape) > 1000 ? 3 : 500
  while (sizeOf(shape.map((size) => Math.min(size, 2 * edge))) > 10_000) edge--

  const render = (write: (value: number) => string, axis = 0, position = storage.base + offset): string => {
    if (axis === rank) return write(storage.data[position]!)
    const size = shape[axis]!
    const items: string[] = []
    for (let i = 0; i < size; i++) {
      if (i === edge && size > 2 * edge) {
        items.push('...')
        i = size - edge
      }
      if (i < size) items.push(render(write, axis + 1, position + i * strides[axis]!))
    }
    const indent = `${INDENT} ${' '.repeat(axis)}`
    // A blank line sets matrices apart.
    if (axis < rank - 1) return `[${items.join(`,${axis < rank - 2 ? '\n' : ''}\n${indent}`)}]`
    let text = ''
    let column = indent.length
    items.forEach((item, i) => {
      const breaks = column + item.length + 2 > WIDTH
      if (i > 0) text += breaks ? `,\n${indent}` : ', '
      text += item
      column = (breaks ? indent.length : column) + item.length + 2
    })
    return `[${text}]`
  }
  const values: number[] = []
  if (sizeOf(shape) > 0) render((value) => `${values.push(value)}`)
  const body = `tensor(${sizeOf(shape) > 0 ? render(formatter(values, dtype)) : '[]'},`
  const facts = `shape=${showShape(shape)}, dtype=${dtype}${suffix && `, ${suffix}`})`
  const fits = body.length - body.lastIndexOf('\n') + facts.length <= WIDTH
  return body + (fits ? ' ' : `\n${INDENT}`) + facts
}

/** One format for all values, so that they line up. */
function formatter(values: readonly number[], dtype: DType): (value: number) => string {
  const write = isFloat(dtype)
    ? floatWriter(values, dtype === 'float32' ? Math.fround : (x) => +x.toPrecision(8))
    : (value: number) => `${dtype === 'bool' ? value !== 0 : value}`
  const width = Math.max(0, ...values.map((value) => write(value).length))
  return (value) => write(value).padStart(width)
}

function floatWriter(values: readonly number[], round: (x: number) => number): (value: number) => string {
  /** Digits after the point of the mantissa: the fewest that stand for the same number, 7 at most. */
  const digitsOf = (value: number): number => {
    let count = 0
    while (count < 7 && round(+value.toExponential(count)) !== round(value)) count++
    return count
  }
  /** Digits after the decimal point when written without exponent. */
  const placesOf = (value: number): number => {
    const count = digitsOf(value)
    return Math.max(0, count - +value.toExponential(count).split('e')[1]!)
  }
  const finite = values.filter((value) => value !== 0 && Number.isFinite(value))
  const digits = Math.max(0, ...finite.map(digitsOf))
  const places = Math.max(0, ...finite.map(placesOf))
  const magnitudes = finite.map(Math.abs)
  const max = Math.max(...magnitudes)
  const min = Math.min(...magnitudes)
  const scientific = max >= 1e8 || (!finite.every(Number.isInteger) && (min < 1e-4 || max / min >= 1e5))
  return (value) => {
    if (!Number.isFinite(value)) return `${value}`
    const sign = Object.is(value, -0) ? '-' : ''
    if (scientific) return sign + value.toExponential(digits).replace(/e.(?=\d$)/, '$&0')
    const count = placesOf(value)
    return sign + value.toFixed(count) + (count === 0 ? '.' : '') + ' '.repeat(places - count)
  }
}
