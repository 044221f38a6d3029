/** @file The scalar algebra written out as JavaScript source. Imports errors.ts, algebra.ts and bits.ts. */
import { fail } from '../errors.ts'
import { constantOf, type Expr, type Precision, restrict, type Scalar } from './algebra.ts'
import { exponent, nearest, powers, scale, ZEROTH_POWER } from './bits.ts'

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
  const put = (op: string, xs: readonly Value[], code: string, kind: Value['kind'] = precision) => {
    expect(op, precision, xs)
    return program.define(kind, code)
  }
  const compare = (op: string, sign: string) => (a: Value, b: Value) =>
    put(op, [a, b], `${a.code} ${sign} ${b.code}`, 'mask')
  const logic = (op: string, code: string, xs: readonly Value[]) => {
    expect(op, 'mask', xs)
    return program.define('mask', code)
  }
  const exponentOf = (x: Value) => program.define('int32', `${program.use('$exponent', exponent)}(${x.code})`)

  const self: Scalar<Value> = {
    precision,
    constant: (value) => ({ code: literal(constantOf(precision, value)), kind: precision }),
    add: (a, b) => put('add', [a, b], round(`${a.code} + ${b.code}`)),
    sub: (a, b) => put('sub', [a, b], round(`${a.code} - ${b.code}`)),
    mul: (a, b) =>
      put('mul', [a, b], float ? round(`${a.code} * ${b.code}`) : `Math.imul(${a.code}, ${b.code})`),
    div: (a, b) => put('div', [a, b], round(`${a.code} / ${b.code}`)),
    neg: (a) => put('neg', [a], float ? `-${a.code}` : `(-${a.code}) | 0`),
    abs: (a) => put('abs', [a], float ? `Math.abs(${a.code})` : `Math.abs(${a.code}) | 0`),
    sqrt: (a) => put('sqrt', [a], round(`Math.sqrt(${a.code})`)),
    floor: (a) => (float ? put('floor', [a], `Math.floor(${a.code})`) : a),
    nearest: (a) => (float ? put('nearest', [a], `${program.use('$nearest', nearest)}(${a.code})`) : a),
    min: (a, b) => put('min', [a, b], `Math.min(${a.code}, ${b.code})`),
    max: (a, b) => put('max', [a, b], `Math.max(${a.code}, ${b.code})`),
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
    scale: (x, n) => put('scale', [x, n], `${program.use('$scale', scale)}(${x.code}, ${n.code})`),
    exponent: (x) => put('exponent', [x], exponentOf(x).code),
    mantissa: (x) =>
      put(
        'mantissa',
        [x],
        `${x.code} * ${program.use('$powers', powers)}[${ZEROTH_POWER} - ${exponentOf(x).code}]`,
      ),
    bit: (n, position) => put('bit', [n], `(${n.code} & ${1 << position}) !== 0`, 'mask'),
    inFloat64: (body, ...xs) => {
      if (precision === 'float64') return body(self, ...xs)
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
      return put('rare', [...xs, otherwise], `${mask.code} ? ${call} : ${otherwise.code}`)
    },
    host: (name, ...xs) => put('host', xs, round(`Math.${name}(${xs.map((x) => x.code).join(', ')})`)),
  }
  return restrict(self)
}

/**
 * JavaScript source of an expression: `statements` are const declarations that compute `result` from the
 * arguments; `environment` holds the helper values the source refers to by name. All names that it declares
 * or refers to begin with `$`, so argument names must not. A mask result is a JavaScript boolean.
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
