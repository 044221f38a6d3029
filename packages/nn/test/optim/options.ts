/** @file The rows of options.test.ts about optimizers, schedules and clipping: name, first option, a call with options. */
import { clipGradNorm } from '@tapegrad/nn'
import { leaf, makeOptimizer, makeSchedule } from './all.ts'

type Row = [op: string, first: string, call: (options: never) => unknown]

const optimizer = (name: string): Row => [name, 'lr', (o) => makeOptimizer(name, [leaf(1)], o)]
const schedule = (name: string, first: string): Row => [
  name,
  first,
  (o) => makeSchedule(name, makeOptimizer('SGD', [leaf(1)]), o),
]

export const optimOptions: Row[] = [
  optimizer('Adam'),
  optimizer('AdamW'),
  optimizer('RMSProp'),
  optimizer('Adagrad'),
  schedule('StepLR', 'stepSize'),
  schedule('ExponentialLR', 'gamma'),
  schedule('CosineLR', 'tMax'),
  schedule('LinearWarmup', 'totalIters'),
  schedule('OneCycleLR', 'maxLr'),
  schedule('ReduceLROnPlateau', 'mode'),
  ['clipGradNorm', 'normType', (o) => clipGradNorm([leaf(1)], 1, o)],
]
