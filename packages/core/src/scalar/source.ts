/** @file The scalar algebra written out as JavaScript source. Imports algebra.ts and bits.ts. */
import { constantOf, type Expr, type Precision, type Scalar } from './algebra.ts'
import { exponent, nearest, powers, scale, ZEROTH_POWER } from './bits.ts'

/** Source in which a value stands by its name; the names of masks, which are JavaScript booleans, begin with `$m`. */
interface Source {
  /** `const` declarations that compute `result` from the arguments. */
  readonly statements: string
  readonly result: string
  /** What the statements refer to by name. */
  readonly environment: Record<string, unknown>
}

const isMask = (name: string): boolean => name.startsWith('$m')

/** How an operation's exact result is rounded to the precision. */
const rounding = (precision: Precision) => (code: string) =>
  precision === 'float32' ? `Math.fround(${code})` : precision === 'int32' ? `(${code}) | 0` : code

/**
 * JavaScript source of an expression; a result that is a mask is 1 or 0. Equal operations on equal values are written
 * once. All names that the source declares or refers to begin with `$`, so argument names must not.
 */
export function emitJavaScript(expr: Expr, argumentNames: readonly string[], precision: Precision): Source {
  const environment: Record<string, unknown> = {
    $scale: scale,
    $exponent: exponent,
    $nearest: nearest,
    $powers: powers,
  }
  const lines: string[] = []
  const names = new Map<string, string>()
  const define = (code: string, prefix = '$'): string => {
    let name = names.get(code)
    if (name === undefined) {
      name = prefix + lines.length
      names.set(code, name)
      lines.push(`const ${name} = ${code}`)
    }
    return name
  }
  const mask = (code: string): string => define(code, '$m')

  const scalarOf = (precision: Precision): Scalar<string> => {
    const isFloat = precision !== 'int32'
    const exact = (code: string): string => code
    const round = rounding(precision)
    const of = (x: string | number): string => {
      if (typeof x === 'string') return x
      const value = constantOf(precision, x)
      return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : `${value}`
    }
    const infix = (sign: string) => (a: string | number, b: string | number) =>
      define(round(`${of(a)} ${sign} ${of(b)}`))
    const compare = (sign: string) => (a: string | number, b: string | number) =>
      mask(`${of(a)} ${sign} ${of(b)}`)
    const call =
      (f: string, finish = round) =>
      (...xs: (string | number)[]) =>
        define(finish(`${f}(${xs.map(of).join(', ')})`))
    const exponentOf = call('$exponent', exact)
    const self: Scalar<string> = {
      precision,
      constant: of,
      add: infix('+'),
      sub: infix('-'),
      mul: isFloat ? infix('*') : call('Math.imul'),
      div: infix('/'),
      neg: (a) => define(isFloat ? `-${a}` : round(`-${a}`)),
      abs: call('Math.abs', isFloat ? exact : round),
      sqrt: call('Math.sqrt'),
      floor: isFloat ? call('Math.floor', exact) : exact,
      nearest: isFloat ? call('$nearest', exact) : exact,
      min: call('Math.min', exact),
      max: call('Math.max', exact),
      eq: compare('==='),
      ne: compare('!=='),
      lt: compare('<'),
      le: compare('<='),
      gt: compare('>'),
      ge: compare('>='),
      and: compare('&&'),
      or: compare('||'),
      not: (a) => mask(`!${a}`),
      select: (condition, a, b) => {
        const [yes, no] = [of(a), of(b)]
        return define(`${condition} ? ${yes} : ${no}`, isMask(no) ? '$m' : '$')
      },
      indicator: (a) => define(`+${a}`),
      scale: call('$scale', exact),
      exponent: exponentOf,
      mantissa: (x) => define(`${x} * $powers[${ZEROTH_POWER} - ${exponentOf(x)}]`),
      bit: (n, position) => mask(`(${n} & ${1 << position}) !== 0`),
      inFloat64: (body, ...xs) => {
        if (precision === 'float64') return body(self, ...xs)
        const result = body(scalarOf('float64'), ...xs)
        return isMask(result) ? result : define(round(result))
      },
      rare: (condition, slow, xs, otherwise) => {
        environment[`$${slow.name}`] = slow.run
        return define(`${condition} ? $${slow.name}(${xs.join(', ')}) : ${otherwise}`)
      },
    }
    return self
  }

  const result = expr(scalarOf(precision), ...argumentNames)
  return { statements: lines.join('\n'), result: isMask(result) ? `+${result}` : result, environment }
}
