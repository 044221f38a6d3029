/**
 * @file Elementwise ops against hand-written loops that allocate their result too: on 1,000,000 elements, on 1,024, and from
 * which size on WebAssembly pays. Targets: exp, tanh and sigmoid of float32 3x faster, no transcendental function slower than
 * Math.*, JavaScript within 2.5x of it.
 */
import * as tg from '@tapegrad/core'
import { accelerators } from '../packages/core/src/kernels/accelerators.ts'
import type { Expr } from '../packages/core/src/scalar.ts'
import { kernelFor } from '../packages/core/src/wasm/elementwise.ts'
import { duration, minima, ratio, table } from './support/measure.ts'

type Op = (x: tg.Tensor, y: tg.Tensor) => tg.Tensor
interface Case {
  /** Source text of the hand-written loop's body, compiled separately per op, so that each loop is specialised. */
  readonly hand: string
  readonly op: Op
  /** From where to where the elements of x are; those of y are from -4 to 4. */
  readonly from: number
  readonly to: number
}

const cases: Record<string, Case> = {
  add: { hand: 'x[i] + y[i]', op: (x, y) => x.add(y), from: -4, to: 4 },
  mul: { hand: 'x[i] * y[i]', op: (x, y) => x.mul(y), from: -4, to: 4 },
  div: { hand: 'x[i] / y[i]', op: (x, y) => x.div(y), from: -4, to: 4 },
  sqrt: { hand: 'Math.sqrt(x[i])', op: (x) => x.sqrt(), from: 0, to: 4 },
  relu: { hand: 'x[i] > 0 ? x[i] : 0', op: (x) => x.relu(), from: -4, to: 4 },
  maximum: { hand: 'Math.max(x[i], y[i])', op: (x, y) => x.maximum(y), from: -4, to: 4 },
  lt: { hand: '+(x[i] < y[i])', op: (x, y) => x.lt(y), from: -4, to: 4 },
  remainder: { hand: 'x[i] % y[i]', op: (x, y) => x.remainder(y), from: -4, to: 4 },
  exp: { hand: 'Math.exp(x[i])', op: (x) => x.exp(), from: -4, to: 4 },
  expm1: { hand: 'Math.expm1(x[i])', op: (x) => x.expm1(), from: -4, to: 4 },
  log: { hand: 'Math.log(x[i])', op: (x) => x.log(), from: 0, to: 4 },
  log1p: { hand: 'Math.log1p(x[i])', op: (x) => x.log1p(), from: -0.9, to: 4 },
  sin: { hand: 'Math.sin(x[i])', op: (x) => x.sin(), from: -8, to: 8 },
  cos: { hand: 'Math.cos(x[i])', op: (x) => x.cos(), from: -8, to: 8 },
  tan: { hand: 'Math.tan(x[i])', op: (x) => x.tan(), from: -8, to: 8 },
  asin: { hand: 'Math.asin(x[i])', op: (x) => x.asin(), from: -1, to: 1 },
  acos: { hand: 'Math.acos(x[i])', op: (x) => x.acos(), from: -1, to: 1 },
  atan: { hand: 'Math.atan(x[i])', op: (x) => x.atan(), from: -4, to: 4 },
  sinh: { hand: 'Math.sinh(x[i])', op: (x) => x.sinh(), from: -4, to: 4 },
  cosh: { hand: 'Math.cosh(x[i])', op: (x) => x.cosh(), from: -4, to: 4 },
  tanh: { hand: 'Math.tanh(x[i])', op: (x) => x.tanh(), from: -4, to: 4 },
  // As good as there is in a line: five coefficients, an error of 1.5e-7, so float32 at best.
  erf: { hand: 'erf(x[i])', op: (x) => x.erf(), from: -4, to: 4 },
  sigmoid: { hand: '1 / (1 + Math.exp(-x[i]))', op: (x) => x.sigmoid(), from: -4, to: 4 },
  softplus: { hand: 'Math.log1p(Math.exp(x[i]))', op: (x) => x.softplus(), from: -4, to: 4 },
  pow: { hand: 'Math.pow(x[i], y[i])', op: (x, y) => x.pow(y), from: 0, to: 4 },
  atan2: { hand: 'Math.atan2(x[i], y[i])', op: (x, y) => x.atan2(y), from: -4, to: 4 },
}

/** Abramowitz and Stegun, 7.1.26. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  return Math.sign(x) * (1 - p * Math.exp(-x * x))
}

/** Numbers without a pattern that a branch predictor could learn. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

let kernels = accelerators.elementwise
/** The call without WebAssembly. */
const inJavaScript = (run: () => void) => () => {
  accelerators.elementwise = null
  run()
  accelerators.elementwise = kernels
}

type Float = 'float32' | 'float64'

/** Seconds per call of the hand-written loop, of JavaScript and of WebAssembly. */
function measure({ hand, op, from, to }: Case, dtype: Float, n: number, rounds: number) {
  const Class = dtype === 'float32' ? Float32Array : Float64Array
  const next = random(12345)
  // Small arrays take turns: one alone, again and again, teaches the branch predictor its numbers, and then Math.atan2,
  // which branches, takes 8 ns instead of 24.
  const repetitions = Math.ceil(200_000 / n)
  const pairs = Array.from({ length: repetitions }, () => {
    const array = (make: () => number) => tg.tensor(new Class(n).map(make))
    return [array(() => from + (to - from) * next()), array(() => 8 * next() - 4)] as const
  })
  const data = pairs.map(([x, y]) => [x.data, y.data] as const)
  const loop = new Function(
    'x',
    'y',
    'A',
    'erf',
    `const o = new A(x.length); for (let i = 0; i < o.length; i++) o[i] = ${hand}; return o`,
  )
  const handWritten = () => {
    for (const [a, b] of data) loop(a, b, Class, erf)
  }
  const ours = () => {
    for (const [x, y] of pairs) op(x, y)
  }
  return minima(
    [
      { name: 'hand', run: handWritten },
      { name: 'JavaScript', run: inJavaScript(ours) },
      { name: 'WebAssembly', run: ours },
    ],
    rounds,
  ).map((seconds) => seconds / repetitions) as [number, number, number]
}

for (const n of [1_000_000, 1024]) {
  for (const dtype of ['float32', 'float64'] as const) {
    const rows = Object.entries(cases).map(([name, each]) => {
      const [hand, js, wasm] = measure(each, dtype, n, 9)
      const times = [hand, js, wasm].map((seconds) => `${((seconds / n) * 1e9).toFixed(2)} ns`)
      return [name, ...times, ratio(js, hand), ratio(wasm, hand), `${(hand / wasm).toFixed(2)}x`]
    })
    const header = ['op', 'loop', 'JavaScript', 'WebAssembly', 'JS/loop', 'WASM/loop', 'faster']
    console.log(table(`elementwise, ${n} ${dtype} elements, per element, allocation included`, header, rows))
  }
}

// Kernels of every size in the place of those that refuse small arrays.
const always = new Map<Expr, ReturnType<typeof kernelFor>>()
accelerators.elementwise = kernels = (expr, precision, inputs, result) => {
  const dtypes = inputs.map(({ dtype }) => dtype)
  if (!always.has(expr)) always.set(expr, kernelFor(expr, dtypes, precision, result.dtype))
  const kernel = always.get(expr)
  kernel?.(inputs, result)
  return kernel !== null
}
const few = ['add', 'relu', 'exp', 'sin', 'pow']
const bySize = [64, 128, 256, 512, 1000, 2048, 4096, 16_384].map((n) => [
  `${n}`,
  ...few.map((name) => {
    const [, js, wasm] = measure(cases[name]!, 'float32', n, 5)
    return `${duration(js)} / ${duration(wasm)}`
  }),
])
console.log(table('float32: JavaScript / WebAssembly by size', ['elements', ...few], bySize))
