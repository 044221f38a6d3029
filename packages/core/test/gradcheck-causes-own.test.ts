/** @file Wrong derivatives in ops of one's own, made by defineOp: each has to be found, and its cause told. */
import { describe, expect, it } from 'vitest'
import {
  add,
  cos,
  defineOp,
  exp,
  gradcheck,
  matmul,
  mul,
  sin,
  slice,
  stack,
  type Tensor,
  tensor,
  transpose,
} from '../src/index.ts'
import { f64 } from './support/f64.ts'
import { A, b, causes, S } from './support/gradcheck.ts'

describe('defineOp', () => {
  it('transposed', () => {
    const product = defineOp({
      name: 'product',
      forward: (x: Tensor, w: Tensor) => matmul(x, w),
      backward: (ct, { inputs: [x, w] }) => [matmul(ct, transpose(w)), transpose(matmul(transpose(x), ct))],
    })
    expect(causes(product, [A, S], '[1]')).toEqual(['transposed, in op product, input 1'])
  })

  it('missing sum', () => {
    const biased = defineOp({
      name: 'biased',
      forward: (x: Tensor, b: Tensor) => add(x, b),
      backward: (ct) => [ct, slice(ct, [0])],
    })
    expect(causes(biased, [A, b], '[1]')).toEqual([
      'missing sum over broadcast axis 0: only slice 0 of it counts, in op biased, input 1',
    ])
  })

  it('factor and sign', () => {
    const wave = (factor: number) =>
      defineOp({
        name: 'wave',
        forward: (x: Tensor) => sin(x),
        backward: (ct, { inputs: [x] }) => [mul(mul(ct, cos(x)), factor)],
      })
    expect(causes(wave(2), [A])).toEqual(['off by a factor: analytic = 2 x numeric, in op wave'])
    expect(causes(wave(-1), [A])).toEqual(['wrong sign: analytic = -numeric, in op wave'])
  })

  it('overwritten', () => {
    const wave = defineOp({
      name: 'wave',
      forward: (x: Tensor) => mul(x, sin(x)),
      backward: (ct, { inputs: [x] }) => [mul(mul(ct, x), cos(x))],
    })
    expect(causes(wave, [A])).toEqual([
      'overwritten instead of accumulated: of 2 uses of the input, only one counts, in op wave',
    ])
    const loops = defineOp({
      name: 'histogram',
      forward: (x: Tensor) => stack([slice(x, [0]), slice(x, [1]), slice(x, [0])], 0),
      backward: (ct, { inputs: [x] }) => {
        const dx = new Float64Array(x.size)
        ;[0, 1, 0].forEach((place, i) => {
          dx[place] = ct.data[i]!
        })
        return [tensor(dx, { shape: x.shape }) as Tensor]
      },
      onceDifferentiable: true,
    })
    expect(causes(loops, [f64([0.5, 2])])).toEqual([
      'overwritten instead of accumulated: of axis 0 of the output, only slice 2 counts, in op histogram',
    ])
  })

  it('a wrong jvp', () => {
    const wave = defineOp({
      name: 'wave',
      forward: (x: Tensor) => sin(x),
      backward: (ct, { inputs: [x] }) => [mul(ct, cos(x))],
      jvp: ([dx], { inputs: [x] }) => mul(mul(dx, cos(x)), -1),
    })
    const { rows } = gradcheck((x: Tensor) => exp(wave(x)), [A])
    const wrong = rows.filter(({ verdict }) => verdict === 'wrong')
    expect(new Set(wrong.map(({ mode, cause }) => `${mode}: ${cause}`))).toEqual(
      new Set(['forward: wrong sign: analytic = -numeric, in op wave']),
    )
    expect(wrong).toHaveLength(6)
  })
})
