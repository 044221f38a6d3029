/** @file Training steps leave no growing graph, and small tensors keep little memory alive. */
import { execFileSync } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Tensor, zeros } from '../src/index.ts'
import type { Node } from '../src/tensor.ts'
import { f64, leaf } from './support/f64.ts'
import { STEPS, STYLES } from './support/training.ts'

/** How many records are reachable from the tensors, through graphs and through grads. */
function reachableNodes(tensors: readonly Tensor[]): number {
  const seen = new Set<Node>()
  const stack: (Tensor | null)[] = [...tensors]
  while (stack.length > 0) {
    const x = stack.pop()
    if (!x) continue
    if (x.node !== null && !seen.has(x.node)) {
      seen.add(x.node)
      stack.push(x.node.output, ...x.node.inputs)
      stack.push(x.grad)
    } else if (x.node === null) stack.push(x.grad)
  }
  return seen.size
}

describe.each(Object.entries(STYLES))(`${STEPS} steps, %s`, (_, start) => {
  it('leave as many records reachable as there are leaves, and lower the loss', () => {
    const { step, live } = start()
    const first = step()
    const leaves = live().filter((x) => x.requiresGrad).length
    const counts = new Set<number>()
    let last = first
    for (let i = 1; i < STEPS; i++) {
      last = step()
      if (i % 100 === 99) counts.add(reachableNodes(live()))
    }
    expect([...counts]).toEqual([leaves])
    expect(last).toBeLessThan(first / 10)
  })
})

it('counts what it should: a kept loss keeps its graph', () => {
  const x = leaf(1)
  const y = x.exp().mul(x)
  expect(reachableNodes([y])).toBe(3)
  expect(reachableNodes([y.detach()])).toBe(0)
})

it('memory does not grow over 2,000 steps in any style, after forced collection', () => {
  const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
  const output = execFileSync(
    execPath,
    [
      '--expose-gc',
      '--conditions=@tapegrad/source',
      '--disable-warning=ExperimentalWarning',
      `--import=${new URL('../../../scripts/typescript.mjs', import.meta.url)}`,
      folder('./support/training.ts'),
      '--growth',
    ],
    { encoding: 'utf8' },
  )
  const { leaking, ...grown } = JSON.parse(output) as Record<string, number>
  // One tensor with its node kept per step would be more than 400 KB; the engine's own caches move by some 50 KB.
  for (const [style, bytes] of Object.entries(grown)) expect(bytes, style).toBeLessThan(150_000)
  expect(Object.keys(grown)).toEqual(Object.keys(STYLES))
  expect(leaking, 'the mistake that this test must see').toBeGreaterThan(1_000_000)
})

describe('memory of small tensors', () => {
  it('is at most one slab of 4 KB per surviving tensor, and exact for large ones', () => {
    for (const dtype of ['float32', 'float64', 'int32', 'bool'] as const) {
      const bytes = { float32: 4, float64: 8, int32: 4, bool: 1 }[dtype]
      for (const size of [0, 1, 2, 8, 9, 16, 17, 64, 65, 128, 129, 256, 257, 1024, 1025, 4096, 5000]) {
        const { storage } = (zeros([size], { dtype }) as Tensor).clone()
        expect(storage.length).toBe(size)
        expect(storage.base + size).toBeLessThanOrEqual(storage.data.length)
        const own = size * bytes
        const kept = storage.data.buffer.byteLength
        if (own <= 64 || own > 1024) expect(kept, `${dtype} ${size}`).toBe(own)
        else expect(kept, `${dtype} ${size}`).toBe(4096)
      }
    }
  })
  it('of a slab is handed out once, zeroed, without overlap', () => {
    const tensors = Array.from({ length: 300 }, (_, i) => f64(new Array(9 + (i % 50)).fill(i)).clone())
    expect(tensors.map((x) => [...new Set(x.data)])).toEqual(tensors.map((_, i) => [i]))
    const slabs = new Set(tensors.map((x) => x.storage.data.buffer))
    const needed = tensors.reduce((sum, x) => sum + x.size * 8, 0) / 4096
    expect(slabs.size).toBeLessThanOrEqual(Math.ceil(needed * 1.2) + 1)
    expect(new Set(zeros([100]).clone().data)).toEqual(new Set([0]))
  })
  it('a view of a large tensor keeps the large tensor, a clone does not', () => {
    const row = f64(new Array(10_000).fill(0)).slice([[0, 2]])
    expect([row.storage.length, row.clone().storage.length]).toEqual([10_000, 2])
  })
})
