/**
 * @file The scalar algebra as a checker: an expression runs on kinds in place of values, so that a mask among numbers, a
 * value of another precision, or an operation that a precision does not have is an error. Imports scalar.ts.
 */
import { type Expr, interpret, type Precision, type Scalar } from '../../src/scalar.ts'

interface Kind {
  readonly kind: Precision | 'mask'
}
const MASK: Kind = { kind: 'mask' }

function checker(precision: Precision): Scalar<Kind> {
  const value: Kind = { kind: precision }
  const expect = (kind: Kind['kind'], operands: readonly (Kind | number)[]): void => {
    for (const x of operands) {
      if (typeof x === 'number') interpret((s) => s.constant(x), precision)()
      else if (x.kind !== kind) throw new Error(`a ${x.kind} where ${kind} belongs`)
    }
  }
  const op =
    (result: Kind, precisions: readonly Precision[], operands: Kind['kind'] = precision) =>
    (...xs: (Kind | number)[]): Kind => {
      if (!precisions.includes(precision)) throw new Error(`not defined for ${precision}`)
      expect(operands, xs)
      return result
    }
  const all: readonly Precision[] = ['float64', 'float32', 'int32', 'bool']
  const [wide, floats, numbers] = [all.slice(0, 1), all.slice(0, 2), all.slice(0, 3)]
  const compare = op(MASK, all)
  const logic = op(MASK, all, 'mask')
  const self: Scalar<Kind> = {
    precision,
    constant: (x) => op(value, all)(x),
    add: op(value, numbers),
    sub: op(value, numbers),
    mul: op(value, numbers),
    div: op(value, floats),
    neg: op(value, numbers),
    abs: op(value, numbers),
    sqrt: op(value, floats),
    floor: op(value, all),
    nearest: op(value, all),
    min: op(value, all),
    max: op(value, all),
    eq: compare,
    ne: compare,
    lt: compare,
    le: compare,
    gt: compare,
    ge: compare,
    and: logic,
    or: logic,
    not: logic,
    select: (mask, a, b) => {
      expect('mask', [mask])
      const kind = typeof b === 'number' ? value : b
      if (kind !== MASK) return op(value, all)(a, b)
      return logic(a as Kind, b as Kind)
    },
    indicator: op(value, all, 'mask'),
    scale: op(value, wide),
    exponent: op(value, wide),
    mantissa: op(value, wide),
    bit: (n) => {
      op(value, wide)(n)
      return MASK
    },
    inFloat64: (body, ...xs) => {
      op(value, numbers)(...xs)
      const result = body(checker('float64'), ...xs.map((): Kind => ({ kind: 'float64' })))
      if (result === MASK) return MASK
      if (result.kind !== 'float64') throw new Error(`a ${result.kind} is returned from float64`)
      return value
    },
    rare: (mask, _slow, xs, otherwise) => {
      expect('mask', [mask])
      return op(value, wide)(...xs, otherwise)
    },
  }
  return self
}

/** Throws unless the expression keeps masks and precisions apart; gives the kind of its result. */
export function kindOf(expr: Expr, precision: Precision, arity: number): Precision | 'mask' {
  return expr(checker(precision), ...Array.from({ length: arity }, (): Kind => ({ kind: precision }))).kind
}
