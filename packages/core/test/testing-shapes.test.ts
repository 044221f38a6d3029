/** @file The arbitraries of shapes: what they draw and what they shrink to. Imports the entry. */
import { broadcastableShapesArb, shapeArb } from '@tapegrad/core/testing'
import { describe, expect, it } from 'vitest'
import { draws, smallest } from './support/draws.ts'
import { broadcastShape, sizeOf } from './support/plain.ts'
import type { Equal } from './types/equal.ts'

describe('broadcastableShapesArb', () => {
  it.each([1, 2, 3, 5])('draws %d shapes, and what they broadcast to', (count) => {
    for (const { shapes, result } of draws(broadcastableShapesArb({ count, minSide: 0, maxSide: 3 }))) {
      expect(shapes).toHaveLength(count)
      expect(result).toEqual(broadcastShape(...shapes))
      for (const shape of shapes) {
        expect(shape.length).toBeLessThanOrEqual(4)
        // Every axis is that of the result, or stretches.
        const own = result.slice(result.length - shape.length)
        expect(shape.every((n, axis) => n === own[axis] || n === 1)).toBe(true)
      }
    }
  })

  it('draws every way to broadcast', () => {
    const all = draws(broadcastableShapesArb({ maxRank: 2, maxSide: 2 }), 10_000)
    const kinds = new Set(all.map(({ shapes: [a, b] }) => JSON.stringify([a, b])))
    // Of the 7 shapes with sizes 1 and 2 and up to two axes any two broadcast.
    expect(kinds.size).toBe(49)
  })

  it('shrinks to equal shapes of no axes, or to the smallest that fail', () => {
    for (const found of smallest(broadcastableShapesArb(), () => false))
      expect(found).toEqual({ shapes: [[], []], result: [] })
    const stretching = smallest(broadcastableShapesArb(), ({ shapes: [a, b] }) => sizeOf(a) === sizeOf(b))
    for (const { shapes, result } of stretching) {
      expect(result).toEqual([2])
      expect([...shapes].sort((a, b) => sizeOf(a) - sizeOf(b))[1]).toEqual([2])
      expect(Math.min(...shapes.map(sizeOf))).toBe(1)
    }
  })
})

describe('shapeArb', () => {
  it('draws within its bounds and shrinks to the least of them', () => {
    const all = draws(shapeArb({ minRank: 1, maxRank: 2, minSide: 2, maxSide: 3 }), 200)
    expect(new Set(all.map(String)).size).toBe(2 + 4)
    expect(smallest(shapeArb({ minRank: 2, minSide: 3 }), () => false)).toEqual(new Array(5).fill([3, 3]))
    expect(smallest(shapeArb(), (shape) => sizeOf(shape) < 12).every((shape) => sizeOf(shape) <= 16)).toBe(
      true,
    )
  })
})

describe('types', () => {
  /** Compiles only for true. */
  const holds = <T extends true>(proof?: T): void => expect(proof).toBeUndefined()

  it('carry a literal count', () => {
    const pair = draws(broadcastableShapesArb(), 1)[0]!.shapes
    const three = draws(broadcastableShapesArb({ count: 3 }), 1)[0]!.shapes
    const some = draws(broadcastableShapesArb({ count: 2 as number }), 1)[0]!.shapes
    holds<Equal<typeof pair, [number[], number[]]>>()
    holds<Equal<typeof three, [number[], number[], number[]]>>()
    holds<Equal<typeof some, number[][]>>()
  })
})
