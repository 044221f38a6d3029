/** @file Derivatives where they are a convention: ties, kinks, bounds, zeros of products and powers. All as documented. */
import { describe, expect, it } from 'vitest'
import { jvp, vjp } from '../../src/autodiff.ts'
import { backward } from '../../src/backward.ts'
import { tensor } from '../../src/create.ts'
import type { NestedValues } from '../../src/movement-types.ts'
import * as ops from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import type { Fn } from '../support/differences.ts'
import { f64 } from '../support/f64.ts'
import { record } from '../support/record.ts'
import { randomFor } from '../support/sample.ts'
import { rows } from './table/index.ts'
import { kinks, nameOfKink } from './table/kinks.ts'

const { broadcastTo, log, maximum, minimum, mul, pow, prod, sqrt, square, stopGradient, sum, to } = ops

const onesLike = (x: Tensor): Tensor => broadcastTo(f64(1), x.shape)

/** NaN as such, and -0 as 0. */
const values = (x: Tensor): number[] => Array.from(x.data, (value) => value + 0)

/**
 * The gradient of sum(f(x)) by reverse mode. Forward mode must give the same along every unit vector; where a slope is
 * infinite it is asked at one element alone, since the 0 of a unit vector would make a NaN of it.
 */
function gradient(f: Fn, x: Tensor): unknown {
  const total: Fn = (x) => sum(f(x!))
  const g = vjp(total, x)[1](f64(1))[0]!
  if (values(g).every(Number.isFinite)) {
    const tangents = values(x).map((_, k) => {
      const unit = Float64Array.from({ length: x.size }, (_, i) => Number(i === k))
      return values(jvp(total, [x], [tensor(unit, { shape: [...x.shape] })])[1])[0]!
    })
    expect(tangents, 'tangents').toEqual(values(g))
  } else if (x.size === 1) {
    expect(values(jvp(total, [x], [onesLike(x)])[1]), 'tangent').toEqual(values(g))
  }
  return tensor(values(g), { dtype: 'float64', shape: [...x.shape] }).toArray()
}

/** The call of a row as a function of x. */
function functionOf(call: string): Fn {
  const scope = { ...ops, f64 }
  const make = new Function(...Object.keys(scope), `return (x) => ${call}`)
  return make(...Object.values(scope))
}

describe('the table of kinks', () => {
  it.each(kinks.map((kink) => [nameOfKink(kink), kink] as const))('%s', (name, kink) => {
    expect(kink.call, 'the call').toContain(kink.op)
    expect(gradient(functionOf(kink.call), f64(kink.x as NestedValues))).toEqual(kink.gradient)
    record(name, 'gradient')
  })

  it('names ops of the op table, each case once', () => {
    expect(kinks.filter(({ op }) => !rows.some((row) => row.op === op))).toEqual([])
    expect(new Set(kinks.map(nameOfKink)).size).toBe(kinks.length)
  })
})

describe('kinks', () => {
  it('maximum and minimum halve the gradient of each operand', () => {
    for (const f of [maximum, minimum]) {
      const [a, b] = vjp(f, f64([1, 2]), f64([1, 2]))[1](f64([1, 1]))
      expect([a.toArray(), b.toArray()]).toEqual([
        [0.5, 0.5],
        [0.5, 0.5],
      ])
    }
  })

  it('an infinite slope is one in forward mode, too', () => {
    for (const f of [sqrt, log]) expect(gradient((x) => f(x!), f64([0]))).toEqual([Infinity])
    expect(gradient((x) => pow(x!, -1), f64([0]))).toEqual([-Infinity])
  })

  it('stopGradient is a constant', () => {
    expect(gradient((x) => mul(x!, stopGradient(x!)), f64([3, 5]))).toEqual([3, 5])
    expect(stopGradient(f64([1])).requiresGrad).toBe(false)
  })

  it('gradients flow between float32 and float64, and end at integers', () => {
    const x = tensor([1.5, 2.5], { requiresGrad: true })
    backward(sum(square(to(x, 'float64'))))
    expect([x.grad!.dtype, x.grad!.toArray()]).toEqual(['float32', [3, 5]])
    const [ct] = vjp((x: Tensor) => to(x, 'float32'), f64([0.1, 2]))[1](tensor([1, 0.1]))
    expect([ct.dtype, ct.toArray()]).toEqual(['float64', [1, Math.fround(0.1)]])
    const dy = jvp((x: Tensor) => to(x, 'float32'), [f64([0.1])], [f64([0.1])])[1]
    expect([dy.dtype, dy.toArray()]).toEqual(['float32', [Math.fround(0.1)]])
    expect(to(x, 'int32').requiresGrad).toBe(false)
    expect(gradient((x) => to(to(x!, 'int32'), 'float64'), f64([1.5, 2.5]))).toEqual([0, 0])
  })
})

describe('prod with zeros', () => {
  /** Product of the elements at the positions not in `left`. */
  const without = (xs: readonly number[], ...left: number[]): number =>
    xs.reduce((product, x, i) => (left.includes(i) ? product : product * x), 1)

  it.each([
    [[2, 3, -4, 5]],
    [[2, 0, -4, 5]],
    [[0, 3, -4, 0]],
    [[0, 0, 0, 5]],
    [[7]],
    [[0]],
    [[0, 3]],
    [[1, 2, 0, 4, 5, 6, 7, 8, 9]],
  ])('%j: first, second and third derivatives', (xs) => {
    const x = f64(xs)
    const unit = (i: number): Tensor => f64(xs.map((_, k) => Number(k === i)))
    const first: Fn = (x) => vjp(prod as Fn, x!)[1](f64(1))[0]!
    expect(prod(x).item() + 0).toBe(without(xs) + 0)
    expect(gradient((x) => prod(x!), x)).toEqual(xs.map((_, i) => without(xs, i) + 0))
    for (let i = 0; i < Math.min(xs.length, 4); i++) {
      const second: Fn = (x) => jvp(first, [x!], [unit(i)])[1]
      const hessian = xs.map((_, k) => (k === i ? 0 : without(xs, i, k) + 0))
      expect(values(second(x)), `row ${i}`).toEqual(hessian)
      expect(values(vjp(first, x)[1](unit(i))[0]!), `row ${i}, reverse over reverse`).toEqual(hessian)
      for (let j = 0; j < Math.min(xs.length, 4); j++) {
        const third = values(jvp(second, [x], [unit(j)])[1])
        expect(third, `${i}, ${j}`).toEqual(
          xs.map((_, k) => (new Set([i, j, k]).size < 3 ? 0 : without(xs, i, j, k) + 0)),
        )
      }
    }
  })

  it('along several axes', () => {
    const x = f64([
      [
        [1, 0],
        [3, 4],
      ],
      [
        [5, 6],
        [0, 0],
      ],
    ])
    expect(gradient((x) => prod(x!, [0, 2]), x)).toEqual([
      [
        [0, 30],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ])
  })

  it('a long product takes few passes and is right', () => {
    const random = randomFor('prod')
    const xs = Array.from({ length: 300 }, () => 0.5 + random())
    const g = vjp(prod as Fn, f64(xs))[1](f64(1))[0]!
    const all = without(xs)
    // Two products of 300 factors each.
    xs.forEach((x, i) => {
      expect(Math.abs((g.data[i]! * x) / all - 1)).toBeLessThan(600 * 2 ** -52)
    })
  })
})

describe('pow', () => {
  const slopes = (x: number, y: number): [number, number] => {
    const pull = vjp(pow, f64(x), f64(y))[1]
    const [dx, dy] = pull(f64(1))
    expect(jvp((x) => pow(x, y), [f64(x)], [f64(1)])[1].item()).toBe(dx.item())
    expect(jvp((y) => pow(x, y), [f64(y)], [f64(1)])[1].item()).toBe(dy.item())
    return [dx.item(), dy.item()]
  }

  it('at a base of 0', () => {
    expect(pow(f64([0, 0, 0, 0, 0]), f64([0, 1, 2, 0.5, -1])).toArray()).toEqual([1, 0, 0, 0, Infinity])
    expect(gradient((x) => pow(x!, 1), f64([0, 2]))).toEqual([1, 1])
    expect(gradient((x) => pow(x!, 2), f64([0, 2]))).toEqual([0, 4])
  })

  it('derivatives of every order at a base of 0', () => {
    const powers: Fn[] = [(x) => pow(x!, 3)]
    for (let order = 1; order <= 4; order++) {
      const f = powers[order - 1]!
      powers.push((x) => jvp(f, [x!], [f64(1)])[1])
    }
    expect(powers.map((f) => f(f64(0)).item())).toEqual([0, 0, 0, 6, 0])
    expect(powers.map((f) => f(f64(-2)).item())).toEqual([-8, 12, -12, 6, 0])
  })

  it('the exponent of a base of 0 has slope 0', () => {
    for (const exponent of [0, 1, 2.5]) expect(slopes(0, exponent)[1]).toBe(0)
  })

  it('of negative bases: whole powers are numbers, others and the slope of the exponent are NaN', () => {
    expect(pow(f64([-2, -2, -2, -8]), f64([3, 2, -1, 1 / 3])).toArray()).toEqual([-8, 4, -0.5, Number.NaN])
    expect(gradient((x) => pow(x!, 3), f64([-2]))).toEqual([12])
    expect(gradient((x) => pow(x!, 2), f64([-2]))).toEqual([-4])
    expect(slopes(-2, 3)).toEqual([12, Number.NaN])
  })

  it('of 1 and of infinities, as IEEE 754 says', () => {
    const cases: readonly (readonly [number, number, number])[] = [
      [1, Number.NaN, 1],
      [1, Infinity, 1],
      [1, -Infinity, 1],
      [-1, Infinity, 1],
      [-1, -Infinity, 1],
      [Number.NaN, 0, 1],
      [Number.NaN, 1, Number.NaN],
      [-1, Number.NaN, Number.NaN],
      [2, Infinity, Infinity],
      [0.5, Infinity, 0],
      [-0.5, -Infinity, Infinity],
      [Infinity, -1, 0],
      [-Infinity, 3, -Infinity],
    ]
    for (const dtype of ['float64', 'float32'] as const) {
      const x = tensor(
        cases.map(([x]) => x),
        { dtype },
      )
      const y = tensor(
        cases.map(([, y]) => y),
        { dtype },
      )
      expect(pow(x, y).toArray()).toEqual(cases.map(([, , value]) => value))
    }
  })
})
