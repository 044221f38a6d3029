/** @file The scalar algebra in which elementwise bodies are written once, and its interpretations as JavaScript source and as plain numbers. Imports errors.ts and scalar/bits.ts. */
import { fail } from './errors.ts'
import { exponent, mantissa, nearest, powers, scale, ZEROTH_POWER } from './scalar/bits.ts'

/** What kind of values an expression works on. */
export type Precision = 'float64' | 'float32' | 'int32' | 'bool'

/** A plain function that an expression calls for the rare arguments its own operations do not serve. */
export interface SlowPath {
  /** A JavaScript identifier, unique among slow paths. */
  readonly name: string
  readonly run: (...xs: number[]) => number
}

/** The functions of `Math` that expressions may call until tapegrad has its own. */
export type HostFunction =
  | ('acos' | 'acosh' | 'asin' | 'asinh' | 'atan' | 'atan2' | 'atanh' | 'cbrt' | 'cosh' | 'expm1')
  | ('log10' | 'log1p' | 'log2' | 'pow' | 'sinh' | 'tan' | 'tanh')

/**
 * A builder for scalar computations. `T` is whatever stands for a value: a number, a name in generated source, a local
 * of a WebAssembly function. Masks, the results of comparisons, are values of their own kind and go into `and`, `or`,
 * `not` and `select` only. Every operation rounds to the builder's precision: float32 operations to float32, int32
 * operations wrap as two's complement; bool has comparisons, `select`, `min` and `max`.
 */
export interface Scalar<T> {
  readonly precision: Precision
  constant(value: number): T
  add(a: T, b: T): T
  sub(a: T, b: T): T
  mul(a: T, b: T): T
  /** Floats only. */
  div(a: T, b: T): T
  neg(a: T): T
  abs(a: T): T
  /** Floats only. */
  sqrt(a: T): T
  floor(a: T): T
  /** The nearest integer, halves to the even one; keeps the sign of zero. */
  nearest(a: T): T
  /** IEEE 754-2019 minimum: NaN if either is NaN, and -0 is below +0. */
  min(a: T, b: T): T
  /** IEEE 754-2019 maximum: NaN if either is NaN, and -0 is below +0. */
  max(a: T, b: T): T
  eq(a: T, b: T): T
  ne(a: T, b: T): T
  lt(a: T, b: T): T
  le(a: T, b: T): T
  gt(a: T, b: T): T
  ge(a: T, b: T): T
  and(a: T, b: T): T
  or(a: T, b: T): T
  not(a: T): T
  /** `a` where the mask holds, else `b`; both are computed. */
  select(mask: T, a: T, b: T): T
  /** 1 where the mask holds, else 0. A product with it is several times faster in JavaScript than an unpredictable select. */
  indicator(mask: T): T
  /** x 2^n, rounded once, for an integral n in [-2044, 2046] and |x| in [1/2, 2]. float64 only. */
  scale(x: T, n: T): T
  /**
   * The integral k with x / 2^k in [a, 2a), a = 0.70710659 (high word 0x3fe6a09e), for a positive normal x; some number
   * for any other x. float64 only.
   */
  exponent(x: T): T
  /** x / 2^exponent(x), exactly, for a positive normal x; some number for any other x. float64 only. */
  mantissa(x: T): T
  /** A mask: is bit `position` (0 to 30) of the integral n set, in two's complement; |n| < 2^31. float64 only. */
  bit(n: T, position: number): T
  /** Runs `body` in float64 on the exactly widened floats and rounds its result, if not a mask, once to this precision. */
  inFloat64(body: (wide: Scalar<T>, ...xs: T[]) => T, ...xs: T[]): T
  /** Where the mask holds `slow.run(...xs)`, else `otherwise`; elsewhere the call costs nothing. float64 only. */
  rare(mask: T, slow: SlowPath, xs: readonly T[], otherwise: T): T
  /** The engine's Math[name], whose bits differ between engines. Floats only. */
  host(name: HostFunction, ...xs: T[]): T
}

/** An elementwise body: generic over what a value is, so that it can only be built from the algebra. */
export type Expr = <T>(s: Scalar<T>, ...xs: T[]) => T

/** A value in generated source: the expression that names it. */
interface Value {
  readonly code: string
  readonly kind: Precision | 'mask'
}

/** The statements written so far; equal operations on equal values are written once. */
class Program {
  readonly lines: string[] = []
  readonly environment: Record<string, unknown> = {}
  private readonly known = new Map<string, Value>()
  private count = 0

  define(kind: Value['kind'], code: string): Value {
    const key = `${kind} ${code}`
    const existing = this.known.get(key)
    if (existing) return existing
    const name = `$${this.count++}`
    this.lines.push(`const ${name} = ${code}`)
    const value = { code: name, kind }
    this.known.set(key, value)
    return value
  }

  /** Makes a helper value reachable from the source and returns its name. */
  use(name: string, value: unknown): string {
    this.environment[name] = value
    return name
  }
}

function literal(value: number): string {
  return Object.is(value, -0) ? '(-0)' : value < 0 ? `(${value})` : String(value)
}

/** How an operation's exact result is rounded to the precision, in source. */
const rounding: Record<Precision, (code: string) => string> = {
  float64: (code) => code,
  float32: (code) => `Math.fround(${code})`,
  int32: (code) => `(${code}) | 0`,
  bool: (code) => code,
}

function sourceScalar(program: Program, precision: Precision): Scalar<Value> {
  const float = precision === 'float64' || precision === 'float32'
  const round = rounding[precision]
  const expect = (op: string, kind: Value['kind'], xs: readonly Value[]) => {
    for (const x of xs) {
      if (x.kind !== kind) fail(op, `works on ${kind} here, but an operand is ${x.kind}; convert it`)
    }
  }
  const only = (op: string, allowed: boolean) => {
    if (!allowed) fail(op, `is not defined in ${precision} expressions; convert the operands`)
  }
  const put = (
    op: string,
    allowed: boolean,
    xs: readonly Value[],
    code: string,
    kind: Value['kind'] = precision,
  ) => {
    only(op, allowed)
    expect(op, precision, xs)
    return program.define(kind, code)
  }
  const compare = (op: string, sign: string) => (a: Value, b: Value) =>
    put(op, true, [a, b], `${a.code} ${sign} ${b.code}`, 'mask')
  const logic = (op: string, code: string, xs: readonly Value[]) => {
    expect(op, 'mask', xs)
    return program.define('mask', code)
  }
  const arithmetic = precision !== 'bool'
  const wide = precision === 'float64'
  const exponentOf = (x: Value) => program.define('int32', `${program.use('$exponent', exponent)}(${x.code})`)

  const self: Scalar<Value> = {
    precision,
    constant: (value) => {
      if (precision === 'float32') value = Math.fround(value)
      else if (!float && value !== (value | 0))
        fail('constant', `${value} is not an ${precision}; use a whole number`)
      return { code: literal(value), kind: precision }
    },
    add: (a, b) => put('add', arithmetic, [a, b], round(`${a.code} + ${b.code}`)),
    sub: (a, b) => put('sub', arithmetic, [a, b], round(`${a.code} - ${b.code}`)),
    mul: (a, b) =>
      put(
        'mul',
        arithmetic,
        [a, b],
        float ? round(`${a.code} * ${b.code}`) : `Math.imul(${a.code}, ${b.code})`,
      ),
    div: (a, b) => put('div', float, [a, b], round(`${a.code} / ${b.code}`)),
    neg: (a) => put('neg', arithmetic, [a], float ? `-${a.code}` : `(-${a.code}) | 0`),
    abs: (a) => put('abs', arithmetic, [a], float ? `Math.abs(${a.code})` : `Math.abs(${a.code}) | 0`),
    sqrt: (a) => put('sqrt', float, [a], round(`Math.sqrt(${a.code})`)),
    floor: (a) => (float ? put('floor', true, [a], `Math.floor(${a.code})`) : a),
    nearest: (a) => (float ? put('nearest', true, [a], `${program.use('$nearest', nearest)}(${a.code})`) : a),
    min: (a, b) => put('min', true, [a, b], `Math.min(${a.code}, ${b.code})`),
    max: (a, b) => put('max', true, [a, b], `Math.max(${a.code}, ${b.code})`),
    eq: compare('eq', '==='),
    ne: compare('ne', '!=='),
    lt: compare('lt', '<'),
    le: compare('le', '<='),
    gt: compare('gt', '>'),
    ge: compare('ge', '>='),
    and: (a, b) => logic('and', `${a.code} && ${b.code}`, [a, b]),
    or: (a, b) => logic('or', `${a.code} || ${b.code}`, [a, b]),
    not: (a) => logic('not', `!${a.code}`, [a]),
    select: (mask, a, b) => {
      expect('select', 'mask', [mask])
      if (b.kind !== 'mask') expect('select', precision, [a, b])
      else expect('select', 'mask', [a])
      return program.define(b.kind, `${mask.code} ? ${a.code} : ${b.code}`)
    },
    indicator: (mask) => {
      expect('indicator', 'mask', [mask])
      return program.define(precision, `+${mask.code}`)
    },
    scale: (x, n) => put('scale', wide, [x, n], `${program.use('$scale', scale)}(${x.code}, ${n.code})`),
    exponent: (x) => put('exponent', wide, [x], exponentOf(x).code),
    mantissa: (x) =>
      put(
        'mantissa',
        wide,
        [x],
        `${x.code} * ${program.use('$powers', powers)}[${ZEROTH_POWER} - ${exponentOf(x).code}]`,
      ),
    bit: (n, position) => put('bit', wide, [n], `(${n.code} & ${1 << position}) !== 0`, 'mask'),
    inFloat64: (body, ...xs) => {
      only('inFloat64', float)
      if (wide) return body(self, ...xs)
      expect('inFloat64', precision, xs)
      const result = body(
        sourceScalar(program, 'float64'),
        ...xs.map((x): Value => ({ ...x, kind: 'float64' })),
      )
      return result.kind === 'mask' ? result : program.define(precision, round(result.code))
    },
    rare: (mask, slow, xs, otherwise) => {
      expect('rare', 'mask', [mask])
      const call = `${program.use(`$${slow.name}`, slow.run)}(${xs.map((x) => x.code).join(', ')})`
      return put('rare', wide, [...xs, otherwise], `${mask.code} ? ${call} : ${otherwise.code}`)
    },
    host: (name, ...xs) => put('host', float, xs, round(`Math.${name}(${xs.map((x) => x.code).join(', ')})`)),
  }
  return self
}

/**
 * JavaScript source of an expression: `statements` are const declarations that compute `result` from the arguments;
 * `environment` holds the helper values the source refers to by name. All names that it declares or refers to begin with
 * `$`, so argument names must not. A mask result is a JavaScript boolean.
 */
export function emitJavaScript(
  expr: Expr,
  argumentNames: readonly string[],
  precision: Precision,
): { statements: string; result: string; isMask: boolean; environment: Record<string, unknown> } {
  const program = new Program()
  const result = expr(
    sourceScalar(program, precision),
    ...argumentNames.map((code): Value => ({ code, kind: precision })),
  )
  const { lines, environment } = program
  return { statements: lines.join('\n'), result: result.code, isMask: result.kind === 'mask', environment }
}

/** The algebra on plain numbers, masks as 1 and 0; the same bits as the generated source. */
function numberScalar(precision: Precision): Scalar<number> {
  const float = precision === 'float64' || precision === 'float32'
  const round =
    precision === 'float32' ? Math.fround : precision === 'int32' ? (x: number) => x | 0 : (x: number) => x
  const self: Scalar<number> = {
    precision,
    constant: round,
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
  return self
}

/** The expression as a function of plain numbers: the fallback where code generation is forbidden. Masks are 1 and 0. */
export function interpret(expr: Expr, precision: Precision): (...xs: number[]) => number {
  const scalar = numberScalar(precision)
  return (...xs) => expr(scalar, ...xs)
}
