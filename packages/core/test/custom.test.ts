/** @file defineOp: ops of one's own, their derivatives in every mix of modes, and what their rules are called with. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  add,
  assign,
  backward,
  cos,
  defineOp,
  exp,
  grad,
  jvp,
  matmul,
  mul,
  neg,
  noGrad,
  type Shape,
  sigmoid,
  sin,
  sub,
  sum,
  type Tensor,
  take,
  tape,
  tensor,
  transpose,
  valueAndGrad,
  vjp,
  zeros,
} from '@tapegrad/core'
import { describe, expect, it, vi } from 'vitest'
import type { AnyPrimitive } from '../src/primitive.ts'
import { entriesOf } from './support/checking.ts'
import { checkDerivatives, direction } from './support/differences.ts'
import { randomFor } from './support/sample.ts'

const float64 = (values: number[], shape: number[] = [values.length]): Tensor =>
  tensor(Float64Array.from(values), { shape })
const numbers = (x: Tensor): number[] => Array.from(x.data)

/** x sigmoid(x), both rules in tensor ops. */
const swish = defineOp({
  name: 'swish',
  forward: <S extends Shape>(x: Tensor<S>): Tensor<S> => mul(x, sigmoid(x)) as Tensor<S>,
  backward: (ct, { inputs: [x], output }) => {
    const s = sigmoid(x)
    return [mul(ct, add(s, mul(output, sub(1, s))))]
  },
})

/** The same from loops over numbers. */
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

const product = defineOp({
  name: 'product',
  forward: (a: Tensor, b: Tensor) => matmul(a, b),
  backward: (ct, { inputs: [a, b] }) => [matmul(ct, transpose(b)), matmul(transpose(a), ct)],
  jvp: ([da, db], { inputs: [a, b] }) => add(matmul(da, b), matmul(a, db)),
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
    numbers(thrice(plain)).forEach((value, i) => {
      expect(numbers(thrice(own))[i]).toBeCloseTo(value, 13)
    })
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
    expect(value.item()).toBeCloseTo(expectedValue.item(), 13)
    numbers(gradient).forEach((value, i) => {
      expect(value).toBeCloseTo(numbers(expected)[i]!, 13)
    })
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

describe('rules', () => {
  const pick = vi.fn((ct: Tensor, rows: Tensor, table: Tensor): Tensor => {
    const d = new Float64Array(table.size)
    const width = table.shape[1]!
    rows.data.forEach((row, k) => {
      for (let j = 0; j < width; j++) d[row * width + j]! += ct.data[k * width + j]!
    })
    return tensor(d, { shape: table.shape, dtype: table.dtype })
  })
  const embedding = defineOp({
    name: 'embedding',
    forward: (table: Tensor, rows: Tensor) => take(table, rows, 0),
    backward: (ct, { inputs: [table, rows] }) => [pick(ct, rows, table), null],
    jvp: ([dTable], { inputs: [, rows] }) => take(dTable, rows, 0),
    onceDifferentiable: true,
  })

  it('take integer inputs, whose cotangent is null and whose tangent is zero', () => {
    const table = float64([1, 2, 3, 4, 5, 6], [3, 2])
    const rows = tensor(Int32Array.of(2, 0, 2))
    const [y, pull] = vjp(embedding, table, rows)
    expect(y.toArray()).toEqual([
      [5, 6],
      [1, 2],
      [5, 6],
    ])
    const [dTable, dRows] = pull(float64([1, 1, 1, 1, 1, 1], [3, 2]))
    expect(numbers(dTable)).toEqual([1, 1, 0, 0, 2, 2])
    expect(dRows).toBeNull()
    const [, dy] = jvp((t: Tensor) => embedding(t, rows), [table], [table])
    expect(dy.toArray()).toEqual(y.toArray())
  })

  it('may leave out an input by null: its gradient is zero', () => {
    const scale = defineOp({
      name: 'scale',
      forward: (x: Tensor, factor: Tensor) => mul(x, factor),
      backward: (ct, { inputs: [, factor] }) => [mul(ct, factor), null],
    })
    const [x, factor] = [float64([1, 2]), float64([3, 4])]
    const [dx, dFactor] = grad((x: Tensor, f: Tensor) => sum(scale(x, f)), { argnums: [0, 1] })(x, factor)
    expect(numbers(dx)).toEqual([3, 4])
    expect(numbers(dFactor)).toEqual([0, 0])
    expect(numbers(jvp(scale, [x, factor], [float64([1, 1]), float64([7, 7])])[1])).toEqual([3, 4])
    const none = defineOp({ name: 'none', forward: (x: Tensor) => x, jvp: () => null })
    expect(numbers(grad((x: Tensor) => sum(none(x)))(x))).toEqual([0, 0])
    expect(numbers(jvp(none, [x], [x])[1])).toEqual([0, 0])
  })

  it('are called once for all inputs, with the recorded tensors and params', () => {
    const rule = vi.fn((ct: Tensor, { inputs: [a, b] }: { inputs: [Tensor, Tensor] }) => [
      mul(ct, b),
      mul(ct, a),
    ])
    const times = defineOp({
      name: 'times',
      forward: (a: Tensor, b: Tensor, _unit: string) => mul(a, b),
      backward: rule as never,
    })
    const a = tensor([1, 2], { requiresGrad: true })
    const b = tensor([3, 4], { requiresGrad: true })
    const y = times(a, b, 'mm')
    const loss = sum(add(y, times(b, a, 'cm')))
    backward(loss)
    expect(rule).toHaveBeenCalledTimes(2)
    const [, context] = rule.mock.calls[1]! as unknown as [Tensor, { output: Tensor; params: string }]
    expect(context).toMatchObject({ inputs: [a, b], params: 'mm' })
    expect(context.output).toBe(y)
    expect(numbers(a.grad!)).toEqual([6, 8])
    // Another walk with the same cotangent asks again.
    const ct = tensor([1, 1])
    backward(y, ct)
    backward(y, ct, { createGraph: true })
    expect(rule).toHaveBeenCalledTimes(4)
    expect(numbers(b.grad!)).toEqual([4, 8])
  })

  it('may call transforms', () => {
    const inner = (x: Tensor): Tensor => mul(sin(x), x)
    const own = defineOp({
      name: 'own',
      forward: (x: Tensor) => inner(x),
      backward: (ct, { inputs: [x] }) => vjp(inner, x)[1](ct),
    })
    const x = float64([0.3, 2])
    const once = (f: (x: Tensor) => Tensor): Tensor => grad((x: Tensor) => sum(f(x)))(x)
    expect(numbers(once(own))).toEqual(numbers(once(inner)))
    const twice = (f: (x: Tensor) => Tensor): Tensor =>
      grad((x: Tensor) => sum(grad((x: Tensor) => sum(exp(f(x))))(x)))(x)
    numbers(twice(inner)).forEach((value, i) => {
      expect(numbers(twice(own))[i]).toBeCloseTo(value, 12)
    })
  })

  it('record nothing in a plain backward pass', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    backward(sum(swish(x)))
    expect(x.grad!.node).toBeNull()
    const [, gradient] = valueAndGrad((x: Tensor) => sum(blend(x, x, { scale: 1 })))(x)
    expect(gradient.node).toBeNull()
    expect(noGrad(() => swish(x)).node).toBeNull()
  })

  it('see the values that they were recorded with, or refuse', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const y = sum(swish(x))
    assign(x, 0)
    expect(() => backward(y)).toThrow(
      'backward: the input 0 of swish([2]) was overwritten by assign() after swish ran, and its gradient needs the old value; call backward before assign, or assign to a clone()',
    )
    const careless = defineOp({
      name: 'careless',
      forward: (x: Tensor) => mul(x, 2),
      backward: (ct) => [mul(ct, 2)],
      saves: { inputs: [], output: false },
    })
    const z = sum(careless(x))
    assign(x, 3)
    backward(z)
    expect(numbers(x.grad!)).toEqual([2, 2])
  })

  it('keep nothing alive once the walk is over', async () => {
    const refs: WeakRef<Tensor>[] = []
    const times = defineOp({
      name: 'times',
      forward: (a: Tensor, b: Tensor) => mul(a, b),
      backward: (ct, { inputs: [a, b], output }) => {
        const cts = [mul(ct, b), mul(ct, a)] as const
        for (const x of [ct, output, ...cts]) refs.push(new WeakRef(x))
        return cts
      },
    })
    const x = tensor([1, 2], { requiresGrad: true })
    const walk = (): void => backward(sum(times(x, tensor([3, 4]))))
    walk()
    // What a job has touched through a WeakRef stays until the job ends.
    await new Promise((resolve) => setImmediate(resolve))
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('the batch rule', () => {
  /** The primitive under an op: what vmap will call. */
  const recordOf = (op: (...xs: Tensor[]) => Tensor, ...xs: Tensor[]): AnyPrimitive =>
    entriesOf(() => op(...xs)).at(-1)!.primitive

  it('runs example by example and stacks', () => {
    const a = float64([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])
    const b = float64([1, 0, 0, 2], [2, 2])
    const { batch } = recordOf(product as (...xs: Tensor[]) => Tensor, b, b)
    if (typeof batch !== 'function') throw new Error('expected a rule')
    expect(batch([a, b], [true, false], undefined, 2).toArray()).toEqual(matmul(a, b).toArray())
    expect(batch([b, a], [false, true], undefined, 2).toArray()).toEqual(matmul(b, a).toArray())
    const empty = batch([float64([], [0, 2, 2]), b], [true, false], undefined, 0)
    expect([empty.shape, empty.dtype]).toEqual([[0, 2, 2], 'float64'])
  })

  it('is differentiable', () => {
    const x = float64([1, 2, 3, 4], [2, 2])
    const { batch } = recordOf(swish as (x: Tensor) => Tensor, x)
    if (typeof batch !== 'function') throw new Error('expected a rule')
    const batched = (x: Tensor): Tensor => sum(batch([x], [true], undefined, 2))
    expect(numbers(grad(batched)(x))).toEqual(numbers(grad((x: Tensor) => sum(swish(x)))(x)))
  })

  it('serves rules that loop over numbers, too', () => {
    const op = defineOp({
      name: 'loop',
      forward: loops.forward,
      backward: (ct, { inputs: [x] }) => [loops.slope(x, ct)],
      jvp: ([dx], { inputs: [x] }) => loops.slope(x, dx),
      onceDifferentiable: true,
    })
    const x = float64([1, 2, 3, 4], [2, 2])
    const entries = entriesOf(() => {
      grad((x: Tensor) => sum(op(x)))(x)
      jvp(op, [x], [x])
    })
    for (const name of ['loop.backward', 'loop.jvp']) {
      const {
        primitive: rule,
        inputs,
        params,
        output,
      } = entries.find((entry) => entry.primitive.name === name)!
      if (typeof rule.batch !== 'function') throw new Error('expected a rule')
      const batched = rule.batch(
        inputs,
        inputs.map(() => true),
        params,
        2,
      )
      expect(batched.toArray()).toEqual(output.toArray())
    }
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
