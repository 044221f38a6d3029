/** @file Two copies of the package in one program: whatever meets an object of the other says so, and how to mend it. */
import { describe, expect, it } from 'vitest'
import * as tg from '../src/index.ts'
import { f64, leaf, loose } from './support/f64.ts'
import { errorOf, messageOf } from './support/messages.ts'
import { secondCopy } from './support/second-copy.ts'

const other = await secondCopy()
const foreign = other.tensor([1, 2], { dtype: 'float64' }) as unknown as tg.Tensor
const generator = new other.Generator(1) as unknown as tg.Generator
const mine = f64([1, 2])
const FIX =
  ' of another copy of @tapegrad/core, which this one cannot use: npm ls @tapegrad/core finds both, npm dedupe or an alias in the bundler leaves one'
const TENSOR = `a tensor of shape [2]${FIX}`
const square = (x: tg.Tensor): tg.Tensor => x.square()

it('is a second copy', () => {
  expect(other.Tensor).not.toBe(tg.Tensor)
  expect(foreign).not.toBeInstanceOf(tg.Tensor)
  expect(other.add(foreign as never, 1).toArray()).toEqual([2, 3])
})

describe('a tensor of the other copy', () => {
  it.each<[string, () => unknown]>([
    ['add', () => mine.add(foreign)],
    ['add', () => tg.add(foreign, mine)],
    ['add', () => tg.add(foreign, 1)],
    ['sub', () => loose(tg.sub)(1, foreign)],
    ['exp', () => tg.exp(foreign)],
    ['where', () => tg.where(mine.gt(0), foreign, 0)],
    ['matmul', () => mine.matmul(foreign as never)],
    ['sum', () => tg.sum(foreign)],
    ['reshape', () => loose(tg.reshape)(foreign, [2, 1])],
    ['broadcastTo', () => loose(tg.broadcastTo)(foreign, [2])],
    ['stack', () => tg.stack([mine, foreign])],
    ['assign', () => mine.assign(foreign)],
    ['assign', () => loose(tg.assign)(foreign, mine)],
    ['backward', () => tg.backward(foreign)],
    ['tensor', () => loose(tg.tensor)(foreign)],
    ['grad', () => loose(tg.grad(square as never))(foreign)],
    ['vjp', () => tg.vjp(square, foreign)],
    ['jvp', () => tg.jvp(square, [foreign], [mine])],
    ['double', () => tg.defineOp({ name: 'double', forward: (x) => x, backward: (ct) => [ct] })(foreign)],
  ])('%s names it, and the fix', (op, run) => {
    expect(messageOf(run)).toBe(`${op}: got ${TENSOR}`)
    expect(errorOf(run).op).toBe(op)
  })

  it.each<[string, () => unknown]>([
    ['grad', () => loose(tg.grad(() => foreign as never))(leaf(1))],
    ['vjp', () => loose(tg.vjp)(() => foreign, mine)],
    ['jvp', () => tg.jvp(square, [mine], [foreign])],
    ['backward', () => tg.backward(leaf([1, 2]).square(), foreign)],
    ['gradcheck', () => loose(tg.gradcheck)(() => foreign, [mine])],
    ['vmap', () => loose(tg.vmap(square))(foreign)],
    ['vmap', () => loose(tg.vmap(() => foreign))(mine)],
    [
      'onGrad',
      () => {
        const x = leaf([1, 2])
        tg.onGrad(x, () => foreign)
        x.square().sum().backward()
      },
    ],
    [
      'double',
      () => tg.defineOp({ name: 'double', forward: (_: tg.Tensor) => foreign, backward: (ct) => [ct] })(mine),
    ],
    ['sum', () => loose(tg.sum)(mine, foreign)],
    ['take', () => loose(tg.take)(mine, foreign, 0)],
    ['zeros', () => loose(tg.zeros)(foreign)],
  ])('%s says so wherever it stands', (op, run) => {
    const message = messageOf(run)
    expect(message.startsWith(`${op}: `)).toBe(true)
    expect(message).toContain(TENSOR)
  })
})

it('a generator of the other copy', () => {
  expect(messageOf(() => tg.rand([2], { generator }))).toBe(
    `rand: the generator must be made with new Generator(seed), got a Generator${FIX}`,
  )
})

it('the state of a generator of the other copy', () => {
  expect(messageOf(() => (new tg.Generator(1).state = generator.state))).toContain(
    `got a tensor of shape [4]${FIX}`,
  )
})

it('does not depend on names, which a bundler shortens', () => {
  Object.defineProperty(other.Tensor, 'name', { value: 't' })
  expect(messageOf(() => mine.add(foreign))).toBe(`add: got ${TENSOR}`)
})

it('is not said of this copy, nor of what only looks like it', () => {
  class Tensor {
    readonly shape = [2]
  }
  expect(messageOf(() => loose(tg.sum)(mine, mine))).not.toContain('another copy')
  expect(messageOf(() => loose(tg.add)(mine, new Tensor()))).toBe(
    'add: expected a tensor, got a tensor of shape [2]; make one with tensor(...)',
  )
  for (const value of [undefined, null, 0, '', {}, [], () => 0])
    expect(messageOf(() => loose(tg.exp)(value))).toMatch(
      /^exp: expected a tensor, got .*; make one with tensor/,
    )
})
