/** @file Training that goes on from an epoch's end is bit by bit the training that was never stopped. */
import { Generator, type Tensor, tensor } from '@tapegrad/core'
import { DataLoader, Dense, Dropout, mse, SGD, Sigmoid, sequential } from '@tapegrad/nn'
import { expect, it } from 'vitest'
import { flat } from '../support/close.ts'

type Sample = [x: Tensor<[3]>, y: Tensor<[1]>]

const sample = (i: number): Sample => [
  tensor([Math.sin(i), Math.sin(2 * i), Math.sin(3 * i)]),
  tensor([Math.cos(i)]),
]

async function* stream(): AsyncGenerator<Sample> {
  for (let i = 0; i < 23; i++) {
    await Promise.resolve()
    yield sample(i)
  }
}

/** Everything that training changes; one generator for orders, starts and dropout. */
function setUp(kind: 'stream' | 'dataset', seed: number, prefetch: number) {
  const generator = new Generator(seed)
  const options = { batchSize: 4, generator, prefetch }
  const loader: AsyncIterable<[Tensor<[number, 3]>, Tensor<[number, 1]>]> =
    kind === 'stream'
      ? new DataLoader(stream, { ...options, shuffleBuffer: 7 })
      : new DataLoader({ length: 23, get: async (i: number) => sample(i) }, { ...options, shuffle: true })
  const model = sequential(
    new Dense(3, 5, { generator }),
    new Sigmoid(),
    new Dropout(0.3, { generator }),
    new Dense(5, 1, { generator }),
  )
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
  const epoch = async (): Promise<void> => {
    for await (const [x, y] of loader) {
      optimizer.zeroGrad()
      mse(model.call(x), y).backward()
      optimizer.step()
    }
  }
  const weights = (): number[] => model.parameters().flatMap(flat)
  return { generator, model, optimizer, epoch, weights }
}

it.each(['stream', 'dataset'] as const)('from a %s', async (kind) => {
  const whole = setUp(kind, 1, 1)
  await whole.epoch()
  await whole.epoch()
  const saved = {
    model: whole.model.stateDict(),
    optimizer: whole.optimizer.stateDict(),
    state: whole.generator.state,
  }
  const then = whole.weights()
  await whole.epoch()
  expect(whole.weights()).not.toEqual(then)

  const resumed = setUp(kind, 99, 3)
  resumed.model.loadStateDict(saved.model)
  resumed.optimizer.loadStateDict(saved.optimizer)
  resumed.generator.state = saved.state
  expect(resumed.weights()).toEqual(then)
  await resumed.epoch()
  expect(resumed.weights()).toEqual(whole.weights())
})
