/**
 * @file Matrix products: the textbook loop, JavaScript and WebAssembly. Targets: float32 512 x 512 at least 35 GFLOP/s,
 * copies to WebAssembly and back included; without WebAssembly 256 x 256 at least 3. Also where the kernels change over.
 */
import * as tg from '@tapegrad/core'
import { accelerators } from '../packages/core/src/kernels/accelerators.ts'
import { matmulInto } from '../packages/core/src/kernels/matmul.ts'
import { gemm, matmul } from '../packages/core/src/wasm/gemm.ts'
import { duration, medians, ratio, table } from './support/measure.ts'

type Floats = Float32Array | Float64Array

const wave = (dtype: 'float32' | 'float64', size: number): Floats =>
  new (dtype === 'float32' ? Float32Array : Float64Array)(size).map((_, i) => Math.sin(i))

/** The textbook loop, in the order that reads memory best. */
function byHand(n: number, a: Floats, b: Floats): Floats {
  const c = a instanceof Float32Array ? new Float32Array(n * n) : new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const left = a[i * n + k]!
      for (let j = 0; j < n; j++) c[i * n + j]! += left * b[k * n + j]!
    }
  }
  return c
}

/** `f` in plain JavaScript. */
function unaccelerated(f: () => void): void {
  accelerators.matmul = null
  f()
  accelerators.matmul = matmul
}

function repeat(times: number, f: () => void): void {
  for (let i = 0; i < times; i++) f()
}

for (const dtype of ['float32', 'float64'] as const) {
  const rows = [16, 24, 32, 64, 128, 256, 512, 1024].map((n) => {
    const a = tg.tensor(wave(dtype, n * n)).reshape([n, n])
    const b = tg.tensor(wave(dtype, n * n)).reshape([n, n])
    const [x, y] = [a.data as Floats, b.data as Floats]
    const repetitions = Math.ceil(3e6 / n ** 3)
    const product = (): void => repeat(repetitions, () => a.matmul(b))
    const rivals = [
      { name: 'WebAssembly', run: product },
      { name: 'JavaScript', run: () => unaccelerated(product) },
      { name: 'loop', run: () => repeat(repetitions, () => byHand(n, x, y)) },
    ]
    // The slow ones take seconds at 1024.
    const times = medians(n > 512 ? rivals.slice(0, 1) : rivals).map((t) => t / repetitions)
    const [ours, plain] = times as [number, number | undefined]
    const rate = (t: number | undefined): string =>
      t === undefined ? '' : ((2 * n ** 3) / t / 1e9).toFixed(2)
    return [
      `${n} x ${n}`,
      ...[2, 1, 0].map((i) => (times[i] === undefined ? '' : duration(times[i]))),
      plain === undefined ? '' : ratio(ours, plain),
      ...[2, 1, 0].map((i) => rate(times[i])),
    ]
  })
  const header = ['size', 'loop', 'JavaScript', 'WebAssembly', 'ratio', 'GFLOP/s', 'GFLOP/s', 'GFLOP/s']
  console.log(table(`matmul, ${dtype}`, header, rows))
}

/** Rows, depth and columns: cubes, thin ones, and products of small networks. */
const SIZES = [
  [8, 8, 8],
  [10, 10, 10],
  [16, 16, 16],
  [2, 784, 512],
  [4, 784, 512],
  [512, 784, 1],
  [512, 784, 2],
  [4, 1000, 4],
  [4, 1000, 8],
  [16, 300, 2],
  [2, 300, 16],
  [100, 20, 2],
  [120, 4, 5],
  [16, 9, 784],
  [32, 144, 196],
] as const

for (const dtype of ['float32', 'float64'] as const) {
  const rows = SIZES.map(([m, k, n]) => {
    const a = { data: wave(dtype, m * k), start: 0, row: k, column: 1 }
    const b = { data: wave(dtype, k * n), start: 0, row: n, column: 1 }
    const c = { data: wave(dtype, m * n), start: 0, row: n, column: 1 }
    const repetitions = Math.ceil(1e6 / (m * n * k))
    const [plain, ours] = medians([
      {
        name: 'JavaScript',
        run: () => unaccelerated(() => repeat(repetitions, () => matmulInto(m, n, k, a, b, c))),
      },
      { name: 'WebAssembly', run: () => repeat(repetitions, () => gemm(m, n, k, a, b, c)) },
    ]).map((t) => t / repetitions) as [number, number]
    return [`${m} x ${k} x ${n}`, `${m * n * k}`, duration(plain), duration(ours), ratio(ours, plain)]
  })
  const header = ['size', 'multiplications', 'JavaScript', 'WebAssembly', 'ratio']
  console.log(
    table(
      `the kernels alone, ${dtype}; WebAssembly serves from 4,000 on, from 32 elements, not one row or column`,
      header,
      rows,
    ),
  )
}
