/** @file What SGD refuses: parameters, settings, gradients. */
import { mul, noGrad, type Tensor, tensor, zeros } from '@tapegrad/core'
import { Dense, SGD } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { leaf } from './support/sgd-steps.ts'

describe('refusals', () => {
  const p = leaf()
  it.each<[what: string, params: unknown, options: object, message: string | RegExp]>([
    ['no parameters', [], {}, 'SGD: expected tensors, such as model.parameters(), or groups'],
    ['a model', new Dense(1, 1), {}, /^SGD: expected tensors, such as model\.parameters\(\).*got a Dense/],
    ['a group without parameters', [{ lr: 1 }], {}, /^SGD: expected tensors.*got undefined/],
    ['an empty group', [{ params: [] }], {}, /^SGD: expected tensors/],
    ['null', null, {}, /^SGD: expected tensors.*got null/],
    ['a null group', [null], {}, /^SGD: expected tensors.*got undefined/],
    ['a number', [p, 3], {}, 'SGD: parameter 1 is 3, expected a tensor'],
    ['a tensor twice', [p, p], {}, 'SGD: parameter 1 occurs twice'],
    ['a tensor in two groups', [{ params: [p] }, { params: [p] }], {}, 'SGD: parameter 1 occurs twice'],
    ['integers', [tensor([1], { dtype: 'int32' })], {}, 'SGD: parameter 0 is int32'],
    [
      'a computed tensor',
      [mul(p, 2)],
      {},
      'SGD: parameter 0 was computed by mul; only leaves can be trained',
    ],
    ['a negative rate', [p], { lr: -0.1 }, 'SGD: lr must be a finite number >= 0, got -0.1'],
    ['a NaN rate', [p], { lr: Number.NaN }, 'SGD: lr must be'],
    ['a rate of text', [p], { lr: '0.1' }, 'SGD: lr must be a finite number >= 0, got "0.1"'],
    ['a bad rate in a group', [{ params: [p], lr: Infinity }], {}, 'SGD: lr must be'],
    ['negative momentum', [p], { momentum: -1 }, 'SGD: momentum must be'],
    ['NaN momentum', [p], { momentum: Number.NaN }, 'SGD: momentum must be'],
    ['NaN dampening', [p], { dampening: Number.NaN }, 'SGD: dampening must be a finite number, got NaN'],
    ['negative weight decay', [p], { weightDecay: -1 }, 'SGD: weightDecay must be'],
    [
      'nesterov without momentum',
      [p],
      { nesterov: true },
      'SGD: nesterov needs momentum above 0 and no dampening',
    ],
    [
      'nesterov with dampening',
      [p],
      { nesterov: true, momentum: 0.5, dampening: 0.1 },
      /^SGD: nesterov needs/,
    ],
    ['nesterov of text', [p], { nesterov: 'yes' }, 'SGD: nesterov must be true or false, got "yes"'],
    ['bad momentum in a group', [{ params: [p], momentum: -1 }], {}, 'SGD: momentum must be'],
  ])('%s', (_, params, options, message) => {
    expect(() => new SGD(params as Tensor[], options)).toThrow(message)
  })

  it('a bad rate set later, which leaves the old one', () => {
    const optimizer = new SGD([leaf()], { lr: 0.1 })
    for (const lr of [-1, Number.NaN, Infinity, '1' as never, undefined as never]) {
      expect(() => {
        optimizer.lr = lr
      }).toThrow(/^SGD: lr must be/)
    }
    expect(optimizer.lr).toBe(0.1)
  })

  it('a gradient of another shape, set by hand', () => {
    const q = leaf()
    q.grad = noGrad(() => zeros([2, 3], { dtype: 'float64' })) as never
    expect(() => new SGD([q], { lr: 1 }).step()).toThrow(/\[2, 3\]/)
  })
})
