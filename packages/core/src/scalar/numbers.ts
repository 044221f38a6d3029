/** @file The scalar algebra carried out on plain numbers. Imports algebra.ts and bits.ts. */
import { constantOf, type Expr, type Precision, type Scalar } from './algebra.ts'
import { exponent, mantissa, nearest, scale } from './bits.ts'

const sameNumber = (x: number): number => x

/** The algebra on plain numbers, masks as 1 and 0; the same bits as the generated source. */
function numberScalar(precision: Precision): Scalar<number> {
  const isFloat = precision !== 'int32'
  const round = precision === 'float32' ? Math.fround : isFloat ? sameNumber : (x: number) => x | 0
  // An operand may be a constant, which is rounded first.
  const of = (f: (a: number, b: number) => number) => (a: number, b: number) => round(f(round(a), round(b)))
  const self: Scalar<number> = {
    precision,
    constant: (value) => constantOf(precision, value),
    add: of((a, b) => a + b),
    sub: of((a, b) => a - b),
    mul: of(isFloat ? (a, b) => a * b : Math.imul),
    div: of((a, b) => a / b),
    neg: (a) => round(-a),
    abs: (a) => round(Math.abs(a)),
    sqrt: (a) => round(Math.sqrt(a)),
    floor: Math.floor,
    nearest,
    min: of(Math.min),
    max: of(Math.max),
    eq: of((a, b) => +(a === b)),
    ne: of((a, b) => +(a !== b)),
    lt: of((a, b) => +(a < b)),
    le: of((a, b) => +(a <= b)),
    gt: of((a, b) => +(a > b)),
    ge: of((a, b) => +(a >= b)),
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    not: (a) => 1 - a,
    select: (mask, a, b) => round(mask !== 0 ? a : b),
    indicator: sameNumber,
    scale,
    exponent,
    mantissa,
    bit: (n, position) => (n >> position) & 1,
    inFloat64: (body, ...xs) =>
      precision === 'float64' ? body(self, ...xs) : round(body(numberScalar('float64'), ...xs)),
    rare: (mask, slow, xs, otherwise) => (mask !== 0 ? slow.run(...xs) : otherwise),
  }
  return self
}

/** The expression as a function of plain numbers: the fallback where code generation is forbidden. Masks are 1 and 0. */
export function interpret(expr: Expr, precision: Precision): (...xs: number[]) => number {
  const scalar = numberScalar(precision)
  return (...xs) => expr(scalar, ...xs)
}
