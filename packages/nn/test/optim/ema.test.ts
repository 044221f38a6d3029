/** @file EMA: against PyTorch's AveragedModel, weights lent and given back, saved averages, refusals. */
import { readFileSync } from 'node:fs'
import { ones, type Tensor, tensor } from '@tapegrad/core'
import { Dense, EMA, SGD, Sigmoid, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { expectClose, flat } from '../support/close.ts'
import { leaf } from './all.ts'

const { averages, pushes, starts } = JSON.parse(
  readFileSync(new URL('../goldens/optimizers.json', import.meta.url), 'utf8'),
) as {
  averages: { decay: number; path: number[][] }[]
  pushes: number[][][]
  starts: number[][]
}

it.each(averages)('averages as PyTorch with decay $decay', ({ decay, path }) => {
  const p = leaf(...starts[0]!)
  const ema = new EMA([p], decay)
  path.forEach((expected, step) => {
    p.assign(p.detach().add(tensor(Float64Array.from(pushes[step]![0]!))))
    ema.update()
    // Three roundings per update, which decay with it; 20 updates of the sum.
    expectClose(ema.averages[0], expected, 60 * 2 ** -53, `step ${step}`)
  })
})

const make = () => sequential(new Dense(2, 3), new Sigmoid(), new Dense(3, 1))

describe('EMA', () => {
  it('begins as the weights, in tensors of its own that stay the same', () => {
    const p = leaf(1, 2)
    const ema = new EMA([p], 0.5)
    const [average] = ema.averages
    expect(average!.requiresGrad).toBe(false)
    p.assign(tensor(Float64Array.of(3, 6)))
    expect(flat(average)).toEqual([1, 2])
    ema.update()
    expect(ema.averages[0]).toBe(average)
    expect(flat(average)).toEqual([2, 4])
    expect(flat(p)).toEqual([3, 6])
  })

  it('lends the averages to the parameters while a function runs, and gives the weights back', () => {
    const p = leaf(1)
    const ema = new EMA([p], 0.5)
    p.assign(3)
    expect(ema.applied(() => p.item())).toBe(1)
    expect(p.item()).toBe(3)
    expect(() =>
      ema.applied(() => {
        throw new Error('stopped')
      }),
    ).toThrow('stopped')
    expect([p.item(), ema.averages[0]!.item()]).toEqual([3, 1])
    ema.update()
    expect(ema.averages[0]!.item()).toBe(2)
  })

  it('does so while an async function runs', async () => {
    const p = leaf(1)
    const ema = new EMA([p], 0.5)
    p.assign(3)
    const running = ema.applied(async () => {
      await Promise.resolve()
      return p.item()
    })
    expect(p.item()).toBe(1)
    expect(() => ema.applied(() => 0)).toThrow(/^EMA: applied\(\) inside of applied\(\)/)
    expect(() => ema.update()).toThrow(/^EMA: update\(\) inside of applied\(\)/)
    expect(await running).toBe(1)
    expect(p.item()).toBe(3)
    const failing = ema.applied(() => Promise.reject(new Error('stopped')))
    await expect(failing).rejects.toThrow('stopped')
    expect(p.item()).toBe(3)
    expect(ema.applied(() => p.item())).toBe(1)
  })

  it('of a model predicts with its averages', () => {
    const model = make()
    const ema = new EMA(model, 0.9)
    const x = ones([1, 2])
    const first = model.call(x).item()
    model.call(x).backward()
    new SGD(model.parameters(), { lr: 1 }).step()
    const trained = model.call(x).item()
    expect(trained).not.toBe(first)
    expect(ema.applied(() => model.call(x).item())).toBe(first)
    expect(model.call(x).item()).toBe(trained)
  })

  it('saves averages by the keys of the model, which can load them', () => {
    const model = make()
    const ema = new EMA(model, 0.9)
    const before = model.stateDict()
    for (const p of model.parameters()) p.assign(0)
    const dict = ema.stateDict()
    expect(dict).toEqual(before)
    const other = make()
    other.loadStateDict(dict)
    expect(other.stateDict()).toEqual(before)
    expect(Object.keys(new EMA(model.parameters(), 0.9).stateDict())).toEqual(['0', '1', '2', '3'])
  })

  it('copies the averages into the parameters, or those of a model like it', () => {
    const [model, other] = [make(), make()]
    const ema = new EMA(model, 0.9)
    const before = model.stateDict()
    for (const p of model.parameters()) p.assign(0)
    ema.copyTo(other)
    expect(other.stateDict()).toEqual(before)
    expect(model.stateDict()).not.toEqual(before)
    ema.copyTo()
    expect(model.stateDict()).toEqual(before)
    expect(() => ema.copyTo([leaf(1)])).toThrow('EMA: copyTo: there are 4 averages, for 1 parameters')
    const wide = sequential(new Dense(2, 3), new Sigmoid(), new Dense(3, 2))
    const kept = wide.stateDict()
    expect(() => ema.copyTo(wide)).toThrow('EMA: copyTo: 2.weight is [2, 3], its average [1, 3]')
    expect(wide.stateDict()).toEqual(kept)
  })

  it('loads all averages or none', () => {
    const [p, q] = [leaf(1), leaf(2, 3)]
    const ema = new EMA([p, q], 0.9)
    const before = ema.stateDict()
    expect(() => ema.loadStateDict({ 0: tensor(5) })).toThrow('loadStateDict: missing keys: 1')
    expect(() => ema.loadStateDict({ ...before, 0: leaf(5), 1: leaf(5) })).toThrow(
      /^loadStateDict: 1 has shape/,
    )
    expect(ema.stateDict()).toEqual(before)
    ema.loadStateDict({ 0: leaf(5), 1: leaf(6, 7) })
    expect(ema.averages.flatMap(flat)).toEqual([5, 6, 7])
  })

  it('notices that the model was converted, before anything is averaged or lent', () => {
    const model = make()
    const ema = new EMA([leaf(1), ...model.parameters()], 0.9)
    model.to('float64')
    const before = ema.stateDict()
    expect(() => ema.update()).toThrow('EMA: parameter 1 was converted to float64; make a new EMA')
    expect(() => ema.applied(() => 0)).toThrow('EMA: parameter 1 was converted')
    expect(ema.stateDict()).toEqual(before)
  })

  const p = leaf(1)
  it.each<[weights: unknown, decay: unknown, message: string]>([
    [[p], 1, 'decay must be below 1, got 1; the averages would never move'],
    [[p], -0.1, 'decay must be a finite number >= 0, got -0.1'],
    [[p], Number.NaN, 'decay must be a finite number >= 0, got NaN'],
    [[p], undefined, 'decay must be a finite number >= 0, got undefined'],
    [[p], '0.9', 'decay must be a finite number >= 0, got "0.9"'],
    [[], 0.9, 'expected tensors, such as model.parameters(), or the model, got []'],
    [null, 0.9, 'expected tensors, such as model.parameters(), or the model, got null'],
    [p, 0.9, 'expected tensors, such as model.parameters(), or the model, got a tensor'],
    [[p, 3], 0.9, 'parameter 1 is 3, expected a tensor'],
    [[p, p], 0.9, 'parameter 1 occurs twice'],
    [[p.mul(2)], 0.9, 'parameter 0 was computed by mul'],
    [new Sigmoid(), 0.9, 'expected tensors, such as model.parameters(), or the model, got a Sigmoid'],
  ])('refuses new EMA(%o, %s)', (weights, decay, message) => {
    expect(() => new EMA(weights as Tensor[], decay as number)).toThrow(`EMA: ${message}`)
  })

  it('refuses to apply what is no function', () => {
    expect(() => new EMA([p], 0.9).applied(3 as never)).toThrow('EMA: applied expects a function, got 3')
  })
})
