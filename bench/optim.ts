/**
 * @file Steps of the optimizers alone, on gradients that stand: against the step of SGD, and against a loop over typed
 * arrays written by hand.
 */
import * as tg from '@tapegrad/core'
import { Adagrad, Adam, AdamW, type Optimizer, RMSProp, SGD } from '@tapegrad/nn'
import { duration, minima, ratio, table } from './support/measure.ts'
import { type HandOptimizer, handAdagrad, handAdam, handRMSProp, handSGD } from './support/optim-by-hand.ts'

const OPTIMIZERS: [name: string, make: (params: tg.Tensor[]) => Optimizer<never>, hand: HandOptimizer][] = [
  ['SGD', (p) => new SGD(p, { lr: 0.01 }) as never, handSGD],
  ['Adam', (p) => new Adam(p, { lr: 0.01 }) as never, handAdam(0)],
  ['AdamW', (p) => new AdamW(p, { lr: 0.01 }) as never, handAdam(0.01)],
  ['RMSProp', (p) => new RMSProp(p) as never, handRMSProp],
  ['Adagrad', (p) => new Adagrad(p) as never, handAdagrad],
]

const gradientAt = (i: number): number => Math.cos(3 * i)
const valueAt = (i: number): number => Math.sin(i)

const NETWORKS: [sizes: number[], steps: number][] = [
  [[3, 3, 2, 1], 2000],
  [[784, 512, 256, 10], 2],
]

for (const dtype of ['float64', 'float32'] as const)
  for (const [sizes, steps] of NETWORKS) {
    const shapes = sizes.slice(1).flatMap((outputs, l) => [[outputs, sizes[l]!], [outputs]])
    const rivals = OPTIMIZERS.flatMap(([name, make, hand]) => {
      const arrays = shapes.map((shape) => {
        const make = dtype === 'float32' ? Float32Array : Float64Array
        const array = new make(shape.reduce((a, b) => a * b, 1))
        return { value: array.map((_, i) => valueAt(i)), grad: array.map((_, i) => gradientAt(i)) }
      })
      const params = arrays.map(({ value, grad }, k) => {
        const p = tg.tensor(value, { shape: shapes[k]!, requiresGrad: true })
        p.grad = tg.tensor(grad, { shape: shapes[k]! })
        return p
      })
      const optimizer = make(params)
      const loop = hand(arrays, 0.01)
      optimizer.step()
      loop()
      // Both must be the same computation, or the comparison says nothing.
      params.forEach((p, k) => {
        p.data.forEach((x, i) => {
          if (!(Math.abs(x - arrays[k]!.value[i]!) <= 1e-6)) throw new Error(`${name}: element ${i} differs`)
        })
      })
      const repeat = (f: () => void) => () => {
        for (let s = 0; s < steps; s++) f()
      }
      return [
        { name, run: repeat(() => optimizer.step()) },
        { name, run: repeat(loop) },
      ]
    })
    const times = minima(rivals).map((t) => t / steps)
    const rows = OPTIMIZERS.map(([name], i) => {
      const [ours, loops] = [times[2 * i]!, times[2 * i + 1]!]
      return [name, duration(ours), duration(loops), ratio(ours, times[0]!), ratio(ours, loops)]
    })
    console.log(
      table(
        `one step, ${sizes.join('-')}, ${dtype}`,
        ['optimizer', 'nn', 'loops', 'to SGD', 'to loops'],
        rows,
      ),
    )
  }
