/** @file The accuracy curve of the iris example on a terminal. */
import { describe, expect, it } from 'vitest'
import { terminalChart } from '../iris/charts.ts'

describe('the terminal chart', () => {
  it.each([
    [0.95, '95%'],
    [0.85, '85%'],
    [0.994, '95%'],
    [1, '100%'],
    [0, '0%'],
  ])('shows %f in the row of %s, without blanks behind', (accuracy, label) => {
    const lines = terminalChart([accuracy, accuracy], 80).split('\n')
    expect(lines.filter((line) => line.includes('───')).map((line) => line.trim().split(' ')[0])).toEqual([
      label,
      expect.stringMatching(/^└─+$/),
    ])
    expect(lines.filter((line) => line.endsWith(' '))).toEqual([])
  })
  it('has an axis as long as the curve, for few epochs and for many', () => {
    for (const epochs of [1, 5, 73, 1000]) {
      const accuracies = Array.from({ length: epochs }, (_, i) => (i + 1) / epochs)
      const lines = terminalChart(accuracies, 80).split('\n')
      expect(Math.max(...lines.map((line) => line.trimEnd().length))).toBe(80)
      expect(lines.at(-1)!.trimEnd().endsWith(`epoch ${epochs}`)).toBe(true)
      expect(lines[0]).toContain('100%')
    }
  })
})
