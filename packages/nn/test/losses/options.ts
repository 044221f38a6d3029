/** @file The rows of options.test.ts for losses: functions, modules, and calls of modules. Imports table.ts and core. */
import { type Tensor, zeros } from '@tapegrad/core'
import { classOf, lossOf, names } from './table.ts'

const x = zeros([4, 2]) as Tensor

export const lossOptions: [op: string, first: string, call: (options: never) => unknown][] = names.flatMap(
  (name): typeof lossOptions => [
    [name, 'reduction', (o) => lossOf(name)(x, x, o)],
    [classOf(name).name, 'reduction', (o) => new (classOf(name))(o)],
    [classOf(name).name, 'mask', (o) => new (classOf(name))().call(x, x, o)],
  ],
)
