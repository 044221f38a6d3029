/** @file `check`: gradcheck at the moment of definition, where tests run and nowhere else. */
import { cos, defineOp, matmul, mul, rand, sin, type Tensor, take, tensor, transpose } from '@tapegrad/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { errorOf } from './support/messages.ts'

const a = tensor([
  [0.5, -1, 2],
  [1.5, 0.25, -0.75],
])
const b = tensor([
  [1, 2],
  [-0.5, 0.3],
  [0.7, -2],
])

/** a b, with cotangents that a test may get wrong. */
const product = (
  backward: (ct: Tensor, a: Tensor, b: Tensor) => readonly [Tensor, Tensor],
  onceDifferentiable = false,
): unknown =>
  defineOp({
    name: 'product',
    forward: (a: Tensor, b: Tensor) => matmul(a, b),
    backward: (ct, { inputs: [a, b] }) => backward(ct, a, b),
    check: [[a, b]],
    onceDifferentiable,
  })

describe('a right op', () => {
  it('is defined, after a check on each sample', () => {
    const forward = vi.fn((x: Tensor): Tensor => sin(x))
    const check = vi.fn(() => [[rand([2])], [rand([1, 3])]])
    const op = defineOp({ name: 'op', forward, backward: (ct, { inputs: [x] }) => [mul(ct, cos(x))], check })
    expect(check).toHaveBeenCalledTimes(1)
    const shapes = new Set(forward.mock.calls.map(([x]) => `${x.dtype} ${x.shape}`))
    expect([...shapes]).toEqual(['float64 2', 'float64 1,3'])
    expect(op(tensor(0)).item()).toBe(0)
  })

  it('may have params, integer inputs, or rules in loops', () => {
    const slope = (x: Tensor, d: Tensor, power: number): Tensor => {
      const ds = d.data
      const data = Float64Array.from(x.data, (v, i) => power * v ** (power - 1) * ds[i]!)
      return tensor(data, { shape: x.shape, dtype: x.dtype })
    }
    defineOp({
      name: 'power',
      forward: (x: Tensor, power: number) =>
        tensor(
          Float64Array.from(x.data, (v) => v ** power),
          { shape: x.shape, dtype: x.dtype },
        ),
      backward: (ct, { inputs: [x], params }) => [slope(x, ct, params)],
      onceDifferentiable: true,
      check: [
        [rand([3]), 2],
        [rand([]), 5],
      ],
    })
    defineOp({
      name: 'rows',
      forward: (x: Tensor, rows: Tensor) => take(x, rows, 0),
      jvp: ([dx], { inputs: [, rows] }) => take(dx, rows, 0),
      check: () => [[rand([3, 2]), tensor(Int32Array.of(2, 0, 2))]],
    })
    product((ct, a, b) => [matmul(ct, transpose(b)), matmul(transpose(a), ct)])
  })
})

describe('a wrong op is not defined', () => {
  it('where a factor is missing', () => {
    const { message, op } = errorOf(() =>
      product((ct, a, b) => [matmul(ct, transpose(b)), mul(matmul(transpose(a), ct), 2)]),
    )
    expect(op).toBe('product')
    expect(message).toMatch(/^product: in check, sample 0: assertGradcheck: /)
    // The table: the second input is wrong, and by what.
    expect(message).toMatch(/\[1\] \[0, 0\].* wrong .*2/)
    expect(message).not.toMatch(/\[0\] \[0, 0\].* wrong /)
  })

  it('where the gradient is right, but cut off from an input', () => {
    // Only the second derivative shows it: a is no longer on the tape.
    const rule = (ct: Tensor, a: Tensor, b: Tensor): readonly [Tensor, Tensor] => [
      matmul(ct, transpose(b)),
      matmul(transpose(a.detach()), ct),
    ]
    expect(errorOf(() => product(rule)).message).toMatch(/^product: in check, sample 0: [\s\S]*d2 /)
    product(rule, true)
  })

  it('where rules in loops are not declared', () => {
    const rule = (ct: Tensor, a: Tensor, b: Tensor): readonly [Tensor, Tensor] => {
      const plain = (x: Tensor): Tensor => tensor(Float64Array.from(x.data), { shape: x.shape })
      return [plain(matmul(ct, transpose(b))), plain(matmul(transpose(a), ct))]
    }
    expect(errorOf(() => product(rule)).message).toContain('or set onceDifferentiable: true')
    product(rule, true)
  })

  it('where forward does not run', () => {
    const op = (): unknown =>
      defineOp({ name: 'op', forward: (x: Tensor) => matmul(x, x), jvp: () => null, check: [[a]] })
    expect(errorOf(op).message).toMatch(
      /^op: in check, sample 0: op: in forward: matmul: \[2, 3\] @ \[2, 3\]/,
    )
  })

  it.each<[string, unknown, string]>([
    ['is empty', [], '[]'],
    ['is a tensor', a, 'a tensor of shape [2, 3]'],
    ['has samples that are no lists', [a], '[a tensor of shape [2, 3]]'],
    ['gives nothing', () => {}, 'undefined'],
  ])('where check %s', (_, check, got) => {
    const fields = { name: 'op', forward: (x: Tensor) => x, backward: (ct: Tensor) => [ct] as const }
    expect(errorOf(() => defineOp({ ...fields, check: check as never })).message).toBe(
      `defineOp: check of op must give samples, each an array of arguments, as in [[x, y]]; got ${got}`,
    )
  })
})

describe('the check runs', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.unstubAllGlobals()
  })
  const check = vi.fn(() => [[rand([2])]])
  const runs = (): boolean => {
    check.mockClear()
    defineOp({ name: 'op', forward: (x: Tensor) => mul(x, 2), backward: (ct) => [mul(ct, 2)], check })
    return check.mock.calls.length > 0
  }
  const clear = (): void => {
    for (const name of ['VITEST', 'NODE_TEST_CONTEXT', 'NODE_ENV']) vi.stubEnv(name, '')
  }

  it.each([
    ['VITEST', 'true', true],
    ['NODE_TEST_CONTEXT', 'child-v8', true],
    ['NODE_ENV', 'test', true],
    ['NODE_ENV', 'production', false],
    ['NODE_ENV', '', false],
  ])('with %s=%s: %s', (name, value, expected) => {
    clear()
    vi.stubEnv(name, value)
    expect(runs()).toBe(expected)
  })

  it('nowhere without a process, as in browsers', () => {
    vi.stubGlobal('process', undefined)
    const ran = runs()
    vi.unstubAllGlobals()
    expect(ran).toBe(false)
  })
})
