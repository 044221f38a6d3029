/** @file History: as a table, as JSON and back, gone on with; what is no history. */
import { fit, History, mse } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { batches, linear, rejection, x, y } from './problem.ts'

/** A history of n epochs with plain numbers. */
function made(n: number, validated = true): History {
  const list = (f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i))
  return History.from({
    loss: list((i) => 1 / (i + 3)),
    metrics: { accuracy: list(() => 0.5) },
    validationLoss: validated ? list((i) => 1 / (i + 1)) : [],
    validationMetrics: { accuracy: validated ? list(() => 0.25) : [] },
    lr: list(() => 1e-7),
    seconds: list(() => 2),
    steps: 4 * n,
    stoppedBy: 'earlyStopping',
  })
}

describe('as a table', () => {
  it('has a row per epoch and a column per series', () => {
    expect(made(2).toString()).toBe(
      [
        'epoch    loss  accuracy  validationLoss  validation.accuracy    lr  seconds',
        '───────────────────────────────────────────────────────────────────────────',
        '    1  0.3333       0.5               1                 0.25  1e-7        2',
        '    2    0.25       0.5             0.5                 0.25  1e-7        2',
        '2 epochs, 8 steps, 4 s, ended by early stopping',
      ].join('\n'),
    )
    expect(made(1, false).toString().split('\n')[0]).toBe('epoch    loss  accuracy    lr  seconds')
  })
  it('leaves out the middle of many epochs', () => {
    const lines = made(40).toString().split('\n')
    expect(lines).toHaveLength(2 + 15 + 1 + 15 + 1)
    expect(lines[17]!.trim()).toBe('... 10 more')
    expect(lines[16]!.trim()).toMatch(/^15 /)
    expect(lines[18]!.trim()).toMatch(/^26 /)
    expect(made(30).toString()).not.toContain('more')
  })
  it('without an epoch', () => {
    expect(new History().toString()).toBe(
      'epoch  loss  lr  seconds\n────────────────────────\n0 epochs, 0 steps, 0 s',
    )
  })
})

describe('as JSON', () => {
  it('comes back the same', () => {
    const history = made(3)
    const back = History.from(JSON.parse(JSON.stringify(history)))
    expect(back).toEqual(history)
    expect(back.epochs).toBe(3)
    expect(History.from(history)).not.toBe(history)
    const copy = history.toJSON()
    history.loss.push(9)
    history.metrics.accuracy!.push(9)
    expect(copy).toEqual(back.toJSON())
  })
  it('brings NaN back, which JSON lacks', () => {
    const data = { ...made(2).toJSON(), loss: [1, null] }
    expect(History.from(data).loss).toEqual([1, NaN])
  })
  it.each<[unknown, string]>([
    [null, 'expected the data of a history, got null'],
    [[1], 'expected the data of a history, got [1]'],
    [{}, 'loss must be a list of 0 numbers, got undefined'],
    [{ ...made(2).toJSON(), lr: [1] }, 'lr must be a list of 2 numbers, got [1]'],
    [{ ...made(2).toJSON(), loss: [1, 'x'] }, 'loss must be a list of 2 numbers, got [1, "x"]'],
    [{ ...made(2).toJSON(), metrics: { accuracy: 'no' } }, 'metrics.accuracy must be a list of 2 numbers'],
    [{ ...made(2).toJSON(), metrics: 7 }, 'metrics must be an object of series, got 7'],
    [
      { ...made(2).toJSON(), validationMetrics: {} },
      'validationMetrics.accuracy must be a list of 2 numbers',
    ],
    [{ ...made(2).toJSON(), steps: -1 }, 'steps must be a whole number >= 0, got -1'],
    [{ ...made(2).toJSON(), stoppedBy: 'magic' }, 'stoppedBy must be'],
  ])('%j is refused', (data, message) => {
    expect(() => History.from(data)).toThrow(`History.from: ${message}`)
  })
})

describe('gone on with', () => {
  it('the earlier epochs count, and stay as they are', async () => {
    const { model, optimizer } = linear()
    const options = { loss: mse, optimizer }
    const first = await fit(model, batches(), { ...options, epochs: 2 })
    const second = await fit(model, batches(), { ...options, epochs: 5, history: first })
    expect([first.epochs, second.epochs, second.steps]).toEqual([2, 5, 15])
    expect(second.loss.slice(0, 2)).toEqual(first.loss)
    const straight = linear()
    const whole = await fit(straight.model, batches(), {
      loss: mse,
      optimizer: straight.optimizer,
      epochs: 5,
    })
    expect(second.loss).toEqual(whole.loss)
    const none = await fit(model, batches(), { ...options, epochs: 3, history: second })
    expect(none).toMatchObject({ epochs: 5, steps: 15, stoppedBy: 'epochs' })
  })
  it('only with the same metrics and validation', async () => {
    const { model, optimizer } = linear()
    const options = { loss: mse, optimizer, epochs: 9 }
    const metrics = { accuracy: () => 1 }
    const go = (more: object) => rejection(fit(model, batches(), { ...options, ...more }))
    expect(await go({ history: made(2) })).toBe(
      'fit: the history has the metrics accuracy, now there are none',
    )
    expect(await go({ history: made(2), metrics: { ...metrics, other: () => 1 } })).toBe(
      'fit: the history has the metrics accuracy, now there are accuracy, other',
    )
    expect(await go({ history: made(2), metrics })).toBe(
      'fit: the history is one with validation; it cannot go on without it',
    )
    expect(await go({ history: made(2, false), metrics, validation: [x, y] })).toBe(
      'fit: the history is one without validation; it cannot go on with it',
    )
  })
})
