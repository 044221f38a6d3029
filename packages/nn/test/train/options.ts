/** @file Options of callbacks, for options.test.ts. Imports nn. */
import { checkpoints, earlyStopping, learningRates, progress } from '@tapegrad/nn'
import { terminalProgress } from '@tapegrad/nn/terminal'

export const trainOptions: [op: string, first: string, call: (options: never) => unknown][] = [
  ['progress', 'every', (o) => progress(() => {}, o)],
  ['learningRates', 'every', (o) => learningRates(() => {}, o)],
  ['earlyStopping', 'monitor', (o) => earlyStopping(o)],
  ['checkpoints', 'every', (o) => checkpoints('file', o)],
  ['terminalProgress', 'stream', (o) => terminalProgress(o)],
]
