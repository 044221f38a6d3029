/** @file Division that rounds down: quotient and remainder. Imports define.ts, elementwise.ts and operand.ts. */
import { fail } from '../errors.ts'
import { type Primitive, primitive, SAVES_BOTH } from '../primitive.ts'
import type { Scalar, SlowPath } from '../scalar.ts'
import { showShape, unravel } from '../shape.ts'
import { type Binary, broadcasting, type Definition, elementwise, pass, zero } from './define.ts'
import { mul, neg } from './elementwise.ts'
import { checkNumeric } from './operand.ts'

/** Exact in every engine: IEEE 754 has one right answer. */
const slowRest: SlowPath = { name: 'rest', run: (x, y) => x % y }

/** The remainder of the division that rounds toward zero: it has the sign of x. */
function rest<T>(s: Scalar<T>, x: T, y: T): T {
  const small = s.lt(s.abs(x), s.abs(y))
  return s.rare(s.not(small), slowRest, [x, y], x)
}

/** Whether the sign of the rest is not that of y: then the quotient is one less, and the remainder y more. */
function isOff<T>(s: Scalar<T>, r: T, y: T): T {
  const zero = 0
  return s.or(s.and(s.lt(r, zero), s.gt(y, zero)), s.and(s.gt(r, zero), s.lt(y, zero)))
}

/** The body, in float64, holds every int32 exactly; but there is no int32 that stands for a division by 0. */
function division(
  name: string,
  body: <T>(s: Scalar<T>, x: T, y: T) => T,
  d: Definition['d'],
  saves?: Primitive['saves'],
): Binary {
  const p = elementwise(name, {
    expr: (s, x, y) => s.inFloat64(body, x!, y!),
    d,
    check: checkNumeric,
    ...(saves && { saves }),
  })
  const kernel: Primitive['kernel'] = (inputs, params, out) => {
    const place = out.dtype === 'int32' ? inputs[1]!.data.indexOf(0) : -1
    if (place >= 0) {
      const where = out.shape.length === 0 ? '' : ` at ${showShape(unravel(place, out.shape))}`
      fail(name, `int32 division by 0${where}; convert with to('float32') to get NaN or an infinity there`)
    }
    return p.kernel(inputs, params, out)
  }
  return broadcasting(name, primitive({ ...p, kernel }))
}

/**
 * The largest whole number ≤ a / b, as NumPy and PyTorch: computed from the exact remainder, so that it is right for
 * quotients up to 2^51, where a / b rounds up to the next number, too. Floats: a / b where b is 0, NaN where a is infinite. int32: division by 0 is an error. The
 * derivatives are 0 everywhere, as those of PyTorch's div(rounding_mode='floor').
 */
export const floorDivide: Binary = /* @__PURE__ */ division(
  'floorDivide',
  (s, x, y) => {
    const r = rest(s, x, y)
    const quotient = s.div(s.sub(x, r), y)
    // It is a whole number but for rounding.
    const whole = s.nearest(s.select(isOff(s, r, y), s.sub(quotient, 1), quotient))
    const ratio = s.div(x, y)
    // A zero has the sign of the ratio.
    const signed = s.select(s.eq(whole, 0), s.mul(ratio, 0), whole)
    return s.select(s.eq(y, 0), ratio, signed)
  },
  [zero, zero],
)

/**
 * a - b floor(a / b), exactly: it has the sign of the divisor b, as NumPy, PyTorch and Python have it (JavaScript's % has
 * that of a). Floats: NaN where b is 0 or a infinite. int32: division by 0 is an error. da: 1, db: -floor(a / b), at the
 * jumps as well, as in PyTorch.
 */
export const remainder: Binary = /* @__PURE__ */ division(
  'remainder',
  (s, x, y) => {
    const r = rest(s, x, y)
    const zero = s.select(s.lt(y, 0), -0, 0)
    const moved = s.select(isOff(s, r, y), s.add(r, y), r)
    return s.select(s.eq(r, 0), zero, moved)
  },
  [pass, (d, [x, y]) => neg(mul(d, floorDivide(x!, y!)))],
  SAVES_BOTH,
)
