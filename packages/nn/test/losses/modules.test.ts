/** @file Losses as modules: what they keep, show and save. And that the lists of these tests are whole. */
import { type Tensor, zeros } from '@tapegrad/core'
import * as nn from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import {
  asModule,
  bools,
  classes,
  classNames,
  classOf,
  f32,
  f64,
  inBarrel,
  lossOf,
  names,
  ofClasses,
} from './table.ts'

const logits = f64([1, 2, 0.5, -1, 0, 3], [2, 3])
const half = f64(new Array(6).fill(0.5), [2, 3])
const target = (name: string): Tensor => (ofClasses.includes(name) ? classes([0, 2]) : half)

it('the tests have every loss there is', () => {
  expect([...names, ...classNames].sort()).toEqual([...inBarrel].sort())
  for (const name of inBarrel) expect(nn).toHaveProperty(name)
})

it.each(names)('%s as a module keeps a copy of its options, shows them, and has no parameters', (name) => {
  const title = classOf(name).name
  const options = { reduction: 'sum', scale: 0.5 }
  const module = new (classOf(name))(options)
  options.scale = 7
  expect(module.call(half, target(name)).item()).toBe(
    lossOf(name)(half, target(name), { reduction: 'sum', scale: 0.5 }).item(),
  )
  expect(() => Object.assign(module.options, { scale: 3 })).toThrow(TypeError)
  expect(`${module}`).toBe(`${title}({ reduction: 'sum', scale: 0.5 })`)
  expect(`${new (classOf(name))()}`).toBe(`${title}()`)
  expect(module.parameters()).toEqual([])
  expect(module.stateDict()).toEqual({})
  expect(() => module.call(half, zeros([5]))).toThrow(
    new RegExp(`^${name}: .*; in ${title}\\(\\{ reduction: 'sum', scale: 0.5 \\}\\)$`),
  )
})

describe('tensors among the options of a module', () => {
  it.each([
    ['crossEntropy', 'weight', 'weight'],
    ['nll', 'weight', 'weight'],
    ['bceWithLogits', 'posWeight', 'pos_weight'],
  ])('%s keeps a copy of %s as a buffer, by the name that PyTorch gives it', (name, option, key) => {
    const weight = f32([1, 2, 3])
    const module = new (classOf(name))({ [option]: weight, reduction: 'sum' })
    expect(`${module}`).toBe(`${classOf(name).name}({ reduction: 'sum', ${option}: [3] })`)
    expect(Object.keys(module.stateDict())).toEqual([key])
    expect(module.parameters()).toEqual([])
    weight.assign(zeros([3]))
    const p = logits.to('float32') as Tensor
    const t = ofClasses.includes(name) ? classes([0, 2]) : (half.to('float32') as Tensor)
    const before = lossOf(name)(p, t, { [option]: f32([1, 2, 3]), reduction: 'sum' }).item()
    expect(module.call(p, t).item()).toBe(before)
    module.to('float64')
    const wide = lossOf(name)(logits, ofClasses.includes(name) ? t : half, {
      [option]: f64([1, 2, 3]),
      reduction: 'sum',
    })
    expect(module.call(logits, ofClasses.includes(name) ? t : half).item()).toBe(wide.item())
    module.loadStateDict({ [key]: f64([0, 0, 0]) })
    expect(module.call(logits, ofClasses.includes(name) ? t : half).item()).not.toBe(wide.item())
    const mask = bools([1, 0])
    expect(asModule(name)(p, t, { [option]: f32([1, 2, 3]), mask }).item()).toBe(
      lossOf(name)(p, t, { [option]: f32([1, 2, 3]), mask }).item(),
    )
  })
})
