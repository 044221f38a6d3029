/** @file Division that rounds down: quotient and remainder. Imports define.ts, elementwise.ts, memory.ts and operand.ts. */
import type { TypedArray } from '../dtype.ts'
import { fail } from '../errors.ts'
import { contiguousOf } from '../kernels/copy.ts'
import { primitive, SAVES_BOTH, SAVES_NOTHING } from '../primitive.ts'
import type { Scalar, SlowPath } from '../scalar.ts'
import { broadcastShapes, contiguousStrides, showShape } from '../shape.ts'
import { apply } from '../tape.ts'
import { emptyTensor, type Tensor } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { type Binary, binary, type Definition, pass } from './define.ts'
import { mul, neg } from './elementwise.ts'
import { constantLike } from './memory.ts'
import { checkNumeric, lift, type Operand } from './operand.ts'

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

const showIndex = (position: number, shape: readonly number[]): string =>
  showShape(contiguousStrides(shape).map((step, axis) => Math.floor(position / step) % shape[axis]!))

type IntegerOperation = (x: number, y: number) => number

/** The op on int32 tensors of one shape. */
function integerPrimitive(name: string, run: IntegerOperation) {
  return primitive({
    name,
    shape: ([x]) => x!,
    kernel: ([a, b], _params, out) => {
      const [x, y] = [contiguousOf(a!), contiguousOf(b!)]
      const result = emptyTensor(out.shape, out.dtype)
      const at = (t: Tensor): [TypedArray, number] => [t.storage.data, t.storage.base + t.offset]
      const [[xs, xStart], [ys, yStart], [zs, start]] = [at(x), at(y), at(result)]
      for (let i = 0; i < result.size; i++) {
        const divisor = ys[yStart + i]!
        if (divisor === 0) {
          const where = out.shape.length === 0 ? '' : ` at ${showIndex(i, out.shape)}`
          fail(
            name,
            `int32 division by 0${where}; convert with to('float32') to get NaN or an infinity there`,
          )
        }
        zs[start + i] = run(xs[xStart + i]!, divisor)
      }
      return result
    },
    vjp: [null, null],
    jvp: () => null,
    batch: 'elementwise',
    saves: SAVES_NOTHING,
  })
}

/** Floats by the scalar body, int32 by `integers`. */
function division(name: string, definition: Definition, integers: IntegerOperation): Binary {
  const floats = binary(name, { ...definition, check: checkNumeric })
  const p = integerPrimitive(name, integers)
  const op = (a: Operand, b: Operand): Tensor => {
    const x = lift(name, a, b)
    const y = lift(name, b, a)
    if (x.dtype !== 'int32' || y.dtype !== 'int32') return floats(x, y)
    const shape = broadcastShapes(name, x.shape, y.shape)
    return apply(p, [broadcastTo(x, shape), broadcastTo(y, shape)], undefined)
  }
  return op as Binary
}

/**
 * The largest whole number ≤ a / b, as NumPy and PyTorch: computed from the exact remainder, so that it is right for
 * quotients up to 2^51, where a / b rounds up to the next number, too. Floats: a / b where b is 0, NaN where a is infinite. int32: division by 0 is an error. The
 * derivatives are 0 everywhere, as those of PyTorch's div(rounding_mode='floor').
 */
export const floorDivide: Binary = /* @__PURE__ */ division(
  'floorDivide',
  {
    expr: (scalar, x, y) =>
      scalar.inFloat64(
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
        x!,
        y!,
      ),
    d: [(d) => constantLike(d, 0), (d) => constantLike(d, 0)],
  },
  (x, y) => Math.floor(x / y),
)

/**
 * a - b floor(a / b), exactly: it has the sign of the divisor b, as NumPy, PyTorch and Python have it (JavaScript's % has
 * that of a). Floats: NaN where b is 0 or a infinite. int32: division by 0 is an error. da: 1, db: -floor(a / b), at the
 * jumps as well, as in PyTorch.
 */
export const remainder: Binary = /* @__PURE__ */ division(
  'remainder',
  {
    expr: (scalar, x, y) =>
      scalar.inFloat64(
        (s, x, y) => {
          const r = rest(s, x, y)
          const zero = s.select(s.lt(y, 0), -0, 0)
          const moved = s.select(isOff(s, r, y), s.add(r, y), r)
          return s.select(s.eq(r, 0), zero, moved)
        },
        x!,
        y!,
      ),
    d: [pass, (d, [x, y]) => neg(mul(d, floorDivide(x!, y!)))],
    saves: SAVES_BOTH,
  },
  (x, y) => x - y * Math.floor(x / y),
)
