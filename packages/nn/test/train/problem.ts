/** @file A small regression, the same each time, and what the tests of fit need around it. Imports core and nn. */
import { Generator, randn, type Tensor } from '@tapegrad/core'
import {
  type Callback,
  Dense,
  Dropout,
  type Module,
  type Optimizer,
  SGD,
  Sigmoid,
  sequential,
} from '@tapegrad/nn'

const f64 = { dtype: 'float64' } as const

/** 10 rows: with batches of 4 the last one is smaller. */
export const ROWS = 10
const draws = new Generator(7)
export const x: Tensor<[10, 3]> = randn([ROWS, 3], { generator: draws, ...f64 })
export const y: Tensor<[10, 2]> = randn([ROWS, 2], { generator: draws, ...f64 })
/** Batches of 4, 4 and 2 rows, in order. */
export const batches = (): [Tensor<[number, 3]>, Tensor<[number, 2]>][] =>
  [0, 4, 8].map((start) => {
    const rows = [[start, Math.min(start + 4, ROWS)]] as const
    return [x.slice(rows), y.slice(rows)] as [Tensor<[number, 3]>, Tensor<[number, 2]>]
  })

/** A linear model, its optimizer. */
export function linear(options: ConstructorParameters<typeof SGD>[1] = { lr: 0.1 }) {
  const model = sequential(new Dense(3, 2, { generator: new Generator(1), ...f64 }))
  return { model, optimizer: new SGD(model.parameters(), options) }
}

/** A model with a hidden layer and dropout, whose masks come from `generator`. */
export function deep(generator: Generator) {
  const options = { generator: new Generator(1), ...f64 }
  const model = sequential(
    new Dense(3, 8, options),
    new Sigmoid(),
    new Dropout(0.5, { generator }),
    new Dense(8, 2, options),
  )
  return { model, optimizer: new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 }) }
}

/** All numbers of a model. */
export const numbersOf = (model: Module): unknown =>
  Object.entries(model.stateDict()).map(([key, value]) => [key, value.toArray()])

/** All numbers of an optimizer. */
export const stateOf = (optimizer: Pick<Optimizer<{ lr: number }>, 'stateDict'>): unknown =>
  Object.entries(optimizer.stateDict()).map(([key, value]) => [key, value.toArray()])

/** A callback that notes which of its methods are called. */
export function recorder(notes: string[]): Callback {
  const note =
    (hook: string) =>
    ({ epoch, batch }: { epoch: number; batch: number }): void => {
      notes.push(`${hook} ${epoch}.${batch}`)
    }
  return {
    onStart: note('start'),
    onEpochStart: note('epoch'),
    onGradients: note('gradients'),
    onBatchEnd: note('batch'),
    onEpochEnd: note('epochEnd'),
    onEnd: note('end'),
  }
}

/** The message that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}
