/** @file defineOp: what the rules of one's own ops are called with and may return. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  add,
  assign,
  backward,
  defineOp,
  exp,
  grad,
  jvp,
  mul,
  noGrad,
  sin,
  sum,
  type Tensor,
  take,
  tensor,
  valueAndGrad,
  vjp,
} from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { describe, expect, it, vi } from 'vitest'
import { float64, numbers, product, slope, swish } from './support/custom-ops.ts'

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
    backward(y, ct)
    backward(y, ct, { createGraph: true })
    expect(rule).toHaveBeenCalledTimes(5)
    expect(numbers(b.grad!)).toEqual([5, 10])
  })

  it('are called again where a walk without recording came before', () => {
    const op = defineOp({
      name: 'op',
      forward: (a: Tensor, b: Tensor) => mul(a, mul(b, b)),
      backward: (ct, { inputs: [a, b] }) => [mul(ct, mul(b, b)), mul(ct, mul(a, mul(b, 2)))],
    })
    const [a, ct] = [float64([3]), float64([1])]
    const gradient = (b: Tensor): Tensor => {
      const [, pull] = vjp((b: Tensor) => {
        // Asks the same op, with the same cotangent, for input 0; the walk below asks for input 1.
        const [y, pullInner] = vjp((a: Tensor) => op(a, b), a)
        noGrad(() => pullInner(ct))
        return y
      }, b)
      return sum(pull(ct)[0])
    }
    // d/db of 2 a b.
    expect(numbers(grad(gradient)(float64([5])))).toEqual([6])
  })

  it('in loops are called once for all inputs, too', () => {
    const rule = vi.fn((ct: Tensor): readonly [Tensor, Tensor] => [slope(ct, ct), slope(ct, ct)])
    const op = defineOp({
      name: 'op',
      forward: (a: Tensor, b: Tensor) => add(a, b),
      backward: rule,
      onceDifferentiable: true,
    })
    const [, pull] = vjp(op, float64([1, 2]), float64([3, 4]))
    expect(pull(float64([1, 2])).map(numbers)).toEqual([
      [3, 24],
      [3, 24],
    ])
    expect(rule).toHaveBeenCalledTimes(1)
    pull(float64([1, 2]))
    expect(rule).toHaveBeenCalledTimes(2)
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
    expectClose(twice(own), twice(inner), { atol: 0.5e-12 })
  })

  it('are not asked about inputs that do not move', () => {
    const op = defineOp({
      name: 'op',
      forward: (x: Tensor, y: Tensor) => mul(x, y),
      // Not finite for the second input, which stands still: 0 times it would be NaN.
      backward: (ct, { inputs: [, y] }) => [mul(ct, y), mul(ct, Infinity)],
    })
    const y = float64([3, 4])
    expect(numbers(jvp((x: Tensor) => op(x, y), [y], [float64([1, 10])])[1])).toEqual([3, 40])
  })

  it('may have inputs of two precisions', () => {
    const wide = defineOp({
      name: 'wide',
      forward: (x: Tensor, factor: Tensor) => mul(x.to('float64'), factor),
      backward: (ct, { inputs: [x, factor] }) => [mul(ct, factor).to('float32'), mul(ct, x.to('float64'))],
    })
    const [x, factor] = [tensor([1, 2]), float64([3, 4])]
    const [dx, dFactor] = grad((x: Tensor, f: Tensor) => sum(wide(x, f)), { argnums: [0, 1] })(x, factor)
    expect([dx.dtype, ...numbers(dx)]).toEqual(['float32', 3, 4])
    expect([dFactor.dtype, ...numbers(dFactor)]).toEqual(['float64', 1, 2])
    const [, dy] = jvp(wide, [x, factor], [tensor([1, 0]), float64([0, 10])])
    expect([dy.dtype, ...numbers(dy)]).toEqual(['float64', 3, 20])
  })

  it('record nothing in a plain backward pass', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    backward(sum(swish(x)))
    expect(x.grad!.node).toBeNull()
    const [, gradient] = valueAndGrad((x: Tensor) => sum(product(x.reshape([1, 2]), x.reshape([2, 1]))))(x)
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
