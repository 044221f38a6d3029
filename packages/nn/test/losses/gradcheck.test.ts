/** @file Derivatives of losses by every float that goes in, against differences: first and second order, backward and forward; and inside of vmap. */
import {
  Generator,
  grad,
  gradcheck,
  mul,
  rand,
  randn,
  softmax,
  stack,
  sum,
  type Tensor,
  vmap,
} from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { describe, expect, it } from 'vitest'
import { bools, classes, lossOf, names, type Options } from './table.ts'

const generator = new Generator(5)
const normal = (...shape: number[]): Tensor => randn(shape, { generator, dtype: 'float64' }) as Tensor
/** From 0.1 to 0.9. */
const shares = (...shape: number[]): Tensor =>
  (rand(shape, { generator, dtype: 'float64' }) as Tensor).mul(0.8).add(0.1) as Tensor
const distributions = (...shape: number[]): Tensor => softmax(normal(...shape), -1) as Tensor
const logs = (...shape: number[]): Tensor => distributions(...shape).log() as Tensor

interface Row {
  readonly name: string
  /** Prediction, target if it is of floats, then the options that are tensors of floats, in the order of `tensors`. */
  readonly inputs: readonly Tensor[]
  readonly options?: Options
  readonly tensors?: readonly string[]
  /** A target of classes. */
  readonly target?: Tensor
}

const mask = bools([1, 0, 1, 1, 0, 0], [2, 3])
const rowMask = bools([1, 0])

const rows: Row[] = [
  { name: 'mse', inputs: [normal(2, 3), normal(2, 3)] },
  {
    name: 'mse',
    inputs: [normal(2, 3), normal(2, 3)],
    options: { reduction: 'batchMean', scale: 0.5, mask },
  },
  { name: 'l1', inputs: [normal(2, 3), normal(2, 3)] },
  { name: 'l1', inputs: [normal(2, 3), normal(2, 3)], options: { reduction: 'none', mask } },
  // Errors on both sides of delta.
  { name: 'huber', inputs: [normal(2, 3).mul(2) as Tensor, normal(2, 3)] },
  { name: 'huber', inputs: [normal(2, 3), normal(2, 3)], options: { delta: 0.25, reduction: 'sum' } },
  { name: 'huber', inputs: [normal(2, 3), normal(2, 3)], options: { delta: 9, mask: rowMask } },
  { name: 'bce', inputs: [shares(2, 3), shares(2, 3)] },
  { name: 'bce', inputs: [shares(2, 3), shares(2, 3)], options: { reduction: 'none', scale: -2, mask } },
  { name: 'bceWithLogits', inputs: [normal(2, 3), shares(2, 3)] },
  { name: 'bceWithLogits', inputs: [normal(2, 3), shares(2, 3)], options: { posWeight: 3, mask } },
  { name: 'bceWithLogits', inputs: [normal(2, 3), shares(2, 3), shares(3)], tensors: ['posWeight'] },
  { name: 'crossEntropy', inputs: [normal(2, 3)], target: classes([2, 0]) },
  {
    name: 'crossEntropy',
    inputs: [normal(2, 3, 2)],
    target: classes([2, 0, 1, 1], [2, 2]),
    options: { reduction: 'batchMean' },
  },
  { name: 'crossEntropy', inputs: [normal(2, 3), distributions(2, 3)] },
  {
    name: 'crossEntropy',
    inputs: [normal(2, 3), distributions(2, 3), shares(3)],
    options: { labelSmoothing: 0.1, mask: rowMask },
    tensors: ['weight'],
  },
  {
    name: 'crossEntropy',
    inputs: [normal(3, 3), shares(3)],
    target: classes([2, -1, 1]),
    options: { labelSmoothing: 0.3, ignoreIndex: -1 },
    tensors: ['weight'],
  },
  { name: 'nll', inputs: [logs(2, 3)], target: classes([2, 0]) },
  { name: 'nll', inputs: [logs(3)], target: classes([2], []) },
  {
    name: 'nll',
    inputs: [logs(4, 3), shares(3)],
    target: classes([2, 7, 1, 0]),
    options: { ignoreIndex: 7, mask: bools([1, 1, 1, 0]) },
    tensors: ['weight'],
  },
  { name: 'klDiv', inputs: [logs(2, 3), distributions(2, 3)] },
  { name: 'klDiv', inputs: [logs(2, 3), logs(2, 3)], options: { logTarget: true, reduction: 'sum' } },
  { name: 'klDiv', inputs: [logs(2, 3), distributions(2, 3)], options: { mask } },
  { name: 'cosineSimilarity', inputs: [normal(2, 3), normal(2, 3)] },
  {
    name: 'cosineSimilarity',
    inputs: [normal(2, 3), normal(2, 3)],
    options: { axis: 0, mask: bools([1, 0, 1]) },
  },
  // Norms below and above the least.
  {
    name: 'cosineSimilarity',
    inputs: [normal(2, 3), normal(2, 3).mul(9) as Tensor],
    options: { eps: 6, reduction: 'none' },
  },
]

const programOf =
  ({ name, options = {}, tensors = [], target }: Row) =>
  (...xs: Tensor[]): Tensor => {
    const [prediction, ...rest] = xs as [Tensor, ...Tensor[]]
    const t = target ?? rest.shift()!
    const given = Object.fromEntries(tensors.map((key, i) => [key, rest[i]]))
    return lossOf(name)(prediction, t, { ...options, ...given })
  }

const titled = rows.map((row, i): [string, Row] => [`${row.name} (${i})`, row])

it.each(titled)('the derivatives of %s are those of differences', (_, row) => {
  const report = gradcheck(programOf(row) as (...xs: readonly Tensor[]) => Tensor, row.inputs, { order: 2 })
  expect(report.ok, report.toString()).toBe(true)
  const paths = new Set(report.rows.map(({ path }) => path))
  // Each input in turn, in both modes: none is silently left out.
  expect(paths.size).toBeGreaterThanOrEqual(row.inputs.length)
  expect(report.rows.every(({ mode }) => mode === 'both')).toBe(true)
})

it('every loss is checked, plain and masked', () => {
  const all = (some: readonly Row[]): string[] => [...new Set(some.map(({ name }) => name))].sort()
  expect(all(rows)).toEqual([...names].sort())
  expect(all(rows.filter(({ options }) => options?.mask !== undefined))).toEqual([...names].sort())
})

describe('inside of vmap', () => {
  const samples = [0, 1, 2]
  const N = samples.length
  const inputs: Record<string, [Tensor, Tensor, Options?]> = {
    mse: [normal(N, 2, 3), normal(N, 2, 3), { reduction: 'batchMean' }],
    l1: [normal(N, 2, 3), normal(N, 2, 3)],
    huber: [normal(N, 2, 3), normal(N, 2, 3), { delta: 2 }],
    bce: [shares(N, 2, 3), shares(N, 2, 3)],
    bceWithLogits: [normal(N, 2, 3), shares(N, 2, 3), { posWeight: shares(3) }],
    crossEntropy: [
      normal(N, 2, 3),
      classes([0, 2, 1, 1, 0, 2], [N, 2]),
      { weight: shares(3), labelSmoothing: 0.1 },
    ],
    nll: [logs(N, 2, 3), classes([0, 2, 1, 1, 0, 2], [N, 2]), { weight: shares(3), ignoreIndex: 2 }],
    klDiv: [logs(N, 2, 3), distributions(N, 2, 3)],
    cosineSimilarity: [normal(N, 2, 3), normal(N, 2, 3)],
  }

  it.each(names)(
    '%s and its second derivatives are those of a loop, a mask for each example included',
    (name) => {
      const [predictions, targets, options] = inputs[name]!
      // One example keeps nothing.
      const masks = bools([1, 0, 0, 0, 1, 1], [N, 2])
      const loss = (p: Tensor, t: Tensor, m: Tensor): Tensor => lossOf(name)(p, t, { ...options, mask: m })
      /** The gradient, by the prediction, of the squared length of the gradient. */
      const bent = (p: Tensor, t: Tensor, m: Tensor): Tensor => {
        const slope = grad(loss as (p: Tensor, t: Tensor, m: Tensor) => Tensor<[]>)
        const length = (q: Tensor): Tensor<[]> => {
          const g = slope(q, t, m) as Tensor
          return sum(mul(g, g)) as Tensor<[]>
        }
        return grad(length)(p) as Tensor
      }
      const one = (x: Tensor, i: number): Tensor => x.slice([i]) as Tensor
      for (const f of [loss, bent]) {
        const together = vmap(f)(predictions, targets, masks) as Tensor
        const apart = samples.map((i) => f(one(predictions, i), one(targets, i), one(masks, i)))
        // The same operations on the same numbers, sums over other strides: a few roundings of numbers of order 1 to 10.
        expectClose(together, stack(apart), { atol: 1e-13 })
        expect(together.isFinite().all().item()).toBe(true)
        // Straight lines are not bent.
        if (!['l1', 'nll', 'klDiv'].includes(name)) expect(together.abs().max().item()).toBeGreaterThan(0)
      }
    },
  )

  it('every loss is there', () => {
    expect(Object.keys(inputs)).toEqual(names)
  })
})
