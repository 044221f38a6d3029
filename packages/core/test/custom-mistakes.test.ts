/** @file Mistakes in a user's op: each is refused by a message that names the op and the rule. */
import {
  broadcastTo,
  exp,
  grad,
  jvp,
  mul,
  noGrad,
  ones,
  sum,
  TapegradError,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import { define } from './support/custom-ops.ts'
import { errorOf } from './support/messages.ts'

const x = ones([2, 3])

describe('forward and shape', () => {
  const weight = tensor(2, { requiresGrad: true })
  it.each<[string, Record<string, unknown>, string]>([
    [
      'numbers that are no tensor',
      { forward: (x: Tensor) => x.data },
      'op: forward returned a Float32Array, expected a tensor; wrap numbers in tensor(data, { shape })',
    ],
    [
      'nothing',
      { forward: () => {} },
      'op: forward returned undefined, expected a tensor; wrap numbers in tensor(data, { shape })',
    ],
    [
      'a promise',
      { forward: async (x: Tensor) => x },
      'op: forward returned a Promise, expected a tensor; wrap numbers in tensor(data, { shape })',
    ],
    [
      'a tensor made with a parameter from outside',
      { forward: (x: Tensor) => mul(x, weight) },
      'op: forward returned a tracked tensor though its inputs are not tracked: it uses one from outside, whose gradient would be lost; pass that tensor as an input, or detach() it',
    ],
    [
      'another precision',
      { forward: (x: Tensor) => tensor(Float64Array.from(x.data), { shape: x.shape }) },
      'op: forward returned float64 for inputs of dtype float32; make the result with { dtype: x.dtype }, or let shape return { shape, dtype }',
    ],
    [
      'another shape than shape said',
      { shape: () => [6], forward: (x: Tensor) => x },
      'op: forward returned [2, 3], shape said [6]',
    ],
    [
      'another dtype than shape said',
      { shape: (x: Tensor) => x.shape, forward: (x: Tensor) => x.gt(0) },
      'op: forward returned bool, shape said float32; let shape return { shape, dtype } where the dtype is not that of the inputs',
    ],
    [
      'a shape of nothing',
      { shape: () => undefined },
      'op: shape returned undefined; return an array of sizes, or { shape, dtype }',
    ],
    [
      'a shape that is none',
      { shape: () => [2, -1] },
      'op: in shape: op: dimension 1 of shape [2, -1] is -1; use a whole number >= 0',
    ],
    [
      'an error of an op inside',
      { forward: (x: Tensor) => mul(x, ones([2, 4])) },
      'op: in forward: mul: shapes [2, 3] and [2, 4] do not broadcast: sizes 3 and 4 differ at axis -1; neither is 1\n  [2, 3]\n  [2, 4]\n      ^\n  axes match from the right',
    ],
  ])('must not give %s', (_, fields, message) => {
    expect(errorOf(() => define(fields)(x)).message).toBe(message)
  })

  it('may give another dtype where shape says so', () => {
    const positive = define({
      shape: (x: Tensor) => ({ shape: x.shape, dtype: 'bool' }),
      forward: (x: Tensor) => x.gt(0),
    })
    expect(positive(x).dtype).toBe('bool')
  })

  it('may use tracked tensors from outside where nothing is recorded', () => {
    const op = define({ forward: (x: Tensor) => mul(x, weight) })
    expect(noGrad(() => op(x)).toArray()).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ])
  })

  it('may throw errors of their own, which stay as they are', () => {
    const own = new RangeError('too hot')
    const op = define({
      forward: () => {
        throw own
      },
    })
    expect(() => op(x)).toThrow(own)
  })

  it('keeps the inner error as the cause', () => {
    const { cause } = errorOf(() => define({ forward: () => exp(tensor([true])) })(x))
    expect((cause as TapegradError).op).toBe('exp')
  })
})

describe('backward', () => {
  it('of any kind are named, since a derivative is called from far away', () => {
    const own = new RangeError('boom')
    const op = define({
      forward: (x: Tensor) => mul(x, 2),
      backward: () => {
        throw own
      },
    })
    const error = errorOf(() => grad((x: Tensor) => sum(op(x)))(x))
    expect(error.message).toBe('op: in backward: boom')
    expect(error.cause).toBe(own)
  })

  const run = (backward: unknown, ...args: unknown[]): TapegradError =>
    errorOf(() => {
      const op = define({ forward: (x: Tensor) => mul(x, 2), backward })
      return grad((x: Tensor) => sum(op(x, ...args)))(x)
    })
  it.each<[string, unknown, string]>([
    [
      'a bare tensor',
      (ct: Tensor) => ct,
      'op: backward returned a tensor of shape [2, 3]; return an array with one cotangent per input, as in [dx]',
    ],
    [
      'nothing',
      () => {},
      'op: backward returned undefined; return an array with one cotangent per input, as in [dx]',
    ],
    [
      'too many',
      (ct: Tensor) => [ct, ct],
      'op: backward returned 2 cotangents for 1 input; return one per input, null for an input without gradient',
    ],
    [
      'none',
      () => [],
      'op: backward returned 0 cotangents for 1 input; return one per input, null for an input without gradient',
    ],
    [
      'undefined',
      () => [undefined],
      'op: backward returned undefined for input 0; return a tensor, or null for no gradient',
    ],
    [
      'numbers',
      (ct: Tensor) => [ct.data],
      'op: backward returned a Float32Array for input 0; return a tensor, or null for no gradient',
    ],
    ['another shape', () => [zeros([3])], 'op: backward returned [3] for input 0 of shape [2, 3]'],
    [
      'the transpose',
      (ct: Tensor) => [transpose(ct)],
      'op: backward returned [3, 2] for input 0 of shape [2, 3]; it looks transposed',
    ],
    [
      'a cotangent that lacks a sum',
      (ct: Tensor) => [broadcastTo(ct, [4, 2, 3])],
      'op: backward returned [4, 2, 3] for input 0 of shape [2, 3]; sum it over the axes along which forward broadcasts',
    ],
    [
      'another dtype',
      (ct: Tensor) => [ct.to('float64')],
      'op: backward returned float64 for input 0 of dtype float32; make it with { dtype: x.dtype }',
    ],
    [
      'an error of an op inside',
      (ct: Tensor) => [mul(ct, ones([5]))],
      'op: in backward: mul: shapes [2, 3] and [5] do not broadcast: sizes 3 and 5 differ at axis -1; neither is 1\n  [2, 3]\n     [5]\n      ^\n  axes match from the right',
    ],
  ])('must not return %s', (_, backward, message) => {
    expect(run(backward).message).toBe(message)
    expect(run(backward).op).toBe('op')
  })

  it('must not return a cotangent for integers, or forget an input', () => {
    const rows = tensor(Int32Array.of(1))
    expect(run((ct: Tensor) => [ct, ones([1])], rows).message).toBe(
      'op: backward returned a tensor for input 1 of dtype int32, which has no gradient; return null',
    )
    expect(run((ct: Tensor) => [ct], ones([1])).message).toBe(
      'op: backward returned 1 cotangent for 2 inputs; return one per input, null for an input without gradient',
    )
  })
})

describe('jvp', () => {
  const run = (rule: unknown): TapegradError => {
    const op = define({ backward: undefined, jvp: rule })
    const reverse = errorOf(() => grad((x: Tensor) => sum(op(x)))(x))
    const forward = errorOf(() => jvp((x: Tensor) => op(x), [x], [x]))
    expect(reverse.message).toBe(forward.message)
    return forward
  }
  it.each<[string, unknown, string]>([
    [
      'a list',
      ([dx]: Tensor[]) => [dx],
      'op: jvp returned an array of length 1; return the tangent of the output as a tensor, or null for zero',
    ],
    [
      'nothing',
      () => {},
      'op: jvp returned undefined; return the tangent of the output as a tensor, or null for zero',
    ],
    ['another shape', () => zeros([3]), 'op: jvp returned [3] for an output of shape [2, 3]'],
    [
      'the transpose',
      ([dx]: Tensor[]) => transpose(dx!),
      'op: jvp returned [3, 2] for an output of shape [2, 3]; it looks transposed',
    ],
    [
      'another dtype',
      ([dx]: Tensor[]) => dx!.to('float64'),
      'op: jvp returned float64 for an output of dtype float32; make it with { dtype: output.dtype }',
    ],
    [
      'an error of an op inside',
      ([dx]: Tensor[]) => mul(dx!, ones([5])),
      'op: in jvp: mul: shapes [2, 3] and [5] do not broadcast: sizes 3 and 5 differ at axis -1; neither is 1\n  [2, 3]\n     [5]\n      ^\n  axes match from the right',
    ],
  ])('must not return %s', (_, rule, message) => {
    expect(run(rule).message).toBe(message)
  })
})

it('what is refused leaves nothing behind for the next call', () => {
  let broken = true
  const op = define({ forward: (x: Tensor) => (broken ? x.data : mul(x, 3)) })
  expect(() => op(x)).toThrow('op: forward returned a Float32Array')
  broken = false
  expect(op(x).toArray()).toEqual([
    [3, 3, 3],
    [3, 3, 3],
  ])
})
