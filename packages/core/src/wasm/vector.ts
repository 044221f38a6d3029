/**
 * @file The scalar algebra as WebAssembly vector code: float64 in two lanes, float32 in four, of which inFloat64 serves the
 * first two; the same bits as the JavaScript source. Imports math/, scalar/algebra.ts and values.ts.
 */
import { ROUNDER } from '../math/exponential.ts'
import { constantOf, type Scalar } from '../scalar/algebra.ts'
import type { Instruction } from './instructions.ts'
import type { Graph, Kind, Value } from './values.ts'

type Float = 'float64' | 'float32'
type Operand = Value | number

/** The number whose bits, as an integer, are `bits`, for bits below 2^53. */
const fromBits = (bits: number): number => bits * Number.MIN_VALUE

const isMask = ({ kind }: Value): boolean => kind === 'm64' || kind === 'm32'

/** The value in lanes of the other width: the lower two, on either side. A mask is passed as NaN and 0. */
function converted(graph: Graph, value: Value, kind: Kind): Value {
  if (value.kind === kind) return value
  const wide = kind === 'f64' || kind === 'm64'
  const name = wide ? 'f64x2.promote_low_f32x4' : 'f32x4.demote_f64x2_zero'
  const lanes = graph.op(wide ? 'f64' : 'f32', name, value)
  return isMask(value) ? graph.op(kind, wide ? 'f64x2.ne' : 'f32x4.ne', lanes, lanes) : lanes
}

/** `precision` of values, whose lanes are all of one width, but for what is inside of inFloat64. */
export function vectorScalar(graph: Graph, precision: Float): Scalar<Value> {
  const float = precision === 'float64' ? 'f64' : 'f32'
  const mask = precision === 'float64' ? 'm64' : 'm32'
  const shape = precision === 'float64' ? 'f64x2' : 'f32x4'

  const of = (x: Operand): Value =>
    typeof x === 'number'
      ? graph.constant(float, constantOf(precision, x))
      : converted(graph, x, isMask(x) ? mask : float)
  const operation = (kind: Kind, name: Instruction) => (a: Operand, b: Operand) =>
    graph.op(kind, name, of(a), of(b))
  const arithmetic = (name: 'add' | 'sub' | 'mul' | 'div' | 'min') => operation(float, `${shape}.${name}`)
  const compare = (name: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge') => operation(mask, `${shape}.${name}`)
  const unary = (name: 'sqrt' | 'floor' | 'nearest') => (a: Value) =>
    graph.op(float, `${shape}.${name}`, of(a))

  // The sign is a bit: engines are slower with their own neg and abs, which need masks.
  const neg = (a: Value): Value => graph.op(float, 'v128.xor', of(a), of(-0))
  const abs = (a: Value): Value => graph.op(float, 'v128.andnot', of(a), of(-0))
  const negative = (x: Operand): Value => (typeof x === 'number' ? of(-x) : neg(of(x)))
  const min = arithmetic('min')
  const isZero = ({ constant }: Value): boolean => Object.is(constant, 0)
  const select = (condition: Value, a: Operand, b: Operand): Value => {
    const [m, yes, no] = [of(condition), of(a), of(b)]
    const [left, right] = m.operands
    // pmin(x, y) is y < x ? y : x, and pmax(x, y) is x < y ? y : x, on NaN and zeros as well.
    const below = m.name.endsWith('.lt')
    if ((below || m.name.endsWith('.gt')) && yes !== no) {
      if (left === no && right === yes) return graph.op(float, `${shape}.${below ? 'pmax' : 'pmin'}`, no, yes)
      if (left === yes && right === no) return graph.op(float, `${shape}.${below ? 'pmin' : 'pmax'}`, no, yes)
    }
    if (isZero(no)) return graph.op(yes.kind, 'v128.and', yes, m)
    if (isZero(yes)) return graph.op(no.kind, 'v128.andnot', no, m)
    // -y where the mask holds, else y.
    if (yes.name === 'v128.xor' && yes.operands[0] === no)
      return graph.op(float, 'v128.xor', no, graph.op(float, 'v128.and', yes.operands[1]!, m))
    return graph.op(no.kind, 'v128.bitselect', yes, no, m)
  }

  // Integer work on the bits of float64.
  const add64 = (a: Value, b: Value): Value => graph.op('f64', 'i64x2.add', a, b)
  const sub64 = (a: Value, b: Value): Value => graph.op('f64', 'i64x2.sub', a, b)
  const times = (a: Value, b: Value): Value => graph.op('f64', 'f64x2.mul', a, b)
  /** 2^(n - 1023) for the integer n in the lower 12 bits, 1 to 2046. */
  const power = (n: Value): Value => graph.shift('i64x2.shl', n, 52)
  /** exponent(x) + 1024 in the bits: with the high word 0x3fe6a09e subtracted, and 2^62 added, it is in the upper 12. */
  const biasedExponent = (x: Operand): Value =>
    graph.shift('i64x2.shr_u', add64(abs(of(x)), of(fromBits(0x00195f62 * 2 ** 32))), 52)

  const self: Scalar<Value> = {
    precision,
    constant: of,
    add: arithmetic('add'),
    sub: arithmetic('sub'),
    mul: arithmetic('mul'),
    div: arithmetic('div'),
    neg,
    abs,
    sqrt: unary('sqrt'),
    floor: unary('floor'),
    nearest: unary('nearest'),
    min,
    // Not the instruction: SpiderMonkey's (102) says that the larger of 0 and -0 is -0.
    max: (a, b) => neg(min(negative(a), negative(b))),
    eq: compare('eq'),
    ne: compare('ne'),
    lt: compare('lt'),
    le: compare('le'),
    gt: compare('gt'),
    ge: compare('ge'),
    and: operation(mask, 'v128.and'),
    or: operation(mask, 'v128.or'),
    not: (a) => graph.op(mask, 'v128.not', of(a)),
    select,
    indicator: (a) => select(a, 1, 0),
    scale: (x, n) => {
      // n + 2046 >= 2 in the lower bits: half of it, and the rest, are the biased exponents of the two factors.
      const sum = graph.op('f64', 'f64x2.add', of(n), of(ROUNDER + 2046))
      const half = graph.shift('i64x2.shr_u', sum, 1)
      return times(times(of(x), power(half)), power(sub64(sum, half)))
    },
    exponent: (x) => {
      // Below 2^52 a number n is the lower bits of the number 2^52 + n.
      const number = graph.op('f64', 'v128.or', biasedExponent(x), of(2 ** 52))
      return graph.op('f64', 'f64x2.sub', number, of(2 ** 52 + 1024))
    },
    // The exponent's bits are those of 2 for 1024.
    mantissa: (x) => add64(sub64(of(x), power(biasedExponent(x))), of(2)),
    bit: (n, position) => {
      const one = of(fromBits(1 << position))
      const integer = graph.op('f64', 'f64x2.add', of(n), of(ROUNDER))
      return graph.op('m64', 'i64x2.eq', graph.op('f64', 'v128.and', integer, one), one)
    },
    inFloat64: (body, ...xs) => {
      if (precision === 'float64') return body(self, ...xs.map(of))
      const wide = vectorScalar(graph, 'float64')
      const result = body(wide, ...xs.map((x) => converted(graph, x, isMask(x) ? 'm64' : 'f64')))
      return isMask(result) ? result : of(result)
    },
    rare: (condition, slow, xs, otherwise) => graph.rare(of(condition), slow, xs.map(of), of(otherwise)),
  }
  return self
}
