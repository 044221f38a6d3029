/** @file Every differentiable row of the op table, to third order in every mix of modes, in every memory layout. */
import { describe, expect, it } from 'vitest'
import { jvp, vjp } from '../../src/autodiff.ts'
import { backward } from '../../src/backward.ts'
import type { DType } from '../../src/dtype.ts'
import { add, mul } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { checked } from '../support/checking.ts'
import { expectClose, expectSame, scaleOf } from '../support/close.ts'
import { checkDerivatives, direction, type Fn } from '../support/differences.ts'
import { LAYOUTS, place, read } from '../support/layouts.ts'
import { record } from '../support/record.ts'
import { type Random, randomFor } from '../support/sample.ts'
import { rows } from './table/index.ts'
import { callOf, everywhere, isSmoothIn, nameOf, type Row, type Sampled, sampleRow } from './table/row.ts'

const differentiable = rows.filter((row) => row.order > 0)

interface Problem {
  /** The op as a function of its floating-point inputs alone. */
  readonly f: Fn
  readonly xs: readonly Tensor[]
}

function problem(row: Row, { tensors }: Sampled): Problem {
  const isVariable = row.inputs.map((input) => input.dtype === undefined)
  const f: Fn = (...xs) => {
    let next = 0
    return callOf(row)(...tensors.map((x, i) => (isVariable[i] ? xs[next++]! : x)))
  }
  return { f, xs: tensors.filter((_, i) => isVariable[i]) }
}

describe.each(LAYOUTS.map((layout) => [layout] as const))('derivatives of %s inputs', (layout) => {
  it.each(differentiable.filter((row) => isSmoothIn(row, layout)).map((row) => [nameOf(row), row] as const))(
    '%s',
    (name, row) => {
      const { f, xs } = problem(row, sampleRow(row, 'float64', everywhere(row, layout)))
      const random = randomFor(`${name} ${layout}`)
      const orders = checked(() => checkDerivatives(f, xs, row.order, random, layout, name))
      record(name, `jvp ${orders.forward} ${layout}`)
      record(name, `vjp ${orders.reverse} ${layout}`)
    },
  )
})

describe('derivatives of inputs in different layouts', () => {
  it.each(differentiable.filter((row) => row.inputs.length > 1).map((row) => [nameOf(row), row] as const))(
    '%s',
    (name, row) => {
      LAYOUTS.forEach((_, turn) => {
        const layouts = row.inputs.map((_, i) => LAYOUTS[(turn + (i + 1) * 2 + i) % LAYOUTS.length]!)
        if (!layouts.every((layout) => isSmoothIn(row, layout))) return
        const { f, xs } = problem(row, sampleRow(row, 'float64', layouts))
        checkDerivatives(f, xs, 1, randomFor(`${name} ${turn}`), layouts[0]!, `${name} ${layouts}`)
      })
      record(name, 'derivatives of mixed layouts')
    },
  )
})

/** a x + b y. */
const combine = (a: number, x: Tensor, b: number, y: Tensor): Tensor => add(mul(x, a), mul(y, b))

describe('vjp and jvp', () => {
  const table = differentiable.map((row) => [nameOf(row), row] as const)
  const inputs = (row: Row): Problem & { random: Random } => ({
    ...problem(row, sampleRow(row, 'float64', everywhere(row, 'transposed'))),
    random: randomFor(nameOf(row)),
  })

  it.each(table)('%s: vjp is linear in the cotangent', (name, row) => {
    const { f, xs, random } = inputs(row)
    const [y, pull] = vjp(f, ...xs)
    const [u, v] = [direction(y.shape, random), direction(y.shape, random)]
    const [a, b] = [pull(u), pull(v)]
    pull(combine(0.7, u, -1.9, v)).forEach((ct, i) => {
      // Two sums of a few products, rounded in another order.
      expectClose(ct, combine(0.7, a[i]!, -1.9, b[i]!), 1e-13, name, 2 * scaleOf(a[i]!, b[i]!))
    })
    record(name, 'vjp is linear')
  })

  it.each(table)('%s: jvp is linear in the tangents', (name, row) => {
    const { f, xs, random } = inputs(row)
    const us = xs.map((x) => direction(x.shape, random))
    const vs = xs.map((x) => direction(x.shape, random))
    const along = (dxs: readonly Tensor[]): Tensor => jvp(f, [...xs], [...dxs])[1]
    const [a, b] = [along(us), along(vs)]
    const both = along(us.map((u, i) => combine(0.7, u, -1.9, vs[i]!)))
    expectClose(both, combine(0.7, a, -1.9, b), 1e-13, name, 2 * scaleOf(a, b))
    record(name, 'jvp is linear')
  })

  it.each(table)('%s: backward fills the grad of leaves with what vjp returns', (name, row) => {
    const { f, xs, random } = inputs(row)
    const leaves = xs.map((x) => {
      const leaf = x.detach()
      leaf.requiresGrad = true
      return leaf
    })
    const y = f(...leaves)
    const ct = direction(y.shape, random, 'reversed')
    backward(y, ct)
    const cts = vjp(f, ...xs)[1](ct)
    leaves.forEach((leaf, i) => {
      expectSame(leaf.grad!, cts[i]!, name)
    })
    record(name, 'backward is vjp')
  })

  it.each(table.filter(([, row]) => row.op !== 'to'))('%s: float32 agrees with float64', (name, row) => {
    const wide = problem(row, sampleRow(row, 'float32', everywhere(row, 'sliced')))
    const random = randomFor(name)
    const cast = (x: Tensor, dtype: DType): Tensor => place(read(x), dtype)
    const xs64 = wide.xs.map((x) => cast(x, 'float64'))
    const y64 = wide.f(...xs64)
    const dxs = wide.xs.map((x) => cast(direction(x.shape, random), 'float32'))
    const ct = cast(direction(y64.shape, random), 'float32')
    const dxs64 = dxs.map((dx) => cast(dx, 'float64'))
    const dy64 = jvp(wide.f, xs64, dxs64)[1]
    const cts64 = vjp(wide.f, ...xs64)[1](cast(ct, 'float64'))
    const dy = jvp(wide.f, [...wide.xs], dxs)[1]
    expect(dy.dtype).toBe('float32')
    // A few float32 roundings (2^-24 each) of factors and sums that are no larger than the largest values here.
    const relative = 32 * 2 ** -24
    expectClose(dy, dy64, relative, name, scaleOf(dy64, ...dxs64))
    vjp(wide.f, ...wide.xs)[1](ct).forEach((d, i) => {
      expect(d.dtype).toBe('float32')
      expectClose(d, cts64[i]!, relative, name, scaleOf(cts64[i]!, ct))
    })
    record(name, 'float32 derivatives')
  })
})
