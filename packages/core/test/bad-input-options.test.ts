/** @file Mistakes in operands and options, and what empty tensors have: the whole message of each. */
import { describe, expect, it } from 'vitest'
import * as tg from '../src/index.ts'
import { f64, leaf, loose } from './support/f64.ts'
import { check } from './support/messages.ts'

const x = f64([
  [1, 2, 3],
  [4, 5, 6],
])
const row = f64([1, 2, 3])
const empty = f64([])
const sum = loose(tg.sum)

describe('operands', () => {
  check([
    [
      'an array',
      () => loose(tg.add)([1, 2], row),
      'add: expected a tensor, got [1, 2]; make one with tensor(...)',
    ],
    ['nothing', () => loose(tg.exp)(), 'exp: expected a tensor, got undefined; make one with tensor(...)'],
    [
      'a boolean',
      () => loose(tg.mul)(row, true),
      'mul: expected a tensor, got true; make one with tensor(...)',
    ],
    [
      'limits the wrong way round',
      () => loose(tg.clamp)(row, 2, 1),
      'clamp: min 2 and max 1 must be numbers, min <= max',
    ],
    [
      'limits left out',
      () => loose(tg.clamp)(row, 2),
      'clamp: min 2 and max undefined must be numbers, min <= max',
    ],
  ])
  it('as `this` of every method', () => {
    const { prototype } = tg.Tensor
    const own = new Set(['constructor', 'item', 'toArray', 'toJSON', 'toString', 'retainGrad', 'detach'])
    const methods = Object.getOwnPropertyNames(prototype).filter(
      (name) =>
        !own.has(name) && typeof Object.getOwnPropertyDescriptor(prototype, name)!.value === 'function',
    )
    expect(methods.length).toBeGreaterThan(50)
    for (const name of methods) {
      const method = prototype[name as keyof tg.Tensor] as () => unknown
      for (const self of [undefined, null, 'text', {}, [1, 2]])
        expect(() => method.call(self as never), `${name} of ${self}`).toThrow(tg.TapegradError)
    }
  })
})

describe('empty tensors', () => {
  check([
    [
      'have no largest element',
      () => loose(tg.max)(empty),
      'max: axis 0 of [0] is empty; the max of no elements is not defined',
    ],
    ['have no mean', () => loose(tg.mean)(empty), 'mean: there are no elements to average in [0]'],
    [
      'have no position of it',
      () => loose(tg.argmax)(empty),
      'argmax: axis 0 of [0] is empty; the argmax of no elements is not defined',
    ],
    [
      'one element is no sample',
      () => loose(tg.variance)(f64([1]), 0, { correction: 1 }),
      'variance: 1 elements with correction 1 leave nothing to divide by',
    ],
  ])
  it('have a sum, a product, and every elementwise result', () => {
    expect([tg.sum(empty).item(), tg.prod(empty).item()]).toEqual([0, 1])
    expect(tg.logsumexp(empty).item()).toBe(Number.NEGATIVE_INFINITY)
    for (const y of [
      tg.exp(empty),
      tg.add(empty, 1),
      tg.softmax(empty, 0),
      tg.flip(empty),
      tg.concat([empty, empty]),
    ])
      expect(y.shape).toEqual([0])
    expect(tg.matmul(tg.zeros([2, 0]), tg.zeros([0, 3])).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ])
  })
})

describe('options', () => {
  check([
    [
      'of PyTorch',
      () => sum(x, 0, { keepdim: true }),
      'sum: there is no option "keepdim"; the only one is keepdims',
    ],
    [
      'of TensorFlow',
      () => loose(tg.mean)(x, 0, { keepDims: true }),
      'mean: there is no option "keepDims"; the only one is keepdims',
    ],
    [
      'of another op',
      () => loose(tg.max)(x, 0, { correction: 1 }),
      'max: there is no option "correction"; the only one is keepdims',
    ],
    [
      'misspelt',
      () => loose(tg.std)(x, 0, { ddof: 1 }),
      'std: there is no option "ddof"; there are keepdims, correction',
    ],
    [
      'misspelt in a constructor',
      () => loose(tg.zeros)([2], { requires_grad: true }),
      'zeros: there is no option "requires_grad"; there are dtype, requiresGrad',
    ],
    [
      'misspelt for a transform',
      () => loose(tg.grad)(tg.sum, { argNums: 1 }),
      'grad: there is no option "argNums"; there are argnums, createGraph',
    ],
    [
      'of text in place of a boolean',
      () => sum(x, 0, { keepdims: 'yes' }),
      'sum: keepdims must be true or false, got "yes"',
    ],
    [
      'of text for backward',
      () => loose(tg.backward)(leaf(1), null, { createGraph: 'yes' }),
      'backward: createGraph must be true or false, got "yes"',
    ],
    [
      'a tensor in their place',
      () => loose(tg.rand)([2], x),
      'rand: options must be a plain object, as in { dtype: value }, got a tensor of shape [2, 3]',
    ],
    [
      'a boolean in their place',
      () => sum(x, 0, true),
      'sum: options must be a plain object, as in { keepdims: value }, got true',
    ],
    [
      'null in their place',
      () => loose(tg.arange)(0, 3, 1, null),
      'arange: options must be a plain object, as in { dtype: value }, got null',
    ],
    [
      'a correction that is NaN',
      () => loose(tg.variance)(x, 0, { correction: Number.NaN }),
      'variance: 2 elements with correction NaN leave nothing to divide by',
    ],
    [
      'a correction of text',
      () => loose(tg.variance)(x, 0, { correction: '1' }),
      'variance: correction must be a number, got "1"',
    ],
  ])
})
