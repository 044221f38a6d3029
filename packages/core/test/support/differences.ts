/**
 * @file Derivatives of any order in every mix of modes against central differences of the order below. Imports
 * autodiff.ts and ops/index.ts.
 */
import { expect } from 'vitest'
import { jvp, vjp } from '../../src/autodiff.ts'
import { concat, reshape } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { expectClose, scaleOf } from './close.ts'
import { type Layout, place, read, repeatedAxes } from './layouts.ts'
import { build, type Plain, sizeOf, stretchedAt } from './plain.ts'
import type { Random } from './sample.ts'

export type Fn = (...xs: Tensor[]) => Tensor

interface Orders {
  readonly forward: number
  readonly reverse: number
}

/**
 * The samples keep their distance from poles and kinks on a scale of about 1, so h is a small number on that scale. The
 * formula's error is h^4 f''''' / 30 = 3e-14 f''''', at most some 1e-8 of the derivative for the steepest samples (the
 * fifth derivative of 1 / x^2 at 1/2); rounding adds 1e-16 |f| / h = 1e-13 |f|.
 */
const STEP = 2 ** -10
/**
 * Of the largest magnitude of the derivative, of the function that is differentiated and of the directions; a mistake in
 * a rule is of that magnitude, too. Where a derivative is 0 by cancellation (softmax of one element) the others remain.
 */
const RELATIVE = 1e-7

/** Directional derivative of f by four values of f. The points are computed as contiguous tensors. */
function difference(f: Fn, xs: readonly Tensor[], dxs: readonly Tensor[]): Plain {
  const points = xs.map(read)
  const directions = dxs.map(read)
  const at = (t: number): Plain =>
    read(
      f(
        ...points.map(({ shape, data }, i) =>
          place({ shape, data: data.map((x, k) => x + t * directions[i]!.data[k]!) }, 'float64'),
        ),
      ),
    )
  const [left2, left, right, right2] = [at(-2 * STEP), at(-STEP), at(STEP), at(2 * STEP)] as const
  return {
    shape: left.shape,
    data: left.data.map(
      (_, k) => (8 * (right.data[k]! - left.data[k]!) - (right2.data[k]! - left2.data[k]!)) / (12 * STEP),
    ),
  }
}

const dot = (a: Plain, b: Plain): number => a.data.reduce((sum, x, k) => sum + x * b.data[k]!, 0)
const absolute = ({ shape, data }: Plain): Plain => ({ shape, data: data.map(Math.abs) })
const dots = (as: readonly Plain[], bs: readonly Plain[]): number =>
  as.reduce((sum, a, i) => sum + dot(a, bs[i]!), 0)

/** (xs, ct) -> the cotangents of xs; several as one long vector. */
export const reverse =
  (f: Fn): Fn =>
  (...args) => {
    const cts = vjp(f, ...args.slice(0, -1))[1](args[args.length - 1]!)
    return cts.length === 1 ? cts[0]! : concat(cts.map((ct) => reshape(ct, [ct.size])))
  }

/** (xs, dxs) -> the tangent of f(xs). */
export const forward =
  (f: Fn): Fn =>
  (...args) => {
    const n = args.length / 2
    return jvp(f, args.slice(0, n), args.slice(n))[1]
  }

/** A tensor with elements in [-1, 1) in a given layout; equal elements where the layout repeats. */
export function direction(shape: readonly number[], random: Random, layout: Layout = 'contiguous'): Tensor {
  const repeated = repeatedAxes(layout, shape.length, 0)
  const some = shape.map((size, axis) => (repeated.includes(axis) ? 1 : size))
  const distinct = { shape: some, data: Array.from({ length: sizeOf(some) }, () => 2 * random() - 1) }
  return place(
    build(shape, (index) => stretchedAt(distinct, index)),
    'float64',
    layout,
  )
}

/**
 * Checks jvp and vjp of f at xs, and of all derivatives of f up to the given order: of the reverse derivative as a
 * function of xs and the cotangent, and of the forward derivative as a function of xs and the tangents. Returns up to
 * which order each mode was checked, through every mix of modes below it.
 */
export function checkDerivatives(
  f: Fn,
  xs: readonly Tensor[],
  order: number,
  random: Random,
  layout: Layout,
  what: string,
): Orders {
  const y = read(f(...xs))
  const dxs = xs.map((x) => direction(x.shape, random, layout))
  const ct = direction(y.shape, random, layout)
  const numeric = difference(f, xs, dxs)
  const [forwardValue, dy] = jvp(f, [...xs], dxs)
  const [reverseValue, pull] = vjp(f, ...xs)
  const cts = pull(ct)
  expectClose(forwardValue, y, 0, `${what}: value from jvp`)
  expectClose(reverseValue, y, 0, `${what}: value from vjp`)
  cts.forEach((d, i) => {
    expect([...d.shape, d.dtype], `${what}: cotangent ${i}`).toEqual([...xs[i]!.shape, xs[i]!.dtype])
  })
  const scale = scaleOf(y, numeric, ...dxs)
  expectClose(dy, numeric, RELATIVE, `${what}: jvp`, scale)
  const [tangents, pulled, seed] = [dxs.map(read), cts.map(read), read(ct)]
  const product = dots(pulled, tangents)
  expect(Math.abs(product - dot(seed, numeric)), `${what}: vjp`).toBeLessThanOrEqual(
    RELATIVE * (scale + dot(absolute(seed), absolute(numeric))),
  )
  // Two ways to sum the same products: a thousand roundings at most.
  const size = dots(pulled.map(absolute), tangents.map(absolute)) + dot(absolute(seed), absolute(read(dy)))
  expect(Math.abs(product - dot(seed, read(dy))), `${what}: dot(vjp(ct), dx)`).toBeLessThanOrEqual(
    1e-13 * (scale + size),
  )
  if (order === 1) return { forward: 1, reverse: 1 }
  const a = checkDerivatives(reverse(f), [...xs, ct], order - 1, random, layout, `${what} reverse`)
  const b = checkDerivatives(forward(f), [...xs, ...dxs], order - 1, random, layout, `${what} forward`)
  return { forward: 1 + Math.min(a.forward, b.forward), reverse: 1 + Math.min(a.reverse, b.reverse) }
}
