/** @file Rules that are no tensor ops: right to first order, refused above, never silently wrong. */
import {
  add,
  backward,
  defineOp,
  exp,
  grad,
  jvp,
  mul,
  noGrad,
  sin,
  stopGradient,
  sum,
  type Tensor,
  tensor,
  vjp,
  zerosLike,
} from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import { cube, float64, numbers, slope } from './support/custom-ops.ts'

const fields = {
  forward: cube,
  backward: (ct: Tensor, { inputs: [x] }: { inputs: readonly [x: Tensor] }): readonly [Tensor] => [
    slope(x, ct),
  ],
}
const forwardFields = {
  forward: cube,
  jvp: ([dx]: readonly [x: Tensor], { inputs: [x] }: { inputs: readonly [x: Tensor] }): Tensor =>
    slope(x, dx),
}

const marked = defineOp({ ...fields, name: 'cube', onceDifferentiable: true })
const unmarked = defineOp({ ...fields, name: 'cube' })
const markedForward = defineOp({ ...forwardFields, name: 'cube', onceDifferentiable: true })
const unmarkedForward = defineOp({ ...forwardFields, name: 'cube' })
const markedBoth = defineOp({ ...fields, ...forwardFields, name: 'cube', onceDifferentiable: true })

const MARKED =
  "cube: backward is once-differentiable, as the op's definition says: there are no derivatives of what it returns; for higher orders write it in tensor ops and drop onceDifferentiable"
const UNMARKED =
  'cube: backward is once-differentiable: what it returned for input 0 is not computed from ct by tensor ops, so its derivative is unknown; write it in tensor ops and it has derivatives of every order, or set onceDifferentiable: true if first ones are enough (return null for an input without gradient)'

type Op = (x: Tensor) => Tensor
const x = float64([1, 2])
const gradient = (op: Op): Op => grad((x: Tensor) => sum(op(x)))
/** A cotangent that is not tracked, and one that depends on x itself. */
const plain = (op: Op): Op => gradient(op)
const composed = (op: Op): Op => gradient((x) => sin(op(exp(x))))

/** Every way to a second derivative through backward. */
const second: [string, (g: Op) => unknown][] = [
  ['vjp over vjp', (g) => vjp(g, x)[1](x)],
  ['grad of grad', (g) => grad((x: Tensor) => sum(g(x)))(x)],
  ['jvp over vjp', (g) => jvp(g, [x], [x])],
]
const viaCreateGraph = (op: Op): unknown => {
  const leaf = tensor(Float64Array.of(1, 2), { requiresGrad: true })
  backward(sum(op(leaf)), null, { createGraph: true })
  return backward(sum(leaf.grad!))
}

describe.each([
  ['marked', marked, MARKED],
  ['not marked', unmarked, UNMARKED],
])('a backward in loops, %s', (_, op, message) => {
  it('gives first derivatives', () => {
    expect(numbers(gradient(op)(x))).toEqual([3, 12])
    const leaf = tensor(Float64Array.of(1, 2), { requiresGrad: true })
    backward(sum(op(leaf)))
    expect(numbers(leaf.grad!)).toEqual([3, 12])
    expect(leaf.grad!.node).toBeNull()
    expect(numbers(noGrad(() => gradient(op)(x)))).toEqual([3, 12])
  })

  it.each(second)('refuses %s', (_, differentiate) => {
    expect(() => differentiate(plain(op))).toThrow(message)
    // Forward mode meets the op itself before it meets the op's backward.
    expect(() => differentiate(composed(op))).toThrow(
      /^cube: (backward is|forward mode .*) once-differentiable/,
    )
  })

  it('refuses a second backward through createGraph', () => {
    expect(() => viaCreateGraph(op)).toThrow(message)
    expect(() => viaCreateGraph((x) => sin(op(exp(x))))).toThrow(message)
  })

  it('gives the gradient of a graph that is kept but not differentiated', () => {
    const leaf = tensor(Float64Array.of(1, 2), { requiresGrad: true })
    backward(sum(op(leaf)), null, { createGraph: true })
    expect(numbers(leaf.grad!)).toEqual([3, 12])
    // Inside another transform, beside the path that is differentiated.
    const beside = grad((y: Tensor) => sum(mul(y, stopGradient(gradient(op)(y)))))(x)
    expect(numbers(beside)).toEqual([3, 12])
  })
})

describe('forward mode without a jvp', () => {
  it('cannot be had from loops', () => {
    expect(() => jvp(marked, [x], [x])).toThrow(
      'cube: forward mode needs a jvp: none can be derived from backward, which is once-differentiable',
    )
    expect(() => jvp(unmarked, [x], [x])).toThrow(UNMARKED)
  })
})

describe('a jvp in loops', () => {
  it('gives first derivatives in forward mode', () => {
    for (const op of [markedForward, unmarkedForward, markedBoth]) {
      expect(numbers(jvp(op, [x], [float64([1, 10])])[1])).toEqual([3, 120])
    }
    expect(numbers(gradient(markedBoth)(x))).toEqual([3, 12])
  })

  it('cannot be transposed', () => {
    expect(() => gradient(markedForward)(x)).toThrow(
      'cube: reverse mode needs a backward: none can be derived from jvp, which is once-differentiable',
    )
    expect(() => gradient(unmarkedForward)(x)).toThrow(
      'cube: jvp is once-differentiable: what it returned is not computed from the dxs by tensor ops, so its derivative is unknown; write it in tensor ops and it has derivatives of every order, or set onceDifferentiable: true if first ones are enough',
    )
  })

  it.each<[string, (f: Op) => unknown]>([
    ['jvp over jvp', (f) => jvp(f, [x], [x])],
    ['vjp over jvp', (f) => vjp(f, x)[1](x)],
  ])('refuses %s', (_, differentiate) => {
    for (const op of [markedForward, unmarkedForward, markedBoth]) {
      const tangent = (x: Tensor): Tensor => jvp(op, [x], [float64([1, 1])])[1]
      expect(() => differentiate(tangent)).toThrow('cube: jvp is once-differentiable')
    }
  })
})

describe('a rule that is in part outside of the tape', () => {
  const pair = (backward: (ct: Tensor, a: Tensor, b: Tensor) => readonly [Tensor | null, Tensor | null]) =>
    defineOp({
      name: 'pair',
      forward: (a: Tensor, b: Tensor) => mul(a, b),
      backward: (ct, { inputs: [a, b] }) => backward(ct, a, b),
    })
  const refused = 'pair: backward is once-differentiable: what it returned for input 1'

  it('is refused for the input in question, and differentiable for the others', () => {
    const half = pair((ct, a, b) => [mul(ct, b), tensor(mul(ct, a).data)])
    const y = float64([3, 4])
    const dA = (a: Tensor): Tensor => grad((a: Tensor) => sum(exp(half(a, y))))(a)
    const dB = (b: Tensor): Tensor => grad((b: Tensor) => sum(exp(half(x, b))))(b)
    // d²/da² exp(a b) = b² exp(a b).
    const expected = [9 * Math.exp(3), 16 * Math.exp(8)]
    numbers(grad((a: Tensor) => sum(dA(a)))(x)).forEach((value, i) => {
      // exp and two products: a few roundings.
      expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(1e-14)
    })
    expect(() => grad((b: Tensor) => sum(dB(b)))(y)).toThrow(refused)
  })

  it('is refused where it uses inputs by tensor ops, but ct as numbers', () => {
    const half = pair((ct, a, b) => [mul(ct, b), mul(tensor(Float64Array.from(ct.data)), a)])
    expect(() => grad((b: Tensor) => sum(grad((b: Tensor) => sum(half(b, b)))(b)))(x)).toThrow(refused)
    const detached = pair((ct, a, b) => [mul(ct, b), mul(stopGradient(ct), a)])
    expect(() => grad((b: Tensor) => sum(grad((b: Tensor) => sum(detached(b, b)))(b)))(x)).toThrow(refused)
  })

  it('is refused where zeros stand for no gradient, since they may be numbers that happen to be zero', () => {
    const zero = pair((ct, _, b) => [mul(ct, b), zerosLike(b)])
    expect(() => grad((b: Tensor) => sum(grad((b: Tensor) => sum(zero(b, b)))(b)))(x)).toThrow(
      `${refused} is not computed from ct by tensor ops, so its derivative is unknown; write it in tensor ops and it has derivatives of every order, or set onceDifferentiable: true if first ones are enough (return null for an input without gradient)`,
    )
    const none = pair((ct, _, b) => [mul(ct, b), null])
    expect(numbers(grad((b: Tensor) => sum(grad((b: Tensor) => sum(none(b, b)))(b)))(x))).toEqual([1, 1])
  })
})

describe('a rule that is linear in the input', () => {
  const twice = defineOp({ name: 'twice', forward: (x: Tensor) => mul(x, 2), backward: (ct) => [mul(ct, 2)] })

  it('has a gradient that does not depend on it, and a second derivative of zero', () => {
    expect(numbers(grad((x: Tensor) => sum(gradient(twice)(x)))(x))).toEqual([0, 0])
    const leaf = tensor(Float64Array.of(1, 2), { requiresGrad: true })
    backward(sum(twice(leaf)), null, { createGraph: true })
    // As for mul itself: a constant is not on the tape.
    expect(leaf.grad!.node).toBeNull()
  })

  it('passes second derivatives on', () => {
    // d²/dx² of sum((2 x)³) is 48 x.
    const cubed = (x: Tensor): Tensor => mul(mul(twice(x), twice(x)), twice(x))
    expect(numbers(grad((x: Tensor) => sum(gradient(cubed)(x)))(x))).toEqual([48, 96])
    // A gradient that reaches the op twice.
    expect(numbers(gradient((x) => add(twice(x), twice(twice(x))))(x))).toEqual([6, 6])
  })
})
