/** @file earlyStopping: when it ends training, and which weights the model has then. */
import { type Tensor, tensor } from '@tapegrad/core'
import {
  buffer,
  type EarlyStoppingOptions,
  earlyStopping,
  fitSteps,
  Module,
  parameter,
  SGD,
  type TrainingState,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { rejection } from './problem.ts'

/** One weight that counts the steps, 0, 1, 2 ..., and a buffer that follows it. */
class Counter extends Module {
  readonly weight = parameter(tensor(0, { dtype: 'float64' }))
  readonly twice = buffer(tensor(0, { dtype: 'float64' }))
  forward(): Tensor {
    return this.weight.neg()
  }
}

/** Trains, an epoch per step; validation losses are those given, and the metric is 10 minus them. */
async function run(losses: readonly number[], options: EarlyStoppingOptions, more: object = {}) {
  const model = new Counter()
  const optimizer = new SGD(model.parameters(), { lr: 1 })
  const stopping = earlyStopping(options)
  let epoch = 0
  const step = () => {
    const prediction = model.forward()
    if (model.training) {
      model.twice.assign(model.weight.detach().mul(2).add(2))
      return { loss: prediction.sum(), prediction, target: 0 }
    }
    return { loss: tensor(losses[epoch++ % losses.length]!, { dtype: 'float64' }), prediction, target: 0 }
  }
  const metrics = { score: () => (model.training ? 0 : 10 - losses[(epoch - 1) % losses.length]!) }
  const history = await fitSteps(model, [0], {
    step,
    optimizer,
    epochs: losses.length,
    validation: [0],
    metrics,
    callbacks: [stopping],
    ...more,
  })
  return { history, model, best: stopping.best, weights: [model.weight.item(), model.twice.item()] }
}

const losses = [5, 4, 3, 6, 7, 2, 8, 9]

describe('earlyStopping', () => {
  it('waits for `patience` epochs without an improvement', async () => {
    for (const [patience, epochs, best] of [
      [0, 4, 3],
      [1, 4, 3],
      [2, 5, 3],
      [3, 8, 6],
    ] as const) {
      const found = await run(losses, { patience })
      expect(found.history.epochs).toBe(epochs)
      expect(found.history.stoppedBy).toBe(patience === 3 ? 'epochs' : 'earlyStopping')
      expect(found.best).toEqual({ epoch: best, value: losses[best - 1] })
      // Parameters and buffers of the best epoch, also where the epochs ran out.
      expect(found.weights).toEqual([best, 2 * best])
    }
  })
  it('leaves the last weights with restoreBest: false', async () => {
    expect((await run(losses, { patience: 2, restoreBest: false })).weights).toEqual([5, 10])
  })
  it('counts only what is better by more than minDelta', async () => {
    const { history, best } = await run([5, 4.5, 4, 3.9], { patience: 2, minDelta: 0.75 })
    expect(best).toEqual({ epoch: 3, value: 4 })
    expect(history.epochs).toBe(4)
    expect((await run([5, 4, 3], { patience: 1, minDelta: 1 })).history.epochs).toBe(2)
  })
  it('watches metrics, of the validation data if there are any, in the direction that it is told', async () => {
    expect((await run(losses, { monitor: 'score', mode: 'max', patience: 2 })).best).toEqual({
      epoch: 3,
      value: 7,
    })
    expect((await run(losses, { monitor: 'score', mode: 'min', patience: 2 })).best).toEqual({
      epoch: 1,
      value: 5,
    })
    const training = await run(losses, { monitor: 'score', mode: 'max' }, { validation: undefined })
    expect(training.best).toEqual({ epoch: 1, value: 0 })
    expect(training.history.epochs).toBe(6)
    // The training loss falls by 1 in each epoch.
    expect((await run(losses, { monitor: 'loss', patience: 1 })).best!.epoch).toBe(8)
  })
  it('takes NaN for no improvement', async () => {
    expect((await run([NaN, NaN, 3], { monitor: 'score', mode: 'max', patience: 2 })).history.epochs).toBe(2)
    expect((await run([5, NaN, 3], { monitor: 'score', mode: 'min', patience: 2 })).best!.epoch).toBe(1)
  })
  it('begins anew with each training', async () => {
    const stopping = earlyStopping({ patience: 2 })
    await run(losses, {}, { callbacks: [stopping] })
    expect((await run([9, 9, 9], {}, { callbacks: [stopping] })).weights).toEqual([1, 2])
    expect(stopping.best).toEqual({ epoch: 1, value: 9 })
  })
  it('gives the best weights back after an abort and after an error too', async () => {
    const controller = new AbortController()
    const abort = { onBatchEnd: (s: TrainingState) => void (s.epoch === 5 && controller.abort()) }
    const aborted = await run(losses, {}, { callbacks: [earlyStopping(), abort], signal: controller.signal })
    expect(aborted.weights).toEqual([3, 6])
    let model: Module | undefined
    const fails = {
      onBatchEnd: (s: TrainingState) => {
        model = s.model
        if (s.epoch === 5) throw new Error('no')
      },
    }
    expect(await rejection(run(losses, {}, { callbacks: [earlyStopping(), fails] }))).toBe('no')
    expect((model as Counter).weight.item()).toBe(3)
  })
  it('knows the epochs of an earlier history, but not their weights', async () => {
    const { history } = await run([5, 4, 3, 6], { patience: 9 })
    const worse = await run([5, 6, 7, 8, 9, 10], { patience: 2 }, { history, epochs: 10 })
    expect(worse.history.epochs).toBe(5)
    expect(worse.best).toEqual({ epoch: 3, value: 3 })
    expect(worse.weights).toEqual([1, 2])
    const better = await run([5, 2, 7, 8], { patience: 3 }, { history, epochs: 10 })
    expect(better.best).toEqual({ epoch: 6, value: 2 })
    expect(better.weights).toEqual([2, 4])
    const over = await run([1], { patience: 1 }, { history, epochs: 10 })
    expect(over.history).toMatchObject({ epochs: 4, steps: 4, stoppedBy: 'earlyStopping' })
  })
  it('refuses what is not there, before the first step', async () => {
    expect(await rejection(run(losses, {}, { validation: undefined }))).toBe(
      "earlyStopping: there are no validation data; pass them to fit as validation, or watch monitor: 'loss'",
    )
    expect(await rejection(run(losses, { monitor: 'acuracy', mode: 'max' }))).toBe(
      'earlyStopping: there is nothing called "acuracy"; there are loss, validationLoss, score',
    )
  })
  it.each<[unknown, string]>([
    [
      { monitor: 'accuracy' },
      `mode must be 'min' or 'max', got undefined; say whether less or more accuracy is better`,
    ],
    [{ mode: 'auto' }, `mode must be 'min' or 'max', got "auto"`],
    [{ monitor: 3 }, `monitor must be 'validationLoss', 'loss' or the name of a metric, got 3`],
    [{ patience: -1 }, 'patience must be a whole number >= 0, got -1'],
    [{ patience: 1.5 }, 'patience must be a whole number >= 0, got 1.5'],
    [{ minDelta: NaN }, 'minDelta must be a finite number >= 0, got NaN'],
    [{ restoreBest: 1 }, 'restoreBest must be true or false, got 1'],
    [{ patients: 1 }, 'there is no option "patients"'],
  ])('refuses %j', (options, message) => {
    expect(() => earlyStopping(options as never)).toThrow(`earlyStopping: ${message}`)
  })
})
