/** @file The rates of every schedule, step by step, against those of PyTorch. */
import { readFileSync } from 'node:fs'
import { tensor } from '@tapegrad/core'
import * as nn from '@tapegrad/nn'
import { ReduceLROnPlateau, type Schedule, SGD } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { leaf, makeSchedule, scheduleNames } from './all.ts'

interface Row {
  readonly schedule: string
  readonly options: Record<string, unknown>
  readonly after?: readonly [name: string, options: Record<string, unknown>]
  readonly bases: readonly number[]
  /** The rate of each group before each step of the optimizer. */
  readonly rates: readonly (readonly number[])[]
  readonly metrics?: readonly number[]
}
const goldens: readonly Row[] = JSON.parse(
  readFileSync(new URL('../goldens/optimizers.json', import.meta.url), 'utf8'),
).schedules

const optimizerWith = (bases: readonly number[]): SGD =>
  new SGD(bases.map((lr) => ({ params: [leaf(1)], lr })))

const title = ({ schedule, options, after, bases }: Row): string =>
  `${schedule} ${JSON.stringify(options)}${after ? `, then ${after[0]}` : ''} from ${bases.join(' and ')}`

describe('rates are those of PyTorch', () => {
  it.each(goldens.map((row) => [title(row), row] as const))('%s', (_, row) => {
    const optimizer = optimizerWith(row.bases)
    const after = row.after && { after: makeSchedule(row.after[0], optimizer, row.after[1]) }
    const schedule = makeSchedule(row.schedule, optimizer, { ...row.options, ...after })
    row.rates.forEach((expected, step) => {
      if (step > 0) schedule.step(row.metrics?.[step - 1])
      expect(schedule.count).toBe(step)
      expected.forEach((rate, group) => {
        const largest = Math.max(...row.rates.map((rates) => rates[group]!))
        // Ours are of a closed form with 5 roundings; PyTorch multiplies from step to step, a rounding or two in each.
        const tolerance = (5 + 2 * step) * 2 ** -52 * largest
        const found = optimizer.groups[group]!.lr
        expect(Math.abs(found - rate), `step ${step}: ${found}, not ${rate}`).toBeLessThanOrEqual(tolerance)
      })
      expect(schedule.rates).toEqual(optimizer.groups.map(({ lr }) => lr))
      expect(schedule.lr).toBe(optimizer.lr)
    })
  })

  it('for every schedule that there is, with each of its options', () => {
    const exported = Object.entries(nn)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof nn.Schedule)
      .map(([name]) => name)
    expect(exported.toSorted()).toEqual(scheduleNames.toSorted())
    for (const name of exported) {
      const rows = goldens.filter(({ schedule }) => schedule === name)
      const used = new Set(
        rows.flatMap(({ options, after }) => [...Object.keys(options), ...(after ? ['after'] : [])]),
      )
      const refusal = (): Schedule => makeSchedule(name, optimizerWith([1]), { no: 1 })
      const all = /(?:there are|the only one is) (.*)$/.exec(messageOf(refusal))![1]!.split(', ')
      expect([...used].toSorted(), name).toEqual(all.toSorted())
    }
  })
})

function messageOf(f: () => unknown): string {
  try {
    f()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('a schedule', () => {
  it('rules the optimizer: steps use the rates that it set', () => {
    const p = leaf(0)
    const optimizer = new SGD([p], { lr: 1 })
    const schedule = new nn.ExponentialLR(optimizer, { gamma: 0.5 })
    const seen = [0, 1, 2].map(() => {
      p.grad = tensor(Float64Array.of(-1)) as never
      optimizer.step()
      schedule.step()
      return p.toArray()
    })
    expect(seen).toEqual([[1], [1.5], [1.75]])
  })

  it('overrides a rate set by hand with its next step', () => {
    const optimizer = optimizerWith([1])
    const schedule = new nn.StepLR(optimizer, { stepSize: 10 })
    optimizer.lr = 0.3
    expect(schedule.lr).toBe(0.3)
    schedule.step()
    expect(optimizer.lr).toBe(1)
  })

  it('that looks at a number goes on from a rate set by hand', () => {
    const optimizer = optimizerWith([1])
    const schedule = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5 })
    schedule.step(1)
    optimizer.lr = 0.3
    schedule.step(1)
    expect(optimizer.lr).toBe(0.15)
  })

  it('takes the number from a tensor too; NaN is no improvement, the first number always one', () => {
    const optimizer = optimizerWith([1])
    const schedule = new ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 })
    const rates = [3, 2, Number.NaN, Number.NaN, 1, 1, 1].map((metric, i) => {
      schedule.step(i % 2 ? metric : tensor(metric))
      return optimizer.lr
    })
    expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25])
  })

  it('after a warmup gets the number to watch, and counts from its own beginning', () => {
    const optimizer = optimizerWith([1])
    const after = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5 })
    const schedule = new nn.LinearWarmup(optimizer, { totalIters: 2, startFactor: 0.5, after })
    const rates = [9, 9, 9, 9, 8].map((metric) => {
      schedule.step(metric)
      return optimizer.lr
    })
    expect(rates).toEqual([0.75, 1, 1, 0.5, 0.5])
    expect([schedule.count, after.count]).toEqual([5, 3])
  })

  it('of one cycle after a warmup begins where the cycle begins', () => {
    const optimizer = optimizerWith([1])
    const after = new nn.OneCycleLR(optimizer, {
      maxLr: 1,
      totalSteps: 4,
      divFactor: 4,
      annealStrategy: 'linear',
    })
    const schedule = new nn.LinearWarmup(optimizer, { totalIters: 2, startFactor: 0, after })
    const rates = [optimizer.lr]
    for (let i = 0; i < 3; i++) {
      schedule.step()
      rates.push(optimizer.lr)
    }
    expect(rates.slice(0, 3)).toEqual([0, 0.125, 0.25])
    // pctStart 0.3 of 4 steps ends at step 0.2, from where the rate falls until step 3.
    expect(rates[3]).toBeCloseTo(1 - (0.8 / 2.8) * (1 - 0.25e-4), 12)
  })

  it('of one cycle stays at the end for one step and refuses a further one, which changes nothing', () => {
    const optimizer = optimizerWith([1])
    const schedule = new nn.OneCycleLR(optimizer, { maxLr: 0.4, totalSteps: 3, annealStrategy: 'linear' })
    for (let i = 0; i < 2; i++) schedule.step()
    const last = optimizer.lr
    expect(last).toBeCloseTo(0.4 / 25 / 1e4, 12)
    schedule.step()
    expect(optimizer.lr).toBe(last)
    expect(() => schedule.step()).toThrow('OneCycleLR: step 4 of a cycle of totalSteps 3')
    expect([optimizer.lr, schedule.count]).toEqual([last, 3])
  })

  it('of one cycle whose rise has no length begins at the top', () => {
    const optimizer = optimizerWith([1])
    // PyTorch divides by zero here: the rise ends at step 0.25 * 4 - 1 = 0.
    const schedule = new nn.OneCycleLR(optimizer, { maxLr: 0.4, totalSteps: 4, pctStart: 0.25 })
    expect(optimizer.lr).toBe(0.4)
    schedule.step()
    expect(optimizer.lr).toBeLessThan(0.4)
  })
})
