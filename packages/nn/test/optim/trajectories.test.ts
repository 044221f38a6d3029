/** @file 20 steps of every optimizer with each of its options, against those of PyTorch. */
import { readFileSync } from 'node:fs'
import { type Tensor, tensor } from '@tapegrad/core'
import * as nn from '@tapegrad/nn'
import { expect, it } from 'vitest'
import { expectClose, flat } from '../support/close.ts'
import { makeOptimizer, optimizerNames } from './all.ts'

interface Trajectory {
  readonly optimizer: string
  readonly options: Record<string, unknown>
  readonly groups?: readonly Record<string, unknown>[]
  readonly skips?: readonly number[]
  readonly rates?: Readonly<Record<number, number>>
  readonly dtype: 'float32' | 'float64'
  /** All numbers of both parameters after each step. */
  readonly path: readonly (readonly number[])[]
  /** PyTorch's state of each parameter at the end. */
  readonly state: readonly Record<string, readonly number[]>[]
}

interface Goldens {
  readonly starts: readonly number[][]
  readonly shapes: readonly number[][]
  readonly curvatures: readonly number[][]
  /** By step and parameter. */
  readonly pushes: readonly (readonly number[][])[]
  readonly trajectories: readonly Trajectory[]
}

const goldens: Goldens = JSON.parse(
  readFileSync(new URL('../goldens/optimizers.json', import.meta.url), 'utf8'),
)

/** Takes PyTorch's steps; returns the numbers after each, and the optimizer. */
function run({ optimizer: name, options, groups, skips = [], rates = {}, dtype, path }: Trajectory) {
  const of = (lists: readonly number[][], i: number): Tensor =>
    tensor(lists[i]!, { shape: [...goldens.shapes[i]!], dtype }) as Tensor
  const params = goldens.starts.map((_, i) => {
    const p = of(goldens.starts, i)
    p.requiresGrad = true
    return p
  })
  const given = groups?.map((group, i) => ({ params: [params[i]!], ...group })) ?? params
  const optimizer = makeOptimizer(name, given, options)
  const steps = path.map((_, step) => {
    if (rates[step] !== undefined) optimizer.lr = rates[step]
    params.forEach((p, i) => {
      const absent = i === 1 && skips.includes(step)
      p.grad = absent
        ? null
        : p
            .detach()
            .mul(of(goldens.curvatures, i))
            .add(of(goldens.pushes[step]! as number[][], i))
    })
    optimizer.step()
    return params.flatMap(flat)
  })
  return { steps, optimizer }
}

/**
 * A step rounds some ten times, mostly numbers of the size of the step, a tenth of the parameter; curvature and momentum
 * carry errors on. So 5 roundings of the parameter's size per step, 20 times. PyTorch rounds less often (fused multiply
 * and add), so float32 differs too.
 */
const TOLERANCE = { float64: 100 * 2 ** -53, float32: 100 * 2 ** -24 }

const title = ({ optimizer, options, groups, dtype }: Trajectory): string =>
  `${optimizer} ${JSON.stringify(options)}${groups ? ', groups' : ''}${dtype === 'float32' ? ', float32' : ''}`

it.each(goldens.trajectories.map((row) => [title(row), row] as const))('steps as PyTorch: %s', (_, row) => {
  const { steps, optimizer } = run(row)
  const tolerance = TOLERANCE[row.dtype]
  steps.forEach((numbers, step) => {
    // Element by element: each has its own size.
    numbers.forEach((x, i) => {
      const expected = row.path[step]![i]!
      const scale = Math.max(Math.abs(expected), 0.1)
      expect(
        Math.abs(x - expected) / scale,
        `step ${step}, element ${i}: ${x}, not ${expected}`,
      ).toBeLessThan(tolerance)
    })
  })
  const state = optimizer.stateDict()
  const theirs = row.state.flatMap((tensors, i) =>
    Object.entries(tensors).map(([name, values]) => [`state.${i}.${name}`, values] as const),
  )
  // The same names, but for what tells the first step of a dampened momentum, which PyTorch's lack of a buffer tells.
  const ours = Object.keys(state).filter((key) => key.startsWith('state.') && !key.endsWith('.share'))
  expect(ours.toSorted()).toEqual(theirs.map(([key]) => key).toSorted())
  for (const [key, values] of theirs) expectClose(state[key], values, tolerance, key)
})

it('every optimizer that there is has goldens for each of its options, for groups and for float32', () => {
  const exported = Object.entries(nn)
    .filter(([, value]) => typeof value === 'function' && value.prototype instanceof nn.Optimizer)
    .map(([name]) => name)
  expect(exported.toSorted()).toEqual(optimizerNames.toSorted())
  for (const name of exported) {
    const rows = goldens.trajectories.filter(({ optimizer }) => optimizer === name)
    const used = new Set(rows.flatMap(({ options }) => Object.keys(options)))
    const all = Object.keys(makeOptimizer(name, [tensor([1], { requiresGrad: true })]).groups[0]!.options)
    expect([...used].toSorted(), name).toEqual(all.toSorted())
    expect(
      rows.some(({ groups, skips, rates }) => groups && skips && rates),
      name,
    ).toBe(true)
    expect(
      rows.some(({ dtype }) => dtype === 'float32'),
      name,
    ).toBe(true)
    expect(rows.every(({ path }) => path.length === 20)).toBe(true)
  }
})
