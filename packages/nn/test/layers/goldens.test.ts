/** @file Every layer against the PyTorch module of its kind (scripts/goldens/nn/layer_record.py says what the fields mean). */
import { readdirSync, readFileSync } from 'node:fs'
import { mul, type Tensor, tensor, vjp } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import * as nn from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { listed } from './row.ts'

type Entry = readonly [shape: number[], values: number[], dtype?: 'int32' | 'bool']

interface Golden {
  readonly note?: string
  readonly args: readonly unknown[]
  readonly mode?: 'eval'
  readonly method?: string
  readonly extra?: readonly unknown[]
  readonly together?: number
  readonly named?: readonly string[]
  readonly state: Readonly<Record<string, Entry>>
  readonly after?: Readonly<Record<string, Entry>>
  readonly in: readonly Entry[]
  readonly out: readonly Entry[]
  readonly g: Readonly<Record<string, number[]>>
}

const folder = new URL('../goldens/', import.meta.url)
const goldens = readdirSync(folder)
  .filter((name) => name.startsWith('layers-'))
  .flatMap((name) => {
    const byKind: Record<string, Golden[]> = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    return Object.entries(byKind).flatMap(([kind, list]) => list.map((golden) => ({ kind, golden })))
  })

const read = ([shape, values, dtype]: Entry): Tensor =>
  tensor(values, { shape, dtype: dtype ?? 'float64' }) as Tensor

/** The fixed numbers of the script, none of them 0. */
const cotangent = ({ shape, size }: Tensor, start: number): Tensor =>
  tensor(
    Float64Array.from({ length: size }, (_, k) => (((7 * (k + start)) % 13) - 6.5) / 4),
    { shape: [...shape] },
  )

/**
 * PyTorch sums in another order: errors are a few roundings, 2^-53, of the largest term. Layers are a few dozen terms
 * deep, of order 1 to 10: 1e-12 of the largest number is some thousand roundings, and no formula is off by so little.
 */
const close = (actual: Tensor, expected: readonly number[], what: string): void => {
  const atol = 1e-12 * Math.max(1, ...expected.map(Math.abs))
  expectClose(Array.from(actual.data), [...expected], { atol, equalNaN: false, what })
}

const titles = goldens.map(({ kind, golden }) => [
  [kind, JSON.stringify(golden.args), golden.note, golden.mode].filter(Boolean).join(' '),
  kind,
  golden,
]) as [string, string, Golden][]

describe('layers are those of PyTorch', () => {
  it.each(titles)('%s', (_, kind, golden) => {
    const Kind = (nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>)[kind]!
    const module = new Kind(...golden.args).to('float64')
    const state = Object.fromEntries(Object.entries(golden.state).map(([key, entry]) => [key, read(entry)]))
    expect(Object.keys(module.stateDict()).sort()).toEqual(Object.keys(state).sort())
    module.loadStateDict(state)
    if (golden.mode === 'eval') module.eval()
    const inputs = golden.in.map(read)
    const { method = 'call', extra = [], named = [], together = 0 } = golden
    const call = (...args: unknown[]): Tensor[] =>
      listed((module as unknown as Record<string, (...args: unknown[]) => unknown>)[method]!(...args))
    const run = (xs: readonly Tensor[]): Tensor[] => {
      if (together > 0) return call(...xs.slice(0, -together), xs.slice(-together))
      if (named.length === 0) return call(...xs, ...extra)
      const first = xs.slice(0, -named.length)
      const options = Object.fromEntries(named.map((name, i) => [name, xs[first.length + i]]))
      return call(...first, { ...options, ...(extra[0] as object) })
    }

    const floats = inputs.filter((x) => x.dtype === 'float64')
    let outputs: Tensor[] = []
    const objective = (...xs: Tensor[]): Tensor => {
      const rest = [...xs]
      outputs = run(inputs.map((x) => (x.dtype === 'float64' ? rest.shift()! : x)))
      return outputs
        .map((y, i) => mul(y, cotangent(y, 5 * (i + 1))).sum() as Tensor)
        .reduce((total, part) => total.add(part))
    }
    for (const [, p] of module.namedParameters()) p.grad = null
    const loss = objective(...floats.map((x) => Object.assign(x, { requiresGrad: true })))
    outputs.forEach((y, i) => {
      expect(y.shape).toEqual(golden.out[i]![0])
      close(y, golden.out[i]![1], `output ${i}`)
    })
    expect(outputs).toHaveLength(golden.out.length)
    // Before anything runs again: buffers as one call leaves them.
    const now = module.stateDict()
    for (const [key, entry] of Object.entries({ ...golden.state, ...golden.after }))
      close(now[key]!, entry[1], key)
    loss.backward()
    const gradients = new Map<string, Tensor | null>([
      ...inputs.map((x, i) => [`$${i}`, x.grad] as const),
      ...module.namedParameters().map(([key, p]) => [key, p.grad] as const),
    ])
    for (const [key, expected] of Object.entries(golden.g)) {
      const found = gradients.get(key)
      if (found === null)
        expect(
          expected.every((v) => v === 0),
          `gradient of ${key}`,
        ).toBe(true)
      else close(found!, expected, `gradient of ${key}`)
    }
    // By a transform, too.
    if (module.buffers().length > 0 || floats.length === 0) return
    const [, pull] = vjp(objective as (x: Tensor) => Tensor, ...(floats as [Tensor]))
    const cotangents = pull(tensor(1, { dtype: 'float64' }) as Tensor) as Tensor[]
    let next = 0
    inputs.forEach((x, i) => {
      if (x.dtype === 'float64') close(cotangents[next++]!, golden.g[`$${i}`]!, `cotangent of ${i}`)
    })
  })

  it('all of them', () => {
    expect(new Set(goldens.map(({ kind }) => kind)).size).toBeGreaterThan(3)
  })
})
