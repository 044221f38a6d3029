/**
 * @file matmul, linear and conv2d with the WebAssembly kernel under them and without: the main entry installs it, every
 * layout and batch reaches it, and where WebAssembly is missing or forbidden JavaScript serves.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as tg from '../src/index.ts'
import { accelerators } from '../src/kernels/accelerators.ts'
import { matmulInto } from '../src/kernels/matmul.ts'
import { expectClose, expectSame } from './support/close.ts'
import { LAYOUTS, place, read } from './support/layouts.ts'
import { type Plain, sizeOf } from './support/plain.ts'
import { randomFor, uniform } from './support/sample.ts'

const installed = accelerators.matmul
let calls = 0
beforeEach(() => {
  calls = 0
  accelerators.matmul = (...args) => {
    calls++
    return installed!(...args)
  }
})
afterEach(() => {
  accelerators.matmul = installed
  vi.unstubAllGlobals()
  vi.resetModules()
})

const sample = (shape: readonly number[], seed: string): Plain => ({
  shape,
  data: uniform(-1, 1)(randomFor(seed), sizeOf(shape)).map(Math.fround),
})

type Precision = 'float32' | 'float64'
const PRECISIONS: readonly Precision[] = ['float32', 'float64']

/** The results of `f` with the accelerator, which is asked `times` times, agree with those of JavaScript. */
function compare(precision: Precision, depth: number, times: number, f: () => readonly tg.Tensor[]): void {
  const fast = f().map(read)
  expect(calls).toBe(times)
  accelerators.matmul = null
  const slow = f().map(read)
  fast.forEach((x, i) => {
    if (precision === 'float64') expectSame(x, slow[i]!, `result ${i}`)
    // Sums of at most `depth` products of numbers up to 1: 32 u of that, and each of both is rounded once.
    else expectClose(x, slow[i]!, (32 + 2) * 2 ** -24 * depth, `result ${i}`, 1)
  })
}

describe.each(PRECISIONS)('%s', (precision) => {
  it('the main entry installs it', () => {
    expect(installed).not.toBeNull()
  })

  const layouts = LAYOUTS.slice(0, 5)
  it.each(layouts)('NN, NT, TN and TT of %s operands', (layout) => {
    const put = (shape: readonly number[], seed: string): tg.Tensor =>
      place(sample(shape, seed), precision, layout)
    const [a, b] = [put([21, 33], 'a'), put([33, 18], 'b')]
    const [aT, bT] = [put([33, 21], 'aT'), put([18, 33], 'bT')]
    compare(precision, 33, 4, () => [
      tg.matmul(a, b),
      tg.matmul(a, bT.T as tg.Tensor),
      tg.matmul(aT.T as tg.Tensor, b),
      tg.matmul(aT.T as tg.Tensor, bT.T as tg.Tensor),
    ])
  })

  it('batches, broadcast and strided', () => {
    const a = place(sample([2, 1, 30, 25], 'a'), precision, 'transposed')
    const b = place(sample([3, 25, 29], 'b'), precision, 'reversed')
    compare(precision, 25, 6, () => [tg.matmul(a, b)])
  })

  it('gradients of both operands', () => {
    const [a, b] = [place(sample([20, 30], 'a'), precision), place(sample([30, 25], 'b'), precision)]
    const ct = place(sample([20, 25], 'ct'), precision, 'sliced')
    // The product, and one for each gradient.
    compare(precision, 30, 3, () => {
      const [y, pull] = tg.vjp(tg.matmul as (a: tg.Tensor, b: tg.Tensor) => tg.Tensor, a, b)
      return [y, ...pull(ct)]
    })
  })

  it('linear', () => {
    const x = place(sample([40, 20], 'x'), precision)
    const w = place(sample([15, 20], 'w'), precision)
    compare(precision, 20, 1, () => [tg.linear(x, w)])
  })

  it('conv2d and its gradients', () => {
    const x = place(sample([2, 3, 12, 12], 'x'), precision)
    const w = place(sample([8, 3, 3, 3], 'w'), precision)
    const ct = place(sample([2, 8, 12, 12], 'ct'), precision)
    // Sums over 27 for the product, over 8 x 9 for the input and over 144 per image for the weight.
    compare(precision, 2 * 144, 6, () => {
      const [y, pull] = tg.vjp((x, w) => tg.conv2d(x, w as never, { padding: 'same' }), x, w)
      return [y, ...pull(ct)]
    })
  })

  it('rows that come alone later have the same bits in float64, and nearly so in float32', () => {
    const x = place(sample([50, 40], 'x'), precision)
    const w = place(sample([40, 30], 'w'), precision)
    const all = tg.matmul(x, w)
    const one = tg.matmul(tg.slice(x, [[7, 8]]), w)
    expect(calls).toBe(1)
    if (precision === 'float64') expectSame(tg.slice(all, [[7, 8]]), one)
    else expectClose(tg.slice(all, [[7, 8]]), one, 34 * 2 ** -24 * 40, '', 1)
  })
})

describe('what is small', () => {
  const view = (rows: number, columns: number, Values: typeof Float32Array | typeof Int32Array) => ({
    data: new Values(rows * columns).fill(1),
    start: 0,
    row: columns,
    column: 1,
  })

  it('and what is int32 is not offered', () => {
    accelerators.matmul = () => ++calls > 0 // takes the work and does nothing
    const run = (
      m: number,
      n: number,
      k: number,
      Values: typeof Float32Array | typeof Int32Array,
    ): number => {
      const c = view(m, n, Values)
      matmulInto(m, n, k, view(m, k, Values), view(k, n, Values), c)
      return c.data[0] ?? 0
    }
    expect(run(4, 4, 249, Float32Array)).toBe(249)
    expect(run(100, 100, 0, Float32Array)).toBe(0)
    expect(run(0, 100, 100, Float32Array)).toBe(0)
    expect(run(20, 20, 20, Int32Array)).toBe(20)
    expect(calls).toBe(0)
    expect(run(4, 4, 250, Float32Array)).toBe(1)
    expect(calls).toBe(1)
  })

  it.each([
    [1, 1000, 5, false],
    [1000, 1, 5, false],
    [5, 6, 900, false],
    [2, 16, 130, true],
    [16, 2, 130, true],
  ])('a row, a column or less than a tile is given back: %i x %i x %i', (m, n, k, taken) => {
    const c = view(m, n, Float32Array)
    expect(installed!(m, n, k, view(m, k, Float32Array), view(k, n, Float32Array), c)).toBe(taken)
    expect(new Set(c.data)).toEqual(new Set([taken ? k : 1]))
  })
})

describe('without WebAssembly', () => {
  // Called with `new`, as the constructors are that it stands for.
  let refused = 0
  function refuse(): never {
    refused++
    throw new Error('refused')
  }
  const api = (globalThis as unknown as Record<'WebAssembly', Record<string, unknown>>).WebAssembly
  it.each([
    ['missing', undefined],
    ['compilation forbidden', { Memory: api.Memory, Module: refuse, Instance: api.Instance }],
    ['instances forbidden', { Memory: api.Memory, Module: api.Module, Instance: refuse }],
    ['no memory left', { Memory: refuse, Module: api.Module, Instance: api.Instance }],
  ])('%s: JavaScript serves', async (_, replacement) => {
    vi.resetModules()
    vi.stubGlobal('WebAssembly', replacement)
    refused = 0
    const fresh = await import('../src/index.ts')
    const own = (await import('../src/kernels/accelerators.ts')).accelerators
    expect(own).not.toBe(accelerators)
    const answers: boolean[] = []
    const install = own.matmul!
    own.matmul = (...args) => {
      answers.push(install(...args))
      return answers.at(-1)!
    }
    const [a, b] = [sample([20, 30], 'a'), sample([30, 25], 'b')]
    for (const dtype of PRECISIONS) {
      const make = ({ shape, data }: Plain) =>
        fresh.tensor(new Float64Array(data), { shape: [...shape], dtype })
      accelerators.matmul = null
      for (let twice = 0; twice < 2; twice++)
        expect([...fresh.matmul(make(a), make(b) as never).data]).toEqual([
          ...tg.matmul(place(a, dtype), place(b, dtype)).data,
        ])
    }
    expect(answers).toEqual([false, false, false, false])
    // Asked once per dtype, not for every product.
    expect(refused).toBe(replacement === undefined ? 0 : 2)
  })
})
