/** @file Dropout: its masks, their reproducibility, derivatives through them, transforms around it, refusals. */
import {
  checkpoint,
  Generator,
  grad,
  jvp,
  manualSeed,
  ones,
  TapegradError,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from '@tapegrad/core'
import { Dense, Dropout, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const seeded = (p: number, seed = 1): Dropout => new Dropout(p, { generator: new Generator(seed) })
const values = (x: Tensor): number[] => Array.from(x.data)

describe('the mask', () => {
  it.each([0.1, 0.5, 0.9])('is 0 with probability %s, independently, and keeps the mean', (p) => {
    const rows = 200
    const columns = 500
    const y = seeded(p).call(ones([rows, columns], { dtype: 'float64' }))
    const n = rows * columns
    const kept = values(y).map((v) => v !== 0)
    for (const v of values(y)) expect(v === 0 || v === 1 / (1 - p)).toBe(true)
    const share = kept.filter(Boolean).length / n
    // A binomial share is off by √(p (1 - p) / n) at one standard deviation, and by 5 of them never.
    const off = 5 * Math.sqrt((p * (1 - p)) / n)
    expect(Math.abs(share - (1 - p))).toBeLessThan(off)
    // Neighbours in a row and in a column are both kept with probability q² = (1 - p)²; the share is off by about q / √n.
    for (const step of [1, columns]) {
      const both = kept.filter((k, i) => k && kept[i + step]).length / (n - step)
      const spread = Math.sqrt((1 - p) ** 2 / n)
      expect(Math.abs(both - (1 - p) ** 2)).toBeLessThan(5 * spread)
    }
  })

  it('is nothing at p = 0, and everything at p = 1', () => {
    const x = tensor([-1, 2, Number.POSITIVE_INFINITY])
    expect(seeded(0).call(x)).toBe(x)
    expect(values(seeded(1).call(x))).toEqual([0, 0, 0])
    const slopes = grad((z: Tensor<[3]>) => seeded(1).call(z).sum())(x)
    expect(values(slopes)).toEqual([0, 0, 0])
  })

  it('is another one at each call, and the same ones again from the same seed or state', () => {
    const x = ones([50])
    const one = seeded(0.5)
    const [first, second] = [values(one.call(x)), values(one.call(x))]
    expect(first).not.toEqual(second)
    const other = seeded(0.5)
    expect(values(other.call(x))).toEqual(first)
    const saved = other.generator!.state
    expect(values(other.call(x))).toEqual(second)
    other.generator!.state = saved
    expect(values(other.call(x))).toEqual(second)
    expect(values(seeded(0.5, 2).call(x))).not.toEqual(first)
  })

  it('comes from the shared generator where there is none', () => {
    const dropout = new Dropout()
    expect(dropout.p).toBe(0.5)
    expect(dropout.generator).toBeNull()
    const draw = () => {
      manualSeed(7)
      return values(dropout.call(ones([50])))
    }
    expect(draw()).toEqual(draw())
  })

  it('does not depend on the dtype', () => {
    const mask = (dtype: 'float32' | 'float64') =>
      values(seeded(0.3).call(ones([50], { dtype }))).map((v) => v !== 0)
    expect(mask('float32')).toEqual(mask('float64'))
    expect(seeded(0.3).call(ones([2], { dtype: 'float64' })).dtype).toBe('float64')
  })

  it('is not drawn in evaluation, nor of nothing', () => {
    const dropout = seeded(0.5)
    const before = values(dropout.generator!.state)
    const x = ones([4])
    expect(dropout.eval().call(x)).toBe(x)
    expect(values(dropout.generator!.state)).toEqual(before)
    expect(dropout.train().call(zeros([0, 3])).shape).toEqual([0, 3])
    expect(values(dropout.call(zeros([3])))).toEqual([0, 0, 0])
  })

  it('is switched with the module around, and is no part of its state', () => {
    const model = sequential(new Dense(3, 3), seeded(1))
    expect(Object.keys(model.stateDict())).toEqual(['0.weight', '0.bias'])
    expect(model.parameters()).toHaveLength(2)
    expect(values(model.call(ones([3])))).toEqual([0, 0, 0])
    expect(values(model.eval().call(ones([3])))).toEqual(values(model.layers[0].call(ones([3]))))
  })
})

describe('derivatives', () => {
  const x = tensor(Float64Array.of(0.5, -1, 2, 3))
  // What the first mask of this seed keeps: some and not all.
  const mask = values(seeded(0.5).call(ones([4], { dtype: 'float64' })))

  it('take the mask as a constant: first order, second order, forward', () => {
    expect(new Set(mask)).toEqual(new Set([0, 2]))
    const f = (z: Tensor) => seeded(0.5).call(z.mul(z).mul(z)).sum() as Tensor
    const first = grad(f)(x) as Tensor
    expect(values(first)).toEqual(values(x).map((v, i) => 3 * v * v * mask[i]!))
    const second = grad((z: Tensor) => (grad(f)(z) as Tensor).sum() as Tensor)(x) as Tensor
    expect(values(second)).toEqual(values(x).map((v, i) => 6 * v * mask[i]!))
    const [y, dy] = jvp((z: Tensor) => seeded(0.5).call(z), [x], [ones([4], { dtype: 'float64' })])
    expect(values(y as Tensor)).toEqual(values(x).map((v, i) => v * mask[i]!))
    expect(values(dy as Tensor)).toEqual(mask)
  })

  it('are those of one mask in a checkpoint, which runs twice', () => {
    const dropout = seeded(0.5)
    const slopes = grad((z: Tensor) => checkpoint((w: Tensor) => dropout.call(w.mul(w)))(z).sum() as Tensor)(
      x,
    )
    expect(values(slopes as Tensor)).toEqual(values(x).map((v, i) => 2 * v * mask[i]!))
    // The second run drew nothing anew.
    const other = seeded(0.5)
    other.call(x)
    expect(values(dropout.generator!.state)).toEqual(values(other.generator!.state))
  })
})

describe('inside vmap', () => {
  const xs = ones([3, 4])
  it('is an error while training, and the identity in evaluation', () => {
    const dropout = seeded(0.5)
    const mapped = vmap((x: Tensor<[4]>) => dropout.call(x))
    expect(() => mapped(xs)).toThrow(TapegradError)
    expect(() => mapped(xs)).toThrow(/^vmap: .*drawing random numbers.*draw outside.*; in Dropout\(0\.5\)$/)
    dropout.eval()
    expect(mapped(xs).toArray()).toEqual(xs.toArray())
  })

  it('takes a mask from outside', () => {
    const masks = seeded(0.5).call(ones([3, 4]))
    expect(vmap((x: Tensor<[4]>, mask: Tensor<[4]>) => x.mul(mask))(xs, masks).toArray()).toEqual(
      masks.toArray(),
    )
  })
})

it('refuses what is no probability, generator or float', () => {
  for (const p of [-0.1, 1.5, Number.NaN, '0.5', null, {}])
    expect(() => new Dropout(p as never)).toThrow(/^Dropout: p must be a probability, from 0 to 1, got /)
  for (const generator of [7, null, {}])
    expect(() => new Dropout(0.5, { generator: generator as never })).toThrow(
      /^Dropout: the generator must be made with new Generator\(seed\), got /,
    )
  for (const layer of [new Dropout(0.5), new Dropout(0), new Dropout(0.5).eval()]) {
    expect(() => layer.call([1, 2] as never)).toThrow(/^Dropout: the input must be a tensor, got \[1, 2\]/)
    expect(() => layer.call(zeros([2], { dtype: 'int32' }))).toThrow(
      /^Dropout: the input has dtype int32; convert it with to\('float32'\)/,
    )
  }
  expect(`${new Dropout(0.25)}`).toBe('Dropout(0.25)')
})
