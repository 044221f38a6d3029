/** @file Square matrix products in plain JavaScript. Target: 256 x 256 at least 3 GFLOP/s. Also where packing starts to pay. */
import * as tg from '@tapegrad/core'
import { duration, medians, ratio, table } from './support/measure.ts'

/** The textbook loop, in the order that reads memory best. */
function byHand(
  n: number,
  a: Float32Array | Float64Array,
  b: Float32Array | Float64Array,
): Float32Array | Float64Array {
  const c = a instanceof Float32Array ? new Float32Array(n * n) : new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const left = a[i * n + k]!
      for (let j = 0; j < n; j++) c[i * n + j]! += left * b[k * n + j]!
    }
  }
  return c
}

for (const dtype of ['float32', 'float64'] as const) {
  const rows = [16, 24, 27, 28, 32, 64, 128, 256, 512].map((n) => {
    const Array_ = dtype === 'float32' ? Float32Array : Float64Array
    const a = tg.tensor(new Array_(n * n).map((_, i) => Math.sin(i))).reshape([n, n])
    const b = tg.tensor(new Array_(n * n).map((_, i) => Math.cos(i))).reshape([n, n])
    const [x, y] = [a.data as Float64Array, b.data as Float64Array]
    const repetitions = Math.ceil(3e6 / n ** 3)
    const times = medians([
      { name: 'hand', run: () => repeat(repetitions, () => byHand(n, x, y)) },
      { name: 'tapegrad', run: () => repeat(repetitions, () => a.matmul(b)) },
    ]).map((t) => t / repetitions) as [number, number]
    return [
      `${n} x ${n}`,
      duration(times[0]),
      duration(times[1]),
      ratio(times[1], times[0]),
      ((2 * n ** 3) / times[1] / 1e9).toFixed(2),
    ]
  })
  console.log(table(`matmul, ${dtype}`, ['size', 'loop', 'tapegrad', 'ratio', 'GFLOP/s'], rows))
}

function repeat(times: number, f: () => void): void {
  for (let i = 0; i < times; i++) f()
}
