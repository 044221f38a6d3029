/** @file The ledger of a network from a file. Imports network-file.ts (types only) and common/cli.ts. */
import { TapegradError, tensor } from '@tapegrad/core'
import {
  type Bug,
  CrossEntropy,
  Dense,
  type Layer,
  type LedgerReport,
  ledger,
  MSE,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
} from '@tapegrad/nn'
import { UserError } from '../common/cli.ts'
import type { LayerOfFile, NetworkOfFile } from './network-file.ts'

const LOSS = {
  'half-sum': () => new MSE({ reduction: 'sum', scale: 0.5 }),
  mean: () => new MSE(),
  'cross-entropy': () => new CrossEntropy(),
} as const

const ACTIVATION = {
  sigmoid: () => [new Sigmoid()],
  tanh: () => [new Tanh()],
  relu: () => [new ReLU()],
  none: () => [],
} as const

const float64 = { dtype: 'float64' } as const

function layersOf({ weight, bias, activation }: LayerOfFile): Layer[] {
  const dense = new Dense(weight[0]!.length, weight.length, { ...float64, bias: bias !== null })
  dense.weight.assign(tensor(weight, float64))
  if (bias !== null) dense.bias!.assign(tensor(bias, float64))
  return [dense, ...ACTIVATION[activation]()]
}

/** The ledger of the network in `file`, with a mistake made on purpose if one is named. */
export function ledgerOfFile(network: NetworkOfFile, file: string, bug?: Bug): LedgerReport {
  const { layers, batch, x, y, loss, rate } = network
  const model = new Sequential(...layers.flatMap(layersOf))
  const input = batch ? tensor(x, float64) : tensor(x[0]!, float64)
  const target =
    'classes' in y
      ? tensor(batch ? y.classes : y.classes[0]!, { dtype: 'int32' })
      : tensor(batch ? y.values : y.values[0]!, float64)
  try {
    return ledger(model, input, target, {
      loss: LOSS[loss](),
      ...(rate !== null && { rate }),
      ...(bug && { bug }),
    })
  } catch (error) {
    if (!(error instanceof TapegradError)) throw error
    const why = error.message.replace(/^ledger: /, '')
    // What the loss lacks cannot be forgotten.
    throw new UserError(
      /^bug /.test(why)
        ? `--bug ${bug}: the loss of ${file}, ${loss}, has no such factor`
        : `${file}: ${why}`,
    )
  }
}
