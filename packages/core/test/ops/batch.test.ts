/**
 * @file Batch rules: vmap over each row, over its derivatives, through it and twice; the result must be the loop over the
 * examples.
 */
import { describe, expect, it } from 'vitest'
import { vjp } from '../../src/autodiff.ts'
import { stack } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { vmap } from '../../src/vmap.ts'
import { expectClose } from '../support/close.ts'
import { direction, type Fn, forward, reverse } from '../support/differences.ts'
import { type Layout, place, read } from '../support/layouts.ts'
import { record } from '../support/record.ts'
import { randomFor } from '../support/sample.ts'
import { rows } from './table/index.ts'
import { callOf, everywhere, nameOf, type Row, sampleRow } from './table/row.ts'

/** f over stacks in place of the inputs that are batched. */
const over = (f: Fn, batched: readonly boolean[]): Fn =>
  vmap(f, { inAxes: batched.map((some) => (some ? 0 : null)) }) as Fn

const SIZE = 3
const examples = Array.from({ length: SIZE }, (_, b) => b)

/** The examples of one input as one tensor, or the first of them where they do not differ. */
function stacked(copies: readonly Tensor[], batched: boolean, layout: Layout): Tensor {
  if (!batched) return copies[0]!
  return place(read(stack([...copies])), copies[0]!.dtype, layout)
}

/** Compares for every choice of inputs that differ between the examples. `inputs[b]` are the inputs of example b. */
function checkBatch(f: Fn, inputs: readonly (readonly Tensor[])[], what: string): void {
  const count = inputs[0]!.length
  for (let choice = 1; choice < 2 ** count; choice++) {
    const batched = inputs[0]!.map((_, i) => ((choice >> i) & 1) === 1)
    const own = examples.map((b) => inputs[0]!.map((x, i) => (batched[i] ? inputs[b]![i]! : x)))
    const loop = stack(own.map((xs) => f(...xs)))
    for (const layout of ['contiguous', 'transposed'] as const) {
      const all = batched.map((some, i) =>
        stacked(
          inputs.map((xs) => xs[i]!),
          some,
          layout,
        ),
      )
      const result = over(f, batched)(...all)
      expect(result.dtype, what).toBe(loop.dtype)
      // Sums may run in another order over other strides.
      expectClose(result, loop, 1e-14, `${what}, batched ${batched}, ${layout}`)
    }
  }
}

const example = (row: Row, b: number): readonly Tensor[] =>
  sampleRow(row, 'float64', everywhere(row, 'contiguous'), `example ${b}`).tensors

describe('batch rules', () => {
  // assign writes to memory that is not its result; a tracer records it as an effect.
  const table = rows.filter((row) => row.op !== 'assign').map((row) => [nameOf(row), row] as const)
  it.each(table)('%s', (name, row) => {
    checkBatch(
      callOf(row),
      examples.map((b) => example(row, b)),
      name,
    )
    record(name, 'vmap')
  })

  it.each(table)('%s, two batch axes', (name, row) => {
    const outer = [0, 1]
    const inputs = outer.map((o) => examples.map((b) => example(row, 10 * o + b)))
    const count = row.inputs.length
    for (let choice = 1; choice < 4 ** count; choice++) {
      const inner = row.inputs.map((_, i) => ((choice >> i) & 1) === 1)
      const further = row.inputs.map((_, i) => ((choice >> (count + i)) & 1) === 1)
      if (!inner.includes(true) || !further.includes(true)) continue
      // Input i of example (o, b), the first wherever it does not differ.
      const inputAt = (o: number, b: number, i: number): Tensor =>
        inputs[further[i] ? o : 0]![inner[i] ? b : 0]![i]!
      const loop = stack(
        outer.map((o) =>
          stack(examples.map((b) => callOf(row)(...row.inputs.map((_, i) => inputAt(o, b, i))))),
        ),
      )
      const once: Fn = (...xs) => over(callOf(row), inner)(...xs)
      const innerStacks = outer.map((o) =>
        row.inputs.map((_, i) =>
          stacked(
            examples.map((b) => inputAt(o, b, i)),
            inner[i]!,
            'contiguous',
          ),
        ),
      )
      const all = row.inputs.map((_, i) =>
        stacked(
          innerStacks.map((xs) => xs[i]!),
          further[i]!,
          'contiguous',
        ),
      )
      const result = over(once, further)(...all)
      expectClose(result, loop, 1e-14, `${name}, batched ${inner}, then ${further}`)
    }
    record(name, 'vmap of vmap')
  })

  it.each(table.filter(([, row]) => row.order > 0))('derivatives through vmap of %s', (name, row) => {
    const variable = row.inputs.map((input) => input.dtype === undefined)
    const isVariable = (_: unknown, i: number): boolean => variable[i]!
    const random = randomFor(`${name} through`)
    const inputs = examples.map((b) => example(row, b))
    const everyOne = row.inputs.map(() => true)
    const all = row.inputs.map((_, i) => stack(inputs.map((xs) => xs[i]!)))
    // As a function of the inputs that can vary, the others held.
    const holding =
      (f: Fn, whole: readonly Tensor[]): Fn =>
      (...free) => {
        let next = 0
        return f(...whole.map((x, i) => (variable[i] ? free[next++]! : x)))
      }
    const cts = inputs.map((xs) => direction(callOf(row)(...xs).shape, random))
    const together = vjp(holding(over(callOf(row), everyOne), all), ...all.filter(isVariable))[1](stack(cts))
    const apart = inputs.map((xs, b) => vjp(holding(callOf(row), xs), ...xs.filter(isVariable))[1](cts[b]!))
    together.forEach((ct, i) => {
      expectClose(ct, stack(apart.map((own) => own[i]!)), 1e-13, `${name}, input ${i}`, 1)
    })
    record(name, 'vjp of vmap')
  })

  it.each(table.filter(([, row]) => row.order > 0))('derivatives of %s', (name, row) => {
    const variable = row.inputs.map((input) => input.dtype === undefined)
    const random = randomFor(name)
    const f = callOf(row)
    const inputs = examples.map((b) => example(row, b))
    const shape = f(...inputs[0]!).shape
    const n = row.inputs.length
    const isVariable = (_: unknown, i: number): boolean => variable[i]!
    // As functions of all inputs, the fixed ones included, so that indices and masks are batched as well.
    const withFixed =
      (derivative: (f: Fn) => Fn): Fn =>
      (...args) => {
        const xs = args.slice(0, n)
        const inner: Fn = (...free) => {
          let next = 0
          return f(...xs.map((x, i) => (variable[i] ? free[next++]! : x)))
        }
        return derivative(inner)(...xs.filter(isVariable), ...args.slice(n))
      }
    checkBatch(
      withFixed(reverse),
      inputs.map((xs) => [...xs, direction(shape, random)]),
      `${name} reverse`,
    )
    record(name, 'vmap of vjp')
    if (n > 2) return
    checkBatch(
      withFixed(forward),
      inputs.map((xs) => [...xs, ...xs.filter(isVariable).map((x) => direction(x.shape, random))]),
      `${name} forward`,
    )
    record(name, 'vmap of jvp')
  })
})
