/** @file Running sums, running products, and the recurrence that their derivatives need. Imports lines.ts. */
import type { TypedArray } from '../dtype.ts'
import { type Aval, emptyTensor, type Tensor } from '../tensor.ts'
import { forEachLine } from './lines.ts'

/** One input as a line of memory: element i lies at `data[start + i * step]`. */
interface Line {
  readonly data: TypedArray
  readonly start: number
  readonly step: number
}

/** Writes what runs along the lines `inputs` to the line `out` of `count` elements. */
export type Scan = (count: number, out: Line, inputs: readonly Line[]) => void

/** Sums in float64, rounded one by one as they are stored; in int32 modulo 2^32, as `add` has it. */
export const sumScan: Scan = (count, out, [x]) => {
  const whole = out.data instanceof Int32Array
  let total = -0 // the one number that added to -0 leaves it
  for (let i = 0, p = x!.start, q = out.start; i < count; i++, p += x!.step, q += out.step) {
    total += x!.data[p]!
    if (whole) total |= 0
    out.data[q] = total
  }
}

export const productScan: Scan = (count, out, [x]) => {
  const whole = out.data instanceof Int32Array
  let total = 1
  for (let i = 0, p = x!.start, q = out.start; i < count; i++, p += x!.step, q += out.step) {
    const factor = x!.data[p]!
    total = whole ? Math.imul(total, factor) : total * factor
    out.data[q] = total
  }
}

/** r[0] = b[0], r[i] = a[i] r[i - 1] + b[i]; the first a is not read. */
export const recurrenceScan: Scan = (count, out, [a, b]) => {
  let r = 0
  for (let i = 0; i < count; i++) {
    const added = b!.data[b!.start + i * b!.step]!
    r = i === 0 ? added : a!.data[a!.start + i * a!.step]! * r + added
    out.data[out.start + i * out.step] = r
  }
}

/** Runs `f` along every line of `axis`, from its end if `reverse`. */
export function scanLines(
  f: Scan,
  inputs: readonly Tensor[],
  axis: number,
  reverse: boolean,
  out: Aval,
): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const tensors = [result, ...inputs]
  const count = out.shape[axis]!
  forEachLine(tensors, axis, (starts) => {
    const [target, ...sources] = tensors.map((x, t): Line => {
      const step = x.strides[axis]!
      const { data } = x.storage
      return reverse
        ? { data, start: starts[t]! + (count - 1) * step, step: -step }
        : { data, start: starts[t]!, step }
    })
    f(count, target!, sources)
  })
  return result
}
