/**
 * @file How an elementwise op is defined: equal shapes in, the same shape out. Broadcasting happens before, by
 * `broadcastTo`, so no rule mentions it. A Jacobian here is diagonal, so one rule per input serves both modes: as
 * pullback and as forward rule. Imports kernels/elementwise.ts, operand.ts and broadcast.ts.
 */
import { elementwiseKernel } from '../kernels/elementwise.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import type { Expr } from '../scalar.ts'
import { broadcastShapes, sameShape } from '../shape.ts'
import type { Broadcast, Broadcastable, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import { type Aval, filledTensor, type Tensor } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { checkFloat, checkNumeric, checkSameDType, checkTensor, lift, type Operand } from './operand.ts'

/** The differential of the output along one input: `d` is a cotangent or a tangent, the product is the same. */
export type Differential = (d: Tensor, inputs: readonly Tensor[], out: Tensor) => Tensor

export interface Definition {
  readonly expr: Expr
  /** One differential per input, null where the derivative is zero or undefined; 'linear' ops need no forward rule. */
  readonly d: readonly (Differential | null)[]
  readonly saves?: Primitive['saves']
  readonly check?: (op: string, x: Aval) => void
  readonly jvp?: 'linear' | 'multilinear'
  readonly result?: 'bool'
}

/**
 * The primitive of an elementwise op of as many inputs, all of one shape, as there are differentials. `check` sees the
 * first input. The last one gives the dtype and must agree with the one before.
 */
export function elementwise(name: string, definition: Definition): Primitive {
  const { expr, d, saves = SAVES_NOTHING, check = checkFloat, jvp = 'diagonal', result } = definition
  const last = d.length - 1
  return primitive<undefined>({
    name,
    expr,
    shape: (inputs) => {
      const x = inputs[last]!
      check(name, inputs[0]!)
      if (last > 0) checkSameDType(name, inputs[last - 1]!, x)
      return result === undefined ? x : { shape: x.shape, dtype: result }
    },
    kernel: elementwiseKernel(expr, d.length, last),
    vjp: d,
    jvp,
    batch: 'elementwise',
    saves,
  })
}

/** The types under which elementwise ops are public; rules use them on plain `Tensor`, for which all shapes fit. */
export type Unary = <S extends Shape>(x: Tensor<S>) => Tensor<S>
export type Binary = <A extends Shape = [], B extends Shape = A>(
  a: number | Tensor<A>,
  b: number | Broadcastable<A, B, Tensor<B>>,
) => Tensor<Broadcast<A, B>>

/** An op of one input. */
export function unary(name: string, definition: Definition): Unary {
  const p = elementwise(name, definition)
  const op = (x: Tensor): Tensor => apply(p, [checkTensor(name, x)], undefined)
  return op as Unary
}

/** An op of two inputs, each a tensor or a number. */
export const binary = (name: string, definition: Definition): Binary =>
  broadcasting(name, elementwise(name, definition))

/** A primitive of two inputs of one shape as an op of two operands that broadcast. */
export function broadcasting(name: string, p: Primitive): Binary {
  const op = (a: Operand, b: Operand): Tensor => {
    const x = lift(name, a, b)
    const y = lift(name, b, a)
    if (sameShape(x.shape, y.shape)) return apply(p, [x, y], undefined)
    const shape = broadcastShapes(name, x.shape, y.shape)
    return apply(p, [broadcastTo(x, shape), broadcastTo(y, shape)], undefined)
  }
  return op as Binary
}

export const pass: Differential = (d) => d

/** Of what is constant but for jumps. */
export const zero: Differential = (d) => filledTensor(d.shape, d.dtype, 0)

/** a + b, elementwise, with NumPy broadcasting. */
export const add: Binary = /* @__PURE__ */ binary('add', {
  expr: (s, x, y) => s.add(x!, y!),
  d: [pass, pass],
  check: checkNumeric,
  jvp: 'linear',
})
