/** @file fit computes what the loop written by hand computes: the same bits, the means of the history, modes, schedules, clipping. */
import { Generator, type Tensor } from '@tapegrad/core'
import {
  clipGradNorm,
  clipGradValue,
  DataLoader,
  Dense,
  ExponentialLR,
  fit,
  fitSteps,
  Module,
  MSE,
  mse,
  SGD,
  TensorDataset,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { batches, linear, numbersOf, ROWS, x, y } from './problem.ts'

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
