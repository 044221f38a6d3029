/** @file Evaluates expressions of the scalar algebra by both interpretations. Imports scalar.ts. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { type Expr, emitJavaScript, interpret, type Precision, type Scalar } from '../../src/scalar.ts'

const NAMES = ['x', 'y', 'z']

/** The expression as compiled source, masks as 1 and 0. */
function generate(expr: Expr, precision: Precision, names = NAMES): (...xs: number[]) => number {
  const { statements, result, environment } = emitJavaScript(expr, names, precision)
  const body = `return (${names.join(', ')}) => {\n${statements}\nreturn Number(${result})\n}`
  return new Function(...Object.keys(environment), body)(...Object.values(environment))
}

/** Both interpretations on the same arguments, which must agree. */
export function evaluate(expr: Expr, precision: Precision, ...xs: number[]): number {
  const generated = generate(expr, precision, NAMES.slice(0, xs.length))(...xs)
  expect(interpret(expr, precision)(...xs)).toBe(generated)
  return generated
}

export type Unary = <T>(s: Scalar<T>, x: T) => T
export type Binary = <T>(s: Scalar<T>, x: T, y: T) => T
export const unary = (f: Unary, precision: Precision, x: number) => evaluate((s, a) => f(s, a!), precision, x)
export const binary = (f: Binary, precision: Precision, x: number, y: number) =>
  evaluate((s, a, b) => f(s, a!, b!), precision, x, y)

export const anyNumber = fc.oneof(
  fc.double(),
  fc.double({ min: -10, max: 10 }),
  fc.integer({ min: -4, max: 4 }),
)
export const int32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0, -1),
)
