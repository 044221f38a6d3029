/** @file How the tutorial times its loops and tensors, on a clock of the test's own. */
import { expect, it } from 'vitest'
import { fastest } from '../tutorial/forward/timing.ts'

it('lets all warm up before any counts, takes turns, and keeps the fastest round', () => {
  let now = 0
  const order: string[] = []
  /** Five times as slow for its first calls, and in every other turn. */
  const work = (name: string, seconds: number, slowCalls: number) => {
    let [calls, turns] = [0, 0]
    return () => {
      if (order.at(-1) !== name) {
        order.push(name)
        turns++
      }
      now += ++calls <= slowCalls || turns % 2 === 1 ? 5 * seconds : seconds
    }
  }
  // Few calls of the first are slow, and many of the second; the third is long enough for one call a round.
  const works = [work('a', 1e-4, 10), work('b', 3e-5, 100), work('c', 2, 1)]
  const times = fastest(works, () => now)
  for (const [i, seconds] of [1e-4, 3e-5, 2].entries()) expect(times[i]! / seconds).toBeCloseTo(1, 6)
  expect(order.join('')).toMatch(/^(abc){5,}$/)
})
