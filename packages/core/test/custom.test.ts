/** @file defineOp: ops of one's own, their derivatives in every mix of modes, and forward. */
import {
  add,
  backward,
  cos,
  defineOp,
  grad,
  mul,
  neg,
  sigmoid,
  sin,
  sum,
  type Tensor,
  tape,
  tensor,
  transpose,
  valueAndGrad,
  zeros,
} from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { describe, expect, it, vi } from 'vitest'
import { entriesOf } from './support/checking.ts'
import { float64, numbers, product, swish } from './support/custom-ops.ts'
import { checkDerivatives, direction } from './support/differences.ts'
import { randomFor } from './support/sample.ts'

/** The swish function from loops over numbers. */
const loops = {
  forward: (x: Tensor): Tensor => {
    const data = Float64Array.from(x.data, (v) => v / (1 + Math.exp(-v)))
    return tensor(data, { shape: x.shape, dtype: x.dtype })
  },
  slope: (x: Tensor, d: Tensor): Tensor => {
    const { data } = d
    const slopes = Float64Array.from(x.data, (v, i) => {
      const s = 1 / (1 + Math.exp(-v))
      return data[i]! * (s + v * s * (1 - s))
    })
    return tensor(slopes, { shape: x.shape, dtype: x.dtype })
  },
}

/** x y + scale x², by its jvp alone. */
const blend = defineOp({
  name: 'blend',
  forward: (x: Tensor, y: Tensor, { scale }: { scale: number }) => add(mul(x, y), mul(mul(x, x), scale)),
  jvp: ([dx, dy], { inputs: [x, y], params: { scale } }) =>
    add(mul(dx, add(y, mul(x, 2 * scale))), mul(x, dy)),
})

describe('an op of tensor ops', () => {
  it.each<[string, (...xs: Tensor[]) => Tensor, number[][]]>([
    ['backward alone', swish as (x: Tensor) => Tensor, [[2, 3]]],
    ['jvp alone', (x, y) => blend(x!, y!, { scale: 3 }), [[4], [4]]],
    [
      'both rules',
      product as (...xs: Tensor[]) => Tensor,
      [
        [2, 3],
        [3, 2],
      ],
    ],
  ])('has derivatives to third order in every mix of modes, from %s', (name, f, shapes) => {
    const random = randomFor(name)
    for (const layout of ['contiguous', 'transposed'] as const) {
      const xs = shapes.map((shape) => direction(shape, random, layout))
      checkDerivatives((...args) => f(...args), xs, 3, random, layout, name)
    }
  })

  it('differentiates as ops do that are built in', () => {
    const x = float64([-3, -0.5, 0, 1, 4])
    const plain = (x: Tensor): Tensor => sum(mul(x, sigmoid(x)))
    const own = (x: Tensor): Tensor => sum(swish(x))
    const thrice = (f: (x: Tensor) => Tensor): Tensor =>
      grad((x: Tensor) => sum(grad((x: Tensor) => sum(grad(f)(x)))(x)))(x)
    // The same formulas in another order: a few roundings of numbers up to 1.
    expectClose(thrice(own), thrice(plain), { atol: 0.5e-13 })
  })

  it('accumulates into leaves, and again through createGraph', () => {
    const x = tensor([0.5, -1], { dtype: 'float64', requiresGrad: true })
    backward(sum(swish(x)), null, { createGraph: true })
    const first = x.grad!
    expect(numbers(first)).toEqual(numbers(grad((x: Tensor) => sum(swish(x)))(x)))
    x.grad = null
    backward(sum(first))
    expect(numbers(x.grad!)).toEqual(
      numbers(grad((x: Tensor) => sum(grad((x: Tensor) => sum(swish(x)))(x)))(x)),
    )
  })

  it('is a function with the name and the type of forward', () => {
    const y: Tensor<[2]> = swish(zeros([2]))
    // @ts-expect-error two elements are not three
    const z: Tensor<[3]> = swish(zeros([2]))
    expect(y.shape).toEqual(z.shape)
    expect(swish.name).toBe('swish')
  })

  it('types what the rules get and give', () => {
    // @ts-expect-error params are missing
    expect(() => blend(tensor(1), tensor(1))).toThrow()
    const scaled = defineOp({
      name: 'scaled',
      forward: (x: Tensor<[2, 3]>, factor?: number) => mul(mul(x, x), factor ?? 1),
      backward: (ct, { inputs: [x], params }) => {
        const shaped: Tensor<[2, 3]> = x
        // @ts-expect-error the params may be missing
        const factor: number = params
        return [mul(mul(ct, shaped), 2 * (factor ?? 1))]
      },
    })
    const x = zeros([2, 3]).add(3)
    expect(
      grad((x: Tensor) => sum(scaled(x as Tensor<[2, 3]>)))(x)
        .slice([0, 0])
        .item(),
    ).toBe(6)
    defineOp({
      name: 'pair',
      forward: (x: Tensor, y: Tensor) => mul(x, y),
      // @ts-expect-error one cotangent for two inputs
      backward: (ct, { inputs: [, y] }) => [mul(ct, y)],
    })
    // Without annotations the arguments are tensors.
    const square = defineOp({ name: 'square', forward: (x) => x.square(), backward: (ct) => [ct] })
    expect(square(tensor(3)).item()).toBe(9)
  })
})

describe('forward', () => {
  it('gets untracked tensors and the params, and runs once', () => {
    const forward = vi.fn((x: Tensor, _params: { of: string }): Tensor => sin(x))
    const op = defineOp({ name: 'op', forward, backward: (ct, { inputs: [x] }) => [mul(ct, cos(x))] })
    const x = tensor([1, 2], { requiresGrad: true })
    const params = { of: 'any kind' }
    const y = op(x, params)
    expect(forward).toHaveBeenCalledTimes(1)
    const [got, gotParams] = forward.mock.calls[0]!
    expect(got.node).toBeNull()
    expect(gotParams).toBe(params)
    expect(numbers(got)).toEqual([1, 2])
    expect(tape(y).map(({ op }) => op)).toEqual(['leaf', 'op'])
    expect(tape(y)[1]!.params).toBe(params)
    expect(String(y)).toContain('from op')
  })

  it('may loop over numbers, of any layout', () => {
    const op = defineOp({
      name: 'loop',
      forward: loops.forward,
      backward: (ct, { inputs: [x] }) => [loops.slope(x, ct)],
      onceDifferentiable: true,
    })
    const x = transpose(float64([1, 2, 3, 4, 5, 6], [2, 3]))
    const [value, gradient] = valueAndGrad((x: Tensor) => sum(op(x)))(x)
    const [expectedValue, expected] = valueAndGrad((x: Tensor) => sum(swish(x)))(x)
    expectClose(value, expectedValue, { atol: 0.5e-13 })
    expectClose(gradient, expected, { atol: 0.5e-13 })
    expect(gradient.shape).toEqual([3, 2])
  })

  it('may return its input, a view on it, or one constant every time', () => {
    const constant = tensor([5, 6])
    const reverse = defineOp({ name: 'reverse', forward: (x: Tensor) => x, backward: (ct) => [neg(ct)] })
    const turn = defineOp({
      name: 'turn',
      forward: (x: Tensor) => transpose(x),
      backward: (ct) => [transpose(ct)],
    })
    const same = defineOp({ name: 'same', forward: (_: Tensor) => constant, backward: () => [null] })
    const x = tensor([[1, 2]], { requiresGrad: true })
    expect(turn(x).shape).toEqual([2, 1])
    backward(sum(mul(reverse(x), turn(x).reshape([1, 2]))))
    // d(x·x)/dx with one of the two gradients reversed.
    expect(numbers(x.grad!)).toEqual([0, 0])
    expect(same(x).requiresGrad).toBe(true)
    expect(constant.requiresGrad).toBe(false)
  })

  it('may call transforms', () => {
    const inner = (x: Tensor): Tensor => sum(sin(x))
    const slope = defineOp({
      name: 'slope',
      forward: (x: Tensor) => grad(inner)(x),
      backward: (ct, { inputs: [x] }) => [neg(mul(ct, sin(x)))],
    })
    const x = float64([0.3, 2])
    expect(numbers(slope(x))).toEqual(numbers(cos(x)))
    expect(numbers(grad((x: Tensor) => sum(slope(x)))(x))).toEqual(numbers(neg(sin(x))))
  })

  it('may make integers, through which nothing is recorded', () => {
    const rank = defineOp({
      name: 'rank',
      forward: (x: Tensor) => tensor(Int32Array.from(x.data, (v) => x.data.filter((w) => w < v).length)),
      backward: () => [null],
    })
    const y = rank(tensor([3, 1, 2], { requiresGrad: true }))
    expect(y.dtype).toBe('int32')
    expect(numbers(y)).toEqual([2, 0, 1])
    expect(y.requiresGrad).toBe(false)
  })

  it('does not run where shape is enough, and is tried on zeros where it is not', () => {
    const forward = vi.fn((x: Tensor): Tensor => tensor(x.data.slice(1)))
    const definition = { name: 'tail', forward, backward: (ct: Tensor) => [ct.pad([[1, 0]])] as const }
    const inferred = defineOp(definition)
    const declared = defineOp({ ...definition, shape: (x) => [x.shape[0]! - 1] })
    const x = tensor([1, 2, 3])
    for (const op of [inferred, declared]) {
      // The tracer calls the kernel once, and the shape rule also with bare shapes.
      const [entry] = entriesOf(() => op(x))
      expect(entry!.output.shape).toEqual([2])
      expect(numbers(entry!.output)).toEqual([2, 3])
    }
    const tried = forward.mock.calls.map(([x]) => numbers(x))
    expect(tried).toEqual([
      [0, 0, 0],
      [1, 2, 3],
      [0, 0, 0],
      [1, 2, 3],
    ])
  })
})

it('passes the checks that every primitive passes', () => {
  const ran = entriesOf(() => {
    const x = float64([1, 2, 3, 4], [2, 2])
    swish(x)
    product(x, transpose(x))
    blend(x, x, { scale: 2 })
  })
  expect(ran.map(({ primitive }) => primitive.name)).toEqual(
    expect.arrayContaining(['swish', 'product', 'blend']),
  )
})
