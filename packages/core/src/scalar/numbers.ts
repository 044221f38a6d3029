/** @file The scalar algebra carried out on plain numbers. Imports algebra.ts and bits.ts. */
import { constantOf, type Expr, type Precision, restrict, type Scalar } from './algebra.ts'
import { exponent, mantissa, nearest, scale } from './bits.ts'

const made: Partial<Record<Precision, Scalar<number>>> = {}

/** The algebra on plain numbers, masks as 1 and 0; the same bits as the generated source. */
const numberScalar = (precision: Precision): Scalar<number> => (made[precision] ??= make(precision))

function make(precision: Precision): Scalar<number> {
  const float = precision === 'float64' || precision === 'float32'
  const round =
    precision === 'float32' ? Math.fround : precision === 'int32' ? (x: number) => x | 0 : (x: number) => x
  const self: Scalar<number> = {
    precision,
    constant: (value) => constantOf(precision, value),
    add: (a, b) => round(a + b),
    sub: (a, b) => round(a - b),
    mul: (a, b) => (float ? round(a * b) : Math.imul(a, b)),
    div: (a, b) => round(a / b),
    neg: (a) => round(-a),
    abs: (a) => round(Math.abs(a)),
    sqrt: (a) => round(Math.sqrt(a)),
    floor: Math.floor,
    nearest,
    min: (a, b) => Math.min(a, b),
    max: (a, b) => Math.max(a, b),
    eq: (a, b) => +(a === b),
    ne: (a, b) => +(a !== b),
    lt: (a, b) => +(a < b),
    le: (a, b) => +(a <= b),
    gt: (a, b) => +(a > b),
    ge: (a, b) => +(a >= b),
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    not: (a) => 1 - a,
    select: (mask, a, b) => (mask !== 0 ? a : b),
    indicator: (mask) => mask,
    scale,
    exponent,
    mantissa,
    bit: (n, position) => (n >> position) & 1,
    inFloat64: (body, ...xs) =>
      precision === 'float64' ? body(self, ...xs) : round(body(numberScalar('float64'), ...xs)),
    rare: (mask, slow, xs, otherwise) => (mask !== 0 ? slow.run(...xs) : otherwise),
    host: (name, ...xs) => round((Math[name] as (...xs: number[]) => number)(...xs)),
  }
  return restrict(self)
}

/**
 * The expression as a function of plain numbers: the fallback where code generation is forbidden. Masks are 1
 * and 0.
 */
export function interpret(expr: Expr, precision: Precision): (...xs: number[]) => number {
  const scalar = numberScalar(precision)
  return (...xs) => expr(scalar, ...xs)
}
