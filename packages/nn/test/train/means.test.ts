/** @file What fit writes down, in which order it goes through the data, and the modes of the model meanwhile. */
import { Generator, type Tensor, tensor } from '@tapegrad/core'
import {
  Dense,
  Dropout,
  fit,
  fitSteps,
  type History,
  mse,
  ReduceLROnPlateau,
  SGD,
  sequential,
} from '@tapegrad/nn'
import { describe, expect, it, vi } from 'vitest'
import { batches, deep, linear, numbersOf, ROWS, rejection, x, y } from './problem.ts'

const make = () => linear({ lr: 0.1, momentum: 0.9 })

it.each([true, false])(
  'the schedule gets the validation loss, or the training loss (%j)',
  async (validated) => {
    const { model, optimizer } = make()
    // No loss is a tenth of the first: nothing is an improvement.
    const schedule = new ReduceLROnPlateau(optimizer, { patience: 0, threshold: 0.9, factor: 0.5 })
    const step = vi.spyOn(schedule, 'step')
    const validation = [x.mul(2), y] as const
    const options = { loss: mse, optimizer, schedule, epochs: 3, ...(validated && { validation }) }
    const history: History = await fit(model, batches(), options)
    expect(history.lr).toEqual([0.1, 0.1, 0.05])
    const watched: readonly number[] = validated ? history.validationLoss : history.loss
    expect(step.mock.calls).toEqual(watched.map((loss) => [loss]))
  },
)

describe('the history', () => {
  it('has means over samples, not over batches, of losses and metrics', async () => {
    const { model } = make()
    const optimizer = new SGD(model.parameters(), { lr: 0 })
    const mae = (p: Tensor, t: Tensor) => p.sub(t).abs().mean()
    const rows = (p: Tensor) => p.shape[0]!
    const { loss, metrics, validationLoss, validationMetrics } = await fit(model, batches(), {
      loss: mse,
      optimizer,
      epochs: 1,
      metrics: { mae, rows },
      validation: batches(),
    })
    const p = model.call(x)
    const whole = mse(p, y).item()
    expect(loss[0]).toBeCloseTo(whole, 14)
    expect(validationLoss[0]).toBe(loss[0])
    expect(metrics.mae[0]).toBeCloseTo(mae(p, y).item(), 14)
    expect(metrics.rows).toEqual([(4 * 4 + 4 * 4 + 2 * 2) / 10])
    expect(validationMetrics).toEqual(metrics)
  })

  it('has metrics from before the step, and those of validation from after it', async () => {
    const { model, optimizer } = make()
    const before = mse(model.call(x), y).item()
    const metrics = { again: (p: Tensor, t: Tensor) => mse(p, t) }
    const options = { loss: mse, optimizer, epochs: 1, batchSize: ROWS, shuffle: false, metrics }
    const history = await fit(model, [x, y], { ...options, validation: [x, y] })
    expect(history.loss).toEqual([before])
    expect(history.metrics.again).toEqual([before])
    expect(history.validationLoss).toEqual([mse(model.call(x), y).item()])
    expect(history.validationMetrics.again).toEqual(history.validationLoss)
    expect(history.stoppedBy).toBe('epochs')
  })

  it('counts one sample where a batch has no axis', async () => {
    const { model, optimizer } = make()
    const step = ([a]: Tensor[]) => model.parameters()[1]!.sum().mul(0).add(a!)
    const data = [[tensor(1, { dtype: 'float64' })], [tensor(2, { dtype: 'float64' })]]
    expect((await fitSteps(model, data, { step, optimizer, epochs: 1 })).loss).toEqual([1.5])
  })
})

describe('shuffling', () => {
  const orders = async (options: object): Promise<string[]> => {
    const { model, optimizer } = linear({ lr: 0 })
    const seen: string[] = []
    const step = ([bx, by]: Tensor[]): Tensor => {
      seen.push(Array.from(bx!.data).join())
      return mse(model.call(bx as typeof x) as Tensor, by!)
    }
    await fitSteps(model, [x, y], { step, optimizer, epochs: 2, batchSize: ROWS, ...options })
    return seen
  }

  it('is done unless told otherwise, anew in each epoch, the same for one seed or generator', async () => {
    const [first, second] = await orders({ seed: 5 })
    expect(first).not.toBe(second)
    expect(await orders({ seed: 5 })).toEqual([first, second])
    expect(await orders({ generator: new Generator(5) })).toEqual([first, second])
    expect(await orders({ seed: 6 })).not.toEqual([first, second])
    const plain = Array.from(x.data).join()
    expect(await orders({ shuffle: false })).toEqual([plain, plain])
    expect(await orders({})).not.toContain(plain)
  })

  it('leaves validation data in order', async () => {
    const { model, optimizer } = linear()
    const seen: string[] = []
    const step = ([bx, by]: Tensor[]): Tensor => {
      if (!model.training) seen.push(Array.from(bx!.data).join())
      return mse(model.call(bx as typeof x) as Tensor, by!)
    }
    await fitSteps(model, batches(), { step, optimizer, epochs: 1, validation: [x, y] })
    expect(seen).toEqual([Array.from(x.data).join()])
  })
})

describe('modes', () => {
  it('training, evaluation without gradients, and as before in the end', async () => {
    const { model, optimizer } = deep(new Generator(1))
    const dropout = model.layers[2]
    model.eval()
    dropout.train()
    const seen: string[] = []
    const step = ([bx, by]: Tensor[]) => {
      const prediction = model.call(bx as typeof x) as Tensor
      seen.push(
        `${model.training} ${dropout.training} ${prediction.requiresGrad || prediction.node !== null}`,
      )
      return mse(prediction, by!)
    }
    const options = { step, optimizer, batchSize: ROWS, epochs: 2 }
    await fitSteps(model, [x, y], { ...options, validation: [x, y] })
    expect(seen).toEqual(['true true true', 'false false false', 'true true true', 'false false false'])
    expect([model.training, dropout.training]).toEqual([false, true])
  })

  it('a part that a callback keeps in evaluation stays so, after validation too', async () => {
    const { model, optimizer } = deep(new Generator(1))
    const freeze = { onStart: () => void model.layers[2].eval() }
    const seen: boolean[] = []
    const look = { onBatchEnd: () => void seen.push(model.layers[2].training) }
    const options = { loss: mse, optimizer, epochs: 2, validation: [x, y] as const }
    await fit(model, [x, y], { ...options, callbacks: [freeze, look] })
    expect(seen).toEqual([false, false])
    expect(model.layers[2].training).toBe(true)
  })

  it('as before after errors in training, in validation and in callbacks', async () => {
    for (const broken of ['training', 'validation', 'callback']) {
      const { model, optimizer } = deep(new Generator(1))
      model.eval()
      const step = ([bx, by]: Tensor[]): Tensor => {
        if (model.training ? broken === 'training' : broken === 'validation') throw new Error(broken)
        return mse(model.call(bx as typeof x) as Tensor, by!)
      }
      const callbacks = [
        {
          onBatchEnd: () => {
            if (broken === 'callback') throw new Error(broken)
          },
        },
      ]
      const options = { step, optimizer, epochs: 1, validation: [x, y] as const, callbacks }
      expect(await rejection(fitSteps(model, [x, y], options))).toBe(broken)
      expect(model.training).toBe(false)
    }
  })
})

it('the same generator for order and dropout gives the same training', async () => {
  const run = async (): Promise<unknown> => {
    const generator = new Generator(3)
    const { model, optimizer } = deep(generator)
    await fit(model, [x, y], { loss: mse, optimizer, epochs: 3, batchSize: 4, generator })
    return numbersOf(model)
  }
  expect(await run()).toEqual(await run())
})

it('parameters that the optimizer does not hold stay', async () => {
  const model = sequential(
    new Dense(3, 2, { dtype: 'float64' }),
    new Dropout(0),
    new Dense(2, 2, { dtype: 'float64' }),
  )
  const before = model.layers[0].weight.toArray()
  const optimizer = new SGD(model.layers[2].parameters(), { lr: 0.1 })
  await fit(model, [x, y], { loss: mse, optimizer, epochs: 1 })
  expect(model.layers[0].weight.toArray()).toEqual(before)
})
