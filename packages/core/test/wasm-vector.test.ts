/** @file Vector code of all elementwise bodies gives the bits of the JavaScript loops, in modules that browsers take. */
import { describe, expect, it } from 'vitest'
import { emptyTensor } from '../src/tensor.ts'
import { kernelFor, vectorModule } from '../src/wasm/elementwise.ts'
import { allBodies, type BodyUse, byJavaScript, firstDifference, points, tensorOf } from './support/bodies.ts'

/** Types of Node's global are not among those of the library. */
const { validate } = (globalThis as any).WebAssembly as { validate: (bytes: Uint8Array) => boolean }
const isFloat = ({ precision }: BodyUse) => precision === 'float32' || precision === 'float64'
const bodies = allBodies()
const served = bodies.filter(isFloat)
const named = (uses: readonly BodyUse[]) =>
  uses.map((use) => [`${use.seenIn}: ${use.inputs} -> ${use.out}`, use] as const)

describe('vector code of elementwise bodies', () => {
  it('is there for every body of float32 or float64, for others never', () => {
    // The ops that have rows, and functions that only derivatives need.
    expect(new Set(served.map(({ expr }) => expr)).size).toBeGreaterThan(45)
    for (const use of bodies) {
      const made = vectorModule(use.expr, use.inputs, use.precision, use.out)
      expect(made !== null, `${use.seenIn} ${use.inputs}`).toBe(isFloat(use))
    }
  })

  it('is below 4,096 bytes, which main threads of browsers compile synchronously', () => {
    const sizes = served.map(({ expr, inputs, precision, out, seenIn }) => {
      const bytes = vectorModule(expr, inputs, precision, out)!.module.encode()
      expect(validate(bytes), `${seenIn} ${inputs}`).toBe(true)
      return bytes.length
    })
    expect(Math.max(...sizes)).toBeLessThan(4096)
  })

  it('is there for as many constants as fit in front of the inputs, not for more', () => {
    // x + 1 + 2 + ... + n
    const sumTo =
      (n: number): BodyUse['expr'] =>
      (s, x) => {
        let sum = x!
        for (let i = 1; i <= n; i++) sum = s.add(sum, i)!
        return sum
      }
    const x = tensorOf('float64', [1, 2, 3])
    const result = emptyTensor([3], 'float64')
    kernelFor(sumTo(256), ['float64'], 'float64', 'float64')!([x], result)
    expect(result.toArray()).toEqual([32_897, 32_898, 32_899])
    for (const precision of ['float64', 'float32'] as const) {
      expect(vectorModule(sumTo(256), [precision], precision, precision)).not.toBe(null)
      expect(vectorModule(sumTo(257), [precision], precision, precision)).toBe(null)
    }
    expect(kernelFor(sumTo(257), ['float64'], 'float64', 'float64')).toBe(null)
  })

  it.each(named(served))('%s: the same bits', (_, use) => {
    const columns = points(use.inputs, use.precision as 'float32' | 'float64')
    const xs = use.inputs.map((dtype, i) => tensorOf(dtype, columns[i]!))
    const expected = byJavaScript(use, xs)
    const actual = emptyTensor(expected.shape, use.out)
    kernelFor(use.expr, use.inputs, use.precision, use.out)!(xs, actual)
    const at = firstDifference(actual.data, expected.data)
    expect({ at, xs: columns.map((column) => column[at]), y: actual.data[at] }).toEqual({
      at: -1,
      xs: columns.map(() => undefined),
      y: undefined,
    })
  })
})
