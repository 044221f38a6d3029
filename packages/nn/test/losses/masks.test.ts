/** @file Masks and reductions: a masked loss is that of what is kept, whatever the rest holds; reductions agree with each other. */
import { Generator, mul, rand, randint, randn, softmax, sum, type Tensor, vjp } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asModule, bools, classes, f64, lossOf, names, type Options } from './table.ts'

/** Prediction and target [rows, columns], or classes [rows], from a generator. */
type Draw = (shape: [number, number], generator: Generator) => [prediction: Tensor, target: Tensor]

const normal = (shape: number[], generator: Generator): Tensor =>
  randn(shape, { generator, dtype: 'float64' }) as Tensor
/** From 0.05 to 0.95: slopes are at most 20. */
const shares = (shape: number[], generator: Generator): Tensor =>
  (rand(shape, { generator, dtype: 'float64' }) as Tensor).mul(0.9).add(0.05) as Tensor
const pairOf =
  (first: typeof normal, second = first): Draw =>
  (shape, generator) => [first(shape, generator), second(shape, generator)]
const distributions = (shape: number[], generator: Generator): Tensor =>
  softmax(normal(shape, generator), 1) as Tensor
const indices = ([rows, columns]: readonly number[], generator: Generator): Tensor =>
  randint(0, columns!, [rows!], { generator }) as Tensor

const draws: Record<string, Draw> = {
  mse: pairOf(normal),
  l1: pairOf(normal),
  huber: pairOf(normal),
  bce: pairOf(shares),
  bceWithLogits: pairOf(normal, shares),
  crossEntropy: pairOf(normal, indices),
  nll: pairOf((shape, generator) => distributions(shape, generator).log() as Tensor, indices),
  klDiv: pairOf((shape, generator) => distributions(shape, generator).log() as Tensor, distributions),
  cosineSimilarity: pairOf(shares),
}

/** What no loss is defined for. */
const garbage: Record<string, [prediction: number, target: number]> = {
  ...Object.fromEntries(names.map((name) => [name, [Number.NaN, Number.NaN]])),
  mse: [Infinity, Infinity],
  l1: [Infinity, Infinity],
  huber: [-Infinity, -Infinity],
  bce: [-7, Infinity],
  crossEntropy: [Infinity, -100],
  nll: [Number.NaN, 1_000_000],
  klDiv: [-Infinity, -1],
}

/** The rows of `x` for which `keep` is true. */
function rowsOf(x: Tensor, keep: readonly boolean[]): Tensor {
  const width = x.size / x.shape[0]!
  const kept = Array.from(x.data).filter((_, i) => keep[Math.floor(i / width)])
  const shape = [keep.filter(Boolean).length, ...x.shape.slice(1)]
  return x.dtype === 'int32' ? classes(kept, shape) : f64(kept, shape)
}

/** `x` with `value` in the rows for which `keep` is false. */
function spoiled(x: Tensor, keep: readonly boolean[], value: number): Tensor {
  const width = x.size / x.shape[0]!
  const data = Array.from(x.data, (v, i) => (keep[Math.floor(i / width)] ? v : value))
  return x.dtype === 'int32' ? classes(data, x.shape) : f64(data, x.shape)
}

const one = f64([1], [])

describe.each(names)('%s', (name) => {
  const loss = lossOf(name)
  const cases = fc.record({
    seed: fc.nat(),
    columns: fc.integer({ min: 1, max: 4 }),
    keep: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }).filter((keep) => keep.includes(true)),
    reduction: fc.constantFrom('mean', 'batchMean', 'sum'),
    scale: fc.constantFrom(1, 0.5, -3),
  })

  it('with a mask is the loss of the rows that are kept, in values and gradients', () => {
    fc.assert(
      fc.property(cases, ({ seed, columns, keep, ...options }) => {
        const [p, t] = draws[name]!([keep.length, columns], new Generator(seed))
        const [badP, badT] = garbage[name]!
        const [bp, bt] = [spoiled(p, keep, badP), spoiled(t, keep, badT)]
        const isFloat = t.dtype === 'float64'
        const run = (p: Tensor, t: Tensor, own: Options) => {
          const f = (...xs: Tensor[]): Tensor => loss(xs[0]!, xs[1] ?? t, { ...options, ...own })
          const [value, pull] = vjp(f, ...(isFloat ? [p, t] : [p]))
          return { value: value as Tensor, gradients: pull(one) as Tensor[] }
        }
        const masked = run(bp, bt, { mask: bools(keep) })
        const apart = run(rowsOf(p, keep), rowsOf(t, keep), {})
        // The same terms, with zeros between them: sums of up to 20 numbers of order 1 in another order.
        expectClose(masked.value, apart.value, { atol: 1e-13, equalNaN: false })
        masked.gradients.forEach((g, i) => {
          expectClose(rowsOf(g, keep), apart.gradients[i]!, { atol: 1e-12, equalNaN: false })
          const none = keep.map((on) => !on)
          if (none.includes(true)) expect(new Set(rowsOf(g, none).data)).toEqual(new Set([0]))
        })
      }),
      { numRuns: 60 },
    )
  })

  it('has reductions that agree with each other, with a mask of elements too', () => {
    fc.assert(
      fc.property(
        cases,
        fc.infiniteStream(fc.boolean()),
        fc.boolean(),
        ({ seed, columns, keep, scale }, bits, isMasked) => {
          const [p, t] = draws[name]!([keep.length, columns], new Generator(seed))
          const none = loss(p, t, { reduction: 'none', scale })
          const kept = Array.from({ length: none.size }, () => bits.next().value as boolean)
          kept[0] = true
          const mask = isMasked ? { mask: bools(kept, none.shape) } : {}
          const counts = isMasked ? kept : kept.map(() => true)
          const losses = Array.from(loss(p, t, { reduction: 'none', scale, ...mask }).data)
          expect(losses).toEqual(Array.from(none.data, (value, i) => (counts[i] ? value : 0 * scale)))
          const total = losses.reduce((a, b) => a + b)
          const width = none.size / keep.length
          const samples = keep.filter((_, row) =>
            counts.slice(row * width, (row + 1) * width).includes(true),
          ).length
          const count = name === 'klDiv' ? samples : counts.filter(Boolean).length
          const asked = (reduction?: string): Tensor =>
            loss(p, t, { scale, ...mask, ...(reduction && { reduction }) })
          // Sums of up to 20 numbers of order 1 to 10 in another order.
          const close = { atol: 1e-12, equalNaN: false }
          expectClose(asked('sum'), total, close)
          expectClose(asked('mean'), total / count, close)
          expectClose(asked(), total / count, close)
          expectClose(asked('batchMean'), total / samples, close)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is 0, with gradient 0, where nothing is kept', () => {
    const [p, t] = draws[name]!([2, 3], new Generator(1))
    for (const reduction of ['mean', 'batchMean', 'sum']) {
      const f = (x: Tensor): Tensor => loss(x, t, { reduction, mask: bools([0, 0]) })
      const [value, pull] = vjp(f, spoiled(p, [false, false], garbage[name]![0]))
      expect((value as Tensor).item()).toBe(0)
      expect(Array.from((pull(one)[0] as Tensor).data)).toEqual([0, 0, 0, 0, 0, 0])
    }
  })

  it('as a module takes the mask with each call', () => {
    const [p, t] = draws[name]!([3, 2], new Generator(2))
    const mask = bools([1, 0, 1])
    const options = { reduction: 'sum', scale: 2 }
    expect(asModule(name)(p, t, { ...options, mask }).item()).toBe(loss(p, t, { ...options, mask }).item())
    expect(asModule(name)(p, t, options).item()).toBe(loss(p, t, options).item())
    // The masked loss is another one, so neither ignores the mask.
    expect(loss(p, t, { ...options, mask }).item()).not.toBe(loss(p, t, options).item())
  })

  it('refuses masks that are none, or do not fit', () => {
    const [p, t] = draws[name]!([2, 3], new Generator(3))
    const say = (mask: unknown) => (): unknown => loss(p, t, { mask })
    expect(say([true, false])).toThrow(`${name}: the mask must be a tensor, got [true, false]`)
    expect(say(null)).toThrow(`${name}: the mask must be a tensor, got null`)
    expect(say(f64([1, 0]))).toThrow(
      `${name}: the mask must be bool, got float64; compare first, as in x.gt(0)`,
    )
    for (const shape of [[3], [1], [2, 1], [2, 3, 1]])
      expect(say(bools(new Array(shape.reduce((a, b) => a * b)).fill(1), shape))).toThrow(
        new RegExp(
          `^${name}: a mask \\[${shape.join(', ')}\\] does not fit losses \\[2(, 3)?\\]; it needs their shape`,
        ),
      )
    expect(loss(p, t, { mask: bools([1], []) }).item()).toBe(loss(p, t).item())
    expect(loss(p, t, { mask: bools([0], []) }).item()).toBe(0)
  })
})

it('a mask of classes goes with weights and with classes to ignore', () => {
  const [p, t] = [normal([4, 3], new Generator(4)), classes([0, -100, 2, 7])]
  const weight = f64([0.5, 2, 3])
  for (const name of ['crossEntropy', 'nll']) {
    const none = Array.from(lossOf(name)(p, classes([0, 0, 2, 0]), { reduction: 'none', weight }).data)
    const options = { weight, ignoreIndex: -100, mask: bools([1, 1, 1, 0]) }
    expectClose(lossOf(name)(p, t, options), (none[0]! + none[2]!) / 3.5, { atol: 1e-15 })
    expectClose(lossOf(name)(p, t, { ...options, reduction: 'batchMean' }), (none[0]! + none[2]!) / 2, {
      atol: 1e-15,
    })
    expect(lossOf(name)(p, t, { ...options, reduction: 'none' }).toArray()).toEqual([none[0], 0, none[2], 0])
  }
})

it('a mask holds for gradients of functions of masked values, and under second derivatives', () => {
  // d/dp of |d loss/d p|² at kept elements alone.
  const p = f64([1, Number.NaN, 3])
  const bent = (x: Tensor): Tensor => {
    const f = (y: Tensor): Tensor =>
      lossOf('mse')(y, f64([0, 0, 0]), { mask: bools([1, 0, 1]), reduction: 'sum' })
    const g = vjp(f, x)[1](one)[0] as Tensor
    return sum(mul(g, g)) as Tensor
  }
  const [value, pull] = vjp(bent, p)
  expect((value as Tensor).item()).toBe(4 * (1 + 9))
  expect(Array.from((pull(one)[0] as Tensor).data)).toEqual([8, 0, 24])
})
