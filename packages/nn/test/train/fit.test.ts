/** @file fit computes what the loop written by hand computes: the same bits, the means of the history, modes, schedules, clipping. */
import { Generator, type Tensor, tensor } from '@tapegrad/core'
import {
  clipGradNorm,
  clipGradValue,
  DataLoader,
  Dense,
  Dropout,
  ExponentialLR,
  fit,
  fitSteps,
  Module,
  MSE,
  mse,
  ReduceLROnPlateau,
  SGD,
  sequential,
  TensorDataset,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { batches, deep, linear, numbersOf, ROWS, rejection, x, y } from './problem.ts'

describe('linear regression', () => {
  it('follows gradient descent on plain arrays', async () => {
    const { model, optimizer } = linear()
    const start = model.stateDict()
    const W = start['0.weight']!.toArray() as number[][]
    const b = start['0.bias']!.toArray() as number[]
    const losses: number[] = []
    for (let epoch = 0; epoch < 3; epoch++) {
      let total = 0
      for (const [bx, by] of batches()) {
        const rows = bx.toArray() as number[][]
        const targets = by.toArray() as number[][]
        const errors = rows.map((row, s) =>
          b.map((bias, o) => bias + W[o]!.reduce((sum, w, i) => sum + w * row[i]!, 0) - targets[s]![o]!),
        )
        const count = rows.length * 2
        total += (rows.length * errors.flat().reduce((sum, e) => sum + e * e, 0)) / count
        for (const [o, row] of W.entries()) {
          for (const i of row.keys())
            row[i]! -= (0.1 * 2 * errors.reduce((sum, e, s) => sum + e[o]! * rows[s]![i]!, 0)) / count
          b[o]! -= (0.1 * 2 * errors.reduce((sum, e) => sum + e[o]!, 0)) / count
        }
      }
      losses.push(total / ROWS)
    }
    const history = await fit(model, batches(), { loss: mse, optimizer, epochs: 3 })
    // The sums are taken in another order: a few roundings of float64 apart.
    history.loss.forEach((loss, i) => {
      expect(loss).toBeCloseTo(losses[i]!, 12)
    })
    const end = model.stateDict()
    for (const [key, plain] of [
      ['0.weight', W.flat()],
      ['0.bias', b],
    ] as const)
      Array.from(end[key]!.data, (value, i) => expect(value).toBeCloseTo(plain[i]!, 12))
  })
})

/** The loop that fit stands for. */
function byHand(change: (optimizer: SGD) => void = () => {}, epochs = 3) {
  const { model, optimizer } = linear({ lr: 0.1, momentum: 0.9 })
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const [bx, by] of batches()) {
      optimizer.zeroGrad()
      mse(model.call(bx), by).backward()
      change(optimizer)
      optimizer.step()
    }
  return numbersOf(model)
}

const make = () => linear({ lr: 0.1, momentum: 0.9 })

describe('the same bits as a loop by hand', () => {
  it.each<[string, () => unknown]>([
    ['an array of batches', batches],
    ['an iterable', () => new Set(batches())],
    ['a function that opens a generator', () => () => batches().values()],
    [
      'a function that opens an asynchronous generator',
      () =>
        async function* () {
          for (const batch of batches()) yield batch
        },
    ],
    ['a function that promises an iterable', () => async () => batches()],
    ['an iterable of promises', () => batches().map((batch) => Promise.resolve(batch))],
    ['a DataLoader', () => new DataLoader(new TensorDataset(x, y), { batchSize: 4 })],
    [
      'a DataLoader of a dataset that promises',
      () =>
        new DataLoader(
          { length: ROWS, get: async (i: number) => [x.slice([i]), y.slice([i])] },
          { batchSize: 4 },
        ),
    ],
  ])('from %s', async (_, data) => {
    const { model, optimizer } = make()
    const history = await fit(model, data() as ReturnType<typeof batches>, {
      loss: mse,
      optimizer,
      epochs: 3,
    })
    expect(numbersOf(model)).toEqual(byHand())
    expect(history.steps).toBe(9)
  })

  it.each<[string, unknown]>([
    ['tensors', [x, y]],
    ['a TensorDataset', new TensorDataset(x, y)],
    ['a dataset', { length: ROWS, get: (i: number) => [x.slice([i]), y.slice([i])] }],
  ])('from %s, in batches of fit', async (_, data) => {
    const { model, optimizer } = make()
    const options = { loss: mse, optimizer, epochs: 3, batchSize: 4, shuffle: false }
    await fit(model, data as [typeof x, typeof y], options)
    expect(numbersOf(model)).toEqual(byHand())
  })

  it('with a module as loss, and with steps of one’s own', async () => {
    const first = make()
    await fit(first.model, batches(), { loss: new MSE(), optimizer: first.optimizer, epochs: 3 })
    expect(numbersOf(first.model)).toEqual(byHand())
    const { model, optimizer } = make()
    const data = batches().map(([input, target]) => ({ input, target }))
    const step = ({ input, target }: (typeof data)[number]) => mse(model.call(input), target)
    await fitSteps(model, data, { step, optimizer, epochs: 3 })
    expect(numbersOf(model)).toEqual(byHand())
  })

  it('with clipped gradients: values, then the norm', async () => {
    const clips = { clipNorm: 0.05, clipValue: 0.1 }
    const hand = byHand((optimizer) => {
      const params = optimizer.groups[0]!.params
      clipGradValue(params, 0.1)
      clipGradNorm(params, 0.05)
    })
    expect(hand).not.toEqual(byHand())
    const { model, optimizer } = make()
    await fit(model, batches(), { loss: mse, optimizer, epochs: 3, ...clips })
    expect(numbersOf(model)).toEqual(hand)
  })

  it('with a schedule per epoch and per batch, and the rates in the history', async () => {
    let steps = 0
    const perEpoch = byHand((optimizer) => {
      optimizer.lr = 0.1 * 0.5 ** Math.floor(steps++ / 3)
    })
    const first = make()
    const halve = (optimizer: SGD) => new ExponentialLR(optimizer, { gamma: 0.5 })
    const history = await fit(first.model, batches(), {
      loss: mse,
      optimizer: first.optimizer,
      schedule: halve(first.optimizer),
      epochs: 3,
    })
    expect(numbersOf(first.model)).toEqual(perEpoch)
    expect(history.lr).toEqual([0.1, 0.05, 0.025])

    steps = 0
    const perBatch = byHand((optimizer) => {
      optimizer.lr = 0.1 * 0.5 ** steps++
    })
    const { model, optimizer } = make()
    const schedule = halve(optimizer)
    const options = { loss: mse, optimizer, schedule, scheduleEvery: 'batch', epochs: 3 } as const
    expect((await fit(model, batches(), options)).lr).toEqual([0.1 / 4, 0.1 / 32, 0.1 / 256])
    expect(numbersOf(model)).toEqual(perBatch)
  })
})

it('ReduceLROnPlateau looks at the validation loss, or at the training loss', async () => {
  for (const validation of [[x, y] as const, undefined]) {
    const { model, optimizer } = make()
    // A target that nothing reaches: no loss is better than the first by half of it.
    const schedule = new ReduceLROnPlateau(optimizer, { patience: 0, threshold: 0.9, factor: 0.5 })
    const options = { loss: mse, optimizer, schedule, epochs: 3, ...(validation && { validation }) }
    expect((await fit(model, batches(), options)).lr).toEqual([0.1, 0.1, 0.05])
  }
})

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

it('a model of several inputs gets all but the last', async () => {
  class Sum extends Module {
    readonly left = new Dense(3, 2, { dtype: 'float64', generator: new Generator(1) })
    readonly right = new Dense(2, 2, { dtype: 'float64', generator: new Generator(2) })
    forward(a: Tensor<[number, 3]>, b: Tensor<[number, 2]>): Tensor<[number, 2]> {
      return this.left.call(a).add(this.right.call(b)) as Tensor<[number, 2]>
    }
  }
  const [one, two] = [new Sum(), new Sum()]
  const optimizer = new SGD(one.parameters(), { lr: 0.1 })
  await fit(one, [x, y, y], { loss: mse, optimizer, epochs: 2, batchSize: ROWS, shuffle: false })
  const hand = new SGD(two.parameters(), { lr: 0.1 })
  for (let i = 0; i < 2; i++) {
    hand.zeroGrad()
    mse(two.call(x, y), y).backward()
    hand.step()
  }
  expect(numbersOf(one)).toEqual(numbersOf(two))
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
