/** @file Callbacks that report: progress and learningRates. */
import {
  type Callback,
  ExponentialLR,
  fit,
  learningRates,
  mse,
  type ProgressReport,
  progress,
  SGD,
} from '@tapegrad/nn'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { batches, linear, rejection, x, y } from './problem.ts'

const run = (callbacks: readonly Callback[], options: object = {}, data: unknown = batches()) => {
  const { model, optimizer } = linear()
  const all = { loss: mse, optimizer, epochs: 2, callbacks, ...options }
  return fit(model, data as ReturnType<typeof batches>, all)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('progress', () => {
  it('reports at the ends of epochs, at most every so many ms between, and when it is over', async () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const reports: ProgressReport[] = []
    const clock = { onGradients: () => void (now += 40) }
    await run([clock, progress((r) => reports.push(r))])
    const at = (list: readonly ProgressReport[]): unknown => list.map((r) => [r.epoch, r.batch, r.done])
    // Batches end at 40, 80, 120 | 160, 200, 240 ms; 120 is more than 100 after the start, the report of that epoch's end
    // follows at once, and 100 ms after it, 240 is next.
    const expected = [
      [1, 3, false],
      [1, 3, false],
      [2, 3, false],
      [2, 3, false],
      [2, 3, true],
    ]
    expect(at(reports)).toEqual(expected)
    reports.length = 0
    await run([clock, progress((r) => reports.push(r), { every: 1e9 })])
    expect(at(reports)).toEqual([
      [1, 3, false],
      [2, 3, false],
      [2, 3, true],
    ])
    reports.length = 0
    await run([progress((r) => reports.push(r), { every: 0 })], { validation: [x, y] })
    expect(reports).toHaveLength(9)
    expect(reports[0]!.validation).toBeUndefined()
    expect(reports.at(-1)!.validation!.loss).toBeGreaterThan(0)
    expect(new Set(reports).size).toBe(9)
  })

  it('reports the end of a training that failed', async () => {
    const reports: boolean[] = []
    const fails = {
      onBatchEnd: () => {
        throw new Error('no')
      },
    }
    await rejection(run([progress((r) => reports.push(r.done), { every: 1e9 }), fails]))
    expect(reports).toEqual([true])
  })
})

describe('learningRates', () => {
  const rates = async (every: 'epoch' | 'batch'): Promise<unknown[]> => {
    const { model } = linear()
    const [weight, bias] = model.parameters() as [never, never]
    const optimizer = new SGD([{ params: [weight], lr: 0.5 }, { params: [bias] }], { lr: 1 })
    const schedule = new ExponentialLR(optimizer, { gamma: 0.5 })
    const reports: unknown[] = []
    const callbacks = [learningRates((r) => reports.push(r), { every })]
    const options = { loss: mse, optimizer, schedule, scheduleEvery: every, epochs: 2, callbacks }
    await fit(model, batches().slice(0, 2), options)
    return reports
  }
  it('reports the rates of all groups whenever they changed', async () => {
    expect(await rates('epoch')).toEqual([
      { epoch: 1, step: 0, rates: [0.5, 1] },
      { epoch: 2, step: 2, rates: [0.25, 0.5] },
    ])
    expect(await rates('batch')).toEqual([
      { epoch: 1, step: 0, rates: [0.5, 1] },
      { epoch: 1, step: 1, rates: [0.25, 0.5] },
      { epoch: 1, step: 2, rates: [0.125, 0.25] },
      { epoch: 2, step: 3, rates: [0.0625, 0.125] },
      { epoch: 2, step: 4, rates: [0.03125, 0.0625] },
    ])
  })
  it('prints a line by itself', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    await run([learningRates()])
    expect(log.mock.calls).toEqual([['epoch 1, step 0: learning rate 0.1']])
  })
})
