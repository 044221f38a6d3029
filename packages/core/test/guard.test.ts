/** @file guard: settings are read, and whoever watches is told, through transforms too. */
import { describe, expect, it } from 'vitest'
import { watchingGuards } from '../src/guard.ts'
import { grad, guard, type Tensor, tensor, vmap } from '../src/index.ts'

describe('guard', () => {
  it('returns what was read, watched or not', () => {
    let flag = true
    const read = () => flag
    expect(guard(read)).toBe(true)
    const seen: unknown[] = []
    const result = watchingGuards(
      (again, value) => seen.push(value, again),
      () => {
        const first = guard(read)
        flag = false
        return [first, guard(read), guard(() => 'text')]
      },
    )
    expect(result).toEqual([true, false, 'text'])
    expect(seen).toEqual([true, read, false, read, 'text', expect.any(Function)])
    guard(read)
    expect(seen).toHaveLength(6)
  })

  it('tells of settings that are read inside grad and vmap', () => {
    const values: unknown[] = []
    const f = (x: Tensor): Tensor => (guard(() => 2) === 2 ? x.square() : x).sum()
    const run = () => vmap(grad(f as (x: Tensor) => Tensor<[]>))(tensor([[1, 2]]))
    expect((watchingGuards((_, value) => values.push(value), run) as Tensor).toArray()).toEqual([[2, 4]])
    expect(new Set(values)).toEqual(new Set([2]))
  })

  it('tells every watcher, the inner one first, and none after an error', () => {
    const told: string[] = []
    const outer = () =>
      watchingGuards(
        () => told.push('inner'),
        () => {
          guard(() => 1)
          throw new Error('stop')
        },
      )
    expect(() => watchingGuards(() => told.push('outer'), outer)).toThrow('stop')
    guard(() => 1)
    expect(told).toEqual(['inner', 'outer'])
  })
})
