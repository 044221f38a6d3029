/** @file Clipping of gradients: against PyTorch, at extremes, and what it refuses. */
import { readFileSync } from 'node:fs'
import { noGrad, type Tensor, tensor, zeros } from '@tapegrad/core'
import { clipGradNorm, clipGradValue, Dense } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { expectClose, flat } from '../support/close.ts'
import { leaf, setGrad } from './all.ts'

interface Row {
  readonly dtype: 'float32' | 'float64'
  readonly grads: readonly (readonly number[])[]
  readonly clipped: readonly (readonly number[])[]
  readonly normType?: 1 | 2 | 'inf'
  readonly maxNorm?: number | 'inf'
  readonly norm?: number
  readonly value?: number
}
const goldens: readonly Row[] = JSON.parse(
  readFileSync(new URL('../goldens/optimizers.json', import.meta.url), 'utf8'),
).clips
const numberOf = (x: number | 'inf' | undefined): number => (x === 'inf' ? Infinity : x!)

/** A leaf with that gradient. */
function withGrad(values: readonly number[], dtype: 'float32' | 'float64' = 'float64'): Tensor {
  const p = zeros([values.length], { dtype, requiresGrad: true })
  setGrad(p, values)
  return p
}

it.each(goldens)('clips as PyTorch: $dtype, norm $normType to $maxNorm, numbers to $value', (row) => {
  const params = row.grads.map((grad) => withGrad(grad, row.dtype))
  // A sum of six numbers, a root, and the factor: ten roundings.
  const tolerance = 10 * (row.dtype === 'float64' ? 2 ** -53 : 2 ** -24)
  if (row.value !== undefined) clipGradValue(params, row.value)
  else {
    const normType = numberOf(row.normType) as 1 | 2
    const norm = clipGradNorm(params, numberOf(row.maxNorm), { normType })
    expect([norm.shape, norm.dtype]).toEqual([[], row.dtype])
    expectClose(norm, [row.norm!], tolerance)
  }
  params.forEach((p, i) => {
    expect(p.grad!.dtype).toBe(row.dtype)
    expectClose(p.grad, row.clipped[i], tolerance)
  })
})

describe('clipGradNorm', () => {
  it('skips what has no gradient, and is 0 where nothing has one', () => {
    const [p, q] = [withGrad([3, 4]), leaf(1, 2)]
    expect(clipGradNorm([q, p], 1).item()).toBe(5)
    expect(q.grad).toBeNull()
    expectClose(p.grad, [0.6, 0.8], 1e-6)
    expect(clipGradNorm([q], 1).item()).toBe(0)
    const empty = zeros([0], { requiresGrad: true })
    empty.grad = zeros([0])
    for (const normType of [1, 2, Infinity] as const)
      expect(clipGradNorm([empty, withGrad([-2])], 9, { normType }).item()).toBe(2)
  })

  it('does not overflow where squares would, nor lose what is tiny', () => {
    const large = withGrad([3e200, 4e200])
    expect(clipGradNorm([large], 5).item() / 5e200).toBeCloseTo(1, 12)
    expectClose(large.grad, [3, 4], 1e-14)
    const float32 = withGrad([3e30, 4e30], 'float32')
    expect(clipGradNorm([float32], 5).item() / 5e30).toBeCloseTo(1, 6)
    expectClose(float32.grad, [3, 4], 1e-6)
    expect(clipGradNorm([withGrad([3e-200, 4e-200])], 1).item() / 5e-200).toBeCloseTo(1, 12)
  })

  it('leaves gradients within the norm as they are, bit by bit', () => {
    const values = [0.1, -0.2, 1e-30]
    const p = withGrad(values)
    clipGradNorm([p], 1)
    expect(flat(p.grad)).toEqual(values)
  })

  it('gives new gradients, so tensors that others hold stay, and those that are recorded or repeated are no problem', () => {
    const p = leaf(3, 4)
    p.square().sum().mul(0.5).backward(undefined, { createGraph: true })
    const before = p.grad!
    clipGradNorm([p], 1)
    expect(flat(before)).toEqual([3, 4])
    expect(p.grad!.node).toBeNull()
    expectClose(p.grad, [0.6, 0.8], 1e-6)
    const q = leaf(0, 0)
    q.grad = noGrad(() => tensor(2, { dtype: 'float64' }).broadcastTo([2])) as never
    clipGradValue([q], 1)
    expect(flat(q.grad)).toEqual([1, 1])
  })

  it('is of float64 where one gradient is, and each keeps its dtype', () => {
    const [p, q] = [withGrad([3], 'float32'), withGrad([4])]
    const norm = clipGradNorm([p, q], 2.5)
    expect([norm.item(), norm.dtype]).toEqual([5, 'float64'])
    expect([p.grad!.dtype, q.grad!.dtype]).toEqual(['float32', 'float64'])
    expectClose([p.grad!.item(), q.grad!.item()], [1.5, 2], 1e-6)
  })

  it('of NaN or infinity spreads, as in PyTorch, unless that is to be an error', () => {
    const broken = (...values: number[]): Tensor[] => [withGrad([1]), leaf(0), withGrad(values)]
    const params = broken(2, Number.NaN)
    expect(clipGradNorm(params, 1).item()).toBeNaN()
    expect(flat(params[0]!.grad)).toEqual([Number.NaN])
    const infinite = broken(2, Infinity)
    expect(clipGradNorm(infinite, 1).item()).toBe(Infinity)
    expect([...flat(infinite[0]!.grad), ...flat(infinite[2]!.grad)]).toEqual([0, 0, Number.NaN])
    for (const bad of [Number.NaN, Infinity]) {
      const kept = broken(2, bad)
      expect(() => clipGradNorm(kept, 1, { errorIfNonfinite: true })).toThrow(
        `clipGradNorm: the norm is ${bad}, from the gradient of parameter 2 on, of shape [2]; detectAnomaly`,
      )
      expect(flat(kept[0]!.grad)).toEqual([1])
    }
    const huge = [withGrad([1.5e308]), withGrad([1.5e308])]
    expect(() => clipGradNorm(huge, 1, { errorIfNonfinite: true, normType: 1 })).toThrow(
      'clipGradNorm: the norm is Infinity, though that of each gradient is finite',
    )
  })
})

it('clipGradValue keeps NaN', () => {
  const p = withGrad([Number.NaN, -Infinity, 0.5])
  clipGradValue([p], 1)
  expect(flat(p.grad)).toEqual([Number.NaN, -1, 0.5])
})

describe('refusals', () => {
  const p = withGrad([1])
  it.each<[params: unknown, limit: unknown, options: object, message: string]>([
    [new Dense(1, 1), 1, {}, 'expected tensors, such as model.parameters(), got a Dense'],
    [p, 1, {}, 'expected tensors, such as model.parameters(), got a tensor'],
    [[], 1, {}, 'expected tensors, such as model.parameters(), got []'],
    [null, 1, {}, 'expected tensors, such as model.parameters(), got null'],
    [[p, 3], 1, {}, 'parameter 1 is 3, expected a tensor'],
    [[p, p], 1, {}, 'parameter 1 occurs twice'],
    [[p], -1, {}, 'maxNorm must be a finite number >= 0, got -1'],
    [[p], Number.NaN, {}, 'maxNorm must be a finite number >= 0, got NaN'],
    [[p], undefined, {}, 'maxNorm must be a finite number >= 0, got undefined'],
    [[p], 1, { normType: 3 }, 'normType must be 1, 2 or Infinity, got 3'],
    [[p], 1, { normType: 'inf' }, 'normType must be 1, 2 or Infinity, got "inf"'],
    [[p], 1, { errorIfNonfinite: 1 }, 'errorIfNonfinite must be true or false, got 1'],
  ])('clipGradNorm(%o, %s, %o)', (params, limit, options, message) => {
    expect(() => clipGradNorm(params as Tensor[], limit as number, options)).toThrow(
      `clipGradNorm: ${message}`,
    )
    if (Object.keys(options).length > 0) return
    expect(() => clipGradValue(params as Tensor[], limit as number)).toThrow(
      `clipGradValue: ${message.replace('maxNorm', 'value')}`,
    )
  })

  it('a gradient that is no tensor', () => {
    const q = leaf(1)
    q.grad = 3 as never
    expect(() => clipGradNorm([q], 1)).toThrow(
      'clipGradNorm: the grad of parameter 0 must be a tensor, got 3',
    )
    expect(() => clipGradValue([q], 1)).toThrow('clipGradValue: the grad of parameter 0 must be a tensor')
    expect(() => clipGradValue([withGrad([1])], Infinity)).toThrow('value must be a finite number')
  })
})
