/** @file Every export given wrong things in every place: an error that names the op, or a sound result; never a crash. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as tg from '../src/index.ts'
import { CALLS } from './support/calls/index.ts'
import type { Call } from './support/calls/samples.ts'
import { ELSEWHERE, OTHERS, TOO_LONG, WRONG } from './support/wrong.ts'

type Callable = (...args: unknown[]) => unknown

/** The export as a function; transforms are called through, on a tensor. */
function callable(name: string): Callable {
  const f = (tg as unknown as Record<string, Callable>)[name]!
  if (name === 'Generator') return (...args) => new tg.Generator(...(args as [number]))
  if (name === 'grad' || name === 'valueAndGrad' || name === 'checkpoint')
    return (...args) => (f(...args) as Callable)(tg.tensor([1, 2, 3], { dtype: 'float64' }))
  return f
}

/** Shape, strides and memory of a tensor fit together. */
function expectSound(result: unknown): void {
  if (Array.isArray(result)) for (const part of result) expectSound(part)
  if (!(result instanceof tg.Tensor)) return
  const { shape, strides, storage, offset } = result
  expect(shape.every((n) => Number.isInteger(n) && n >= 0)).toBe(true)
  expect(strides.length).toBe(shape.length)
  if (result.size === 0) return
  let [low, high] = [offset, offset]
  shape.forEach((n, i) => {
    if (strides[i]! < 0) low += (n - 1) * strides[i]!
    else high += (n - 1) * strides[i]!
  })
  expect(low).toBeGreaterThanOrEqual(0)
  expect(high).toBeLessThan(storage.length)
}

function tryCall(name: string, args: unknown[]): void {
  let result: unknown
  try {
    result = callable(name)(...args)
  } catch (error) {
    expect(error, `${name} threw ${error}`).toBeInstanceOf(tg.TapegradError)
    const { op, message } = error as tg.TapegradError
    expect(OTHERS[name] ?? [name], message).toContain(op)
    expect(message.startsWith(`${op}: `)).toBe(true)
    expect(message).not.toMatch(/\[object |Cannot read/)
    return
  }
  expectSound(result)
}

const names = Object.keys(CALLS)
const wrongFor = (name: string): string[] =>
  Object.keys(WRONG).filter((what) => !TOO_LONG[name]?.includes(what))

it('every export has its row', () => {
  const called = [...names, ...Object.keys(ELSEWHERE)]
  expect(Object.keys(tg).filter((name) => !called.includes(name))).toEqual([])
  expect(called.filter((name) => !(name in tg))).toEqual([])
  expect(new Set(called).size).toBe(called.length)
})

describe.each(names)('%s', (name) => {
  const right: Call = CALLS[name]!
  it('works when called rightly', () => {
    expect(() => callable(name)(...right())).not.toThrow()
  })
  it('survives each wrong value in each place', () => {
    right().forEach((_, place) => {
      for (const what of wrongFor(name)) {
        const args = right()
        args[place] = WRONG[what]!()
        tryCall(name, args)
      }
    })
  })
  it('survives missing arguments', () => {
    for (let count = 0; count < right().length; count++) tryCall(name, right().slice(0, count))
    for (const what of wrongFor(name)) tryCall(name, [WRONG[what]!()])
  })
})

it('any export survives wrong values in several places at once', () => {
  const calls = fc
    .constantFrom(...names)
    .chain((name) =>
      fc.tuple(
        fc.constant(name),
        fc.array(fc.option(fc.constantFrom(...wrongFor(name)), { freq: 2 }), { maxLength: 4 }),
      ),
    )
  fc.assert(
    fc.property(calls, ([name, picks]) => {
      const args = CALLS[name]!()
      picks.forEach((pick, i) => {
        if (pick !== null) args[i] = WRONG[pick]!()
      })
      tryCall(name, args)
    }),
    { numRuns: 1500 },
  )
})
