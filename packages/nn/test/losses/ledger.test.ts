/** @file The ledger with losses besides plain squared errors and cross entropies: its formulas where it has them, else the tape. */
import { Generator, randn, type Tensor } from '@tapegrad/core'
import {
  BCEWithLogits,
  CrossEntropy,
  Dense,
  huber,
  type LedgerOptions,
  ledger,
  MSE,
  sequential,
  Tanh,
} from '@tapegrad/nn'
import { expect, it } from 'vitest'
import { classes, f64 } from './table.ts'

const generator = new Generator(3)
const x = randn([4, 2], { generator, dtype: 'float64' }) as Tensor
const y = randn([4, 3], { generator, dtype: 'float64' }) as Tensor
const c = classes([0, 2, -1, 1])
const model = sequential(new Dense(2, 3, { generator }), new Tanh(), new Dense(3, 3, { generator }))

const weighted = new CrossEntropy({ weight: f64([1, 5, 2]) })
it.each<[string, LedgerOptions['loss'], Tensor, formula: RegExp]>([
  ['batchMean of squares', new MSE({ reduction: 'batchMean', scale: 0.5 }), y, /½·\(1\/4\) Σ/],
  [
    'batchMean of cross entropies',
    new CrossEntropy({ reduction: 'batchMean' }),
    classes([0, 2, 0, 1]),
    /\(1\/4\) Σ/,
  ],
  ['weights', weighted, classes([0, 2, 0, 1]), /formula is not known/],
  [
    'an ignored class',
    new CrossEntropy({ ignoreIndex: -1 }),
    c,
    /CrossEntropy\(\{ ignoreIndex: -1 \}\): its formula/,
  ],
  ['huber', huber as LedgerOptions['loss'], y, /huber: its formula/],
  [
    'logits',
    new BCEWithLogits({ posWeight: 2 }),
    f64([1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0], [4, 3]),
    /BCEWithLogits\(\{ posWeight: 2 \}\)/,
  ],
])('%s', (_, loss, target, formula) => {
  const report = ledger(model, x, target, { loss })
  expect(report.ok, report.toMarkdown()).toBe(true)
  expect(report.toMarkdown()).toMatch(formula)
})
