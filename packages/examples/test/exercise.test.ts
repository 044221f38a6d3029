/** @file The exercises: right answers, wrong ones and their causes, files that do not work. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeltaInputs, GradientInputs } from '@tapegrad/nn'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import * as biasTemplate from '../exercise/bias.ts'
import * as deltaTemplate from '../exercise/delta.ts'
import { type Grade, grade } from '../exercise/grade.ts'
import { exercise } from '../exercise/main.ts'
import { TASKS } from '../exercise/tasks.ts'
import { capture, shownOutput, tooWide } from './capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-exercise-'))
afterAll(() => rmSync(folder, { recursive: true }))

const biasOf = (biasGradient: (layer: number, inputs: GradientInputs) => unknown): Grade[] =>
  grade(TASKS.bias, { biasGradient }, 'my.ts')
const deltaOf = (delta: (layer: number, inputs: DeltaInputs) => unknown): Grade[] =>
  grade(TASKS.delta, { delta }, 'my.ts')

const causeOf = ([first]: Grade[]): string => `${first!.wrong?.message}: ${first!.wrong?.guess}`

describe('right answers', () => {
  it('the solutions, in both networks', async () => {
    const bias = grade(TASKS.bias, await TASKS.bias.loadSolution(), 'solution')
    // One bias for each of 3 + 2 + 1 neurons; 4 + 2 neurons for each of three samples and for their sum.
    expect(bias.map(({ values, right, wrong }) => [values, right, wrong])).toEqual([
      [6, 6, null],
      [24, 24, null],
    ])
    const delta = grade(TASKS.delta, await TASKS.delta.loadSolution(), 'solution')
    expect(delta.map(({ values, right, wrong }) => [values, right, wrong])).toEqual([
      [6, 6, null],
      [18, 18, null],
    ])
  })
  it('another way to write it: f(z) f(-z) from z', () => {
    const f = (z: number): number => 1 / (1 + Math.exp(-z))
    const grades = deltaOf((_, { z, W, deltaNext }) =>
      z.map((value, j) => {
        let behind = 0
        deltaNext.forEach((d, i) => {
          behind += W[i]![j]! * d
        })
        return f(value) * f(-value) * behind
      }),
    )
    expect(grades.every(({ wrong }) => wrong === null)).toBe(true)
  })
})

describe('wrong answers', () => {
  it('names layer, neuron, and the values', () => {
    // All right but for neuron 1 of layer 2.
    const [first, second] = biasOf((layer, { delta }) =>
      delta.map((d, i) => (layer === 2 && i === 1 ? 2 * d : d)),
    )
    const { layer, neuron, quantity, expected, given, row, guess } = first!.wrong!
    expect([layer, neuron, quantity, guess]).toEqual([2, 1, 'db', null])
    expect(given).toBeCloseTo(2 * expected, 14)
    // Differences of a forward pass in float64 keep some six digits here.
    expect(row.finite!.value / expected).toBeCloseTo(1, 4)
    expect([first!.values, first!.right]).toEqual([6, 5])
    expect(second!.wrong!.sample).toBe(0)
  })
  it.each<[string, (inputs: GradientInputs) => unknown, RegExp]>([
    [
      'times the inputs, like a weight',
      ({ delta, input }) => delta.map((d) => d * input.reduce((a, b) => a + b)),
      /treated like a weight/,
    ],
    ['times n', ({ delta, n }) => delta.map((d, i) => d * n[i]!), /times n of the same neuron/],
    ['times z', ({ delta, z }) => delta.map((d, i) => d * z[i]!), /times z/],
    ['zero', ({ delta }) => delta.map(() => 0), /0 everywhere/],
    ['the sign', ({ delta }) => delta.map((d) => -d), /sign/],
    ['one', ({ delta }) => delta.map(() => 1), /delta is missing/],
    ['the first input', ({ delta, input }) => delta.map((d) => d * input[0]!), /first input/],
    ['an index outside', ({ delta, z }) => delta.map((d) => d * z[99]!), /out of an array/],
  ])('bias: %s', (_, answer, cause) => {
    expect(causeOf(biasOf((__, inputs) => answer(inputs)))).toMatch(cause)
  })
  it('bias: summed over the neurons shows where a layer has several', () => {
    const [first] = biasOf((_, { delta }) => delta.map(() => delta.reduce((a, b) => a + b)))
    expect([first!.wrong!.layer, first!.wrong!.neuron]).toEqual([2, 0])
    expect(first!.wrong!.guess).toMatch(/summed over the neurons/)
  })
  it.each<[string, (inputs: DeltaInputs) => unknown, RegExp]>([
    [
      "without f'",
      ({ z, W, deltaNext }) => z.map((_, j) => deltaNext.reduce((sum, d, i) => sum + W[i]![j]! * d, 0)),
      /f'\(z\) is missing/,
    ],
    [
      'dn/dz alone',
      ({ n }) => n.map((value) => value * (1 - value)),
      /what comes back from the layer above is missing/,
    ],
    ['zero', ({ z }) => z.map(() => 0), /0 everywhere/],
  ])('delta: %s', (_, answer, cause) => {
    expect(causeOf(deltaOf((__, inputs) => answer(inputs)))).toMatch(cause)
  })
  it('what does not work at all', () => {
    expect(() => grade(TASKS.bias, {}, 'my.ts')).toThrow('my.ts exports no function biasGradient')
    expect(() => biasOf(() => null)).toThrow('my.ts: biasGradient(3, ...) returned null: it is not done yet')
    expect(() => biasOf(() => undefined)).toThrow('returned undefined')
    expect(() => biasOf(() => [1, 2, 3, 4])).toThrow('biasGradient(3, ...) must give 1 number, got 4')
    expect(() =>
      biasOf(() => {
        throw new TypeError('no')
      }),
    ).toThrow(new UserError('my.ts: biasGradient(3, ...) threw: no'))
  })
  it('the templates are not done yet', () => {
    expect(() => grade(TASKS.bias, biasTemplate, 'bias.ts')).toThrow(/not done yet/)
    expect(() => grade(TASKS.delta, deltaTemplate, 'delta.ts')).toThrow(/not done yet/)
  })
})

describe('the output', () => {
  const run = async (flags: string[], width = 120): Promise<string> => {
    const { terminal, text } = capture(width)
    try {
      await exercise(flags, terminal)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return `${text()}error: ${error.message}\n`
    }
    return text()
  }
  const written = (name: string, source: string): string => {
    const path = join(folder, name)
    writeFileSync(path, source)
    return path
  }

  it.each([80, 120, 160])('fits %i columns', async (width) => {
    for (const task of ['bias', 'delta']) {
      const posed = await run(['--task', task], width)
      expect(tooWide(posed, width)).toEqual([])
      expect(posed).toContain(`${task}.ts my.ts`)
      expect(posed).not.toContain('error:')
    }
  })
  it.each(['bias', 'delta'])('%s: the solution is right', async (task) => {
    const text = await run(['--task', task, '--solution'])
    expect(text).toContain('\nRight.\n')
    expect(text).toContain('export function')
  })
  it('grades a file; a wrong one as the README shows it', async () => {
    const wrong = written(
      'wrong.ts',
      'export const biasGradient = (_: number, { delta, n }: { delta: number[]; n: number[] }) => delta.map((d, i) => d * n[i]!)\n',
    )
    const text = await run(['--file', wrong])
    const lines = text.split('\n')
    expect(shownOutput('exercise')).toHaveLength(5)
    for (const line of shownOutput('exercise')) expect(lines).toContain(line)
    expect(text).toContain(`error: ${wrong} is not right yet`)
    const right = written(
      'right.ts',
      'export const biasGradient = (_: number, { delta }: { delta: number[] }) => delta\n',
    )
    expect(await run(['--file', right])).toMatch(/24 of 24 values right[\s\S]*\nRight\.\n$/)
  })
  it('flags and files', async () => {
    expect(await run(['--help'], 80)).toContain('--solution')
    expect(await run(['--file', join(folder, 'none.ts')])).toMatch(/error: .*none\.ts: there is no such file/)
    expect(await run(['--file', written('broken.ts', 'export function (\n')])).toMatch(
      /error: .*cannot be loaded/,
    )
    expect(await run(['--file', 'x.ts', '--solution'])).toContain('give one of them')
    expect(await run(['--task', 'other'])).toContain('error: ')
  })
})
