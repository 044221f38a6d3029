/** @file Networks and batches for the ledger's tests. */
import { Generator, randint, randn, type Tensor, tensor } from '@tapegrad/core'
import {
  CrossEntropy,
  Dense,
  type Layer,
  type LedgerReport,
  type LedgerRow,
  MSE,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
} from '@tapegrad/nn'

export const float64 = { dtype: 'float64' } as const

/** A [2]-3-2 network of float64 with two activations, from a seed. */
export function small(
  seed = 1,
  activations: readonly [Layer, Layer] = [new Sigmoid(), new Tanh()],
): Sequential {
  const generator = new Generator(seed)
  const options = { ...float64, generator }
  return new Sequential(new Dense(2, 3, options), activations[0], new Dense(3, 2, options), activations[1])
}

/**
 * Three layers, all sigmoid, so that f' = n (1 - n) everywhere; square in the middle, so that W and its transpose both
 * fit.
 */
export function allSigmoid(): Sequential {
  const weights = [
    [
      [0.3, -0.8],
      [0.5, 0.2],
      [-0.4, 0.9],
    ],
    [
      [0.6, -0.1, 0.7],
      [-0.3, 0.8, 0.4],
      [0.2, 0.5, -0.9],
    ],
    [
      [0.9, -0.6, 0.3],
      [0.1, 0.4, -0.7],
    ],
  ]
  const layers = weights.flatMap((weight) => {
    const dense = new Dense(weight[0]!.length, weight.length, float64)
    dense.weight.assign(tensor(weight, float64))
    dense.bias!.assign(
      tensor(
        weight.map((_, i) => 0.1 * (i + 1)),
        float64,
      ),
    )
    return [dense, new Sigmoid()]
  })
  return new Sequential(...layers)
}

/** x and y for `small`: one sample, or a batch. */
export function data(
  seed: number,
  samples: number | null,
  inputs = 2,
  outputs = 2,
): { x: Tensor; y: Tensor } {
  const generator = new Generator(seed)
  const shape = (last: number): number[] => (samples === null ? [last] : [samples, last])
  return {
    x: randn(shape(inputs), { ...float64, generator }),
    y: randn(shape(outputs), { ...float64, generator }),
  }
}

/** Class indices for a batch. */
export const classes = (seed: number, samples: number | null, count: number): Tensor =>
  randint(0, count, (samples === null ? [] : [samples]) as number[], { generator: new Generator(seed) })

export const HALF_SUM = new MSE({ reduction: 'sum', scale: 0.5 })
export const LOSSES = [
  new MSE(),
  HALF_SUM,
  new MSE({ scale: 3 }),
  new CrossEntropy(),
  new CrossEntropy({ labelSmoothing: 0.2 }),
  new CrossEntropy({ reduction: 'sum', scale: 2 }),
] as const

export const ACTIVATIONS = [() => new Sigmoid(), () => new Tanh(), () => new ReLU()] as const

export const byId = (report: LedgerReport): Map<string, LedgerRow> =>
  new Map(report.rows.map((row) => [row.id, row]))

/** The message of what `f` throws. */
export function messageOf(f: () => unknown): string {
  try {
    f()
  } catch (error) {
    return (error as Error).message
  }
  return 'no error'
}
