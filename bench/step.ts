/**
 * @file One eager SGD step of tiny networks with batch 1, and 39,000 of them on iris' 4-5-3, against hand-written loops.
 * Targets: the 3-3-2-1 step within 50x of the loops; 39,000 iris steps in at most 0.35 s.
 */
import * as tg from '@tapegrad/core'
import { Dense, mse, SGD, Sigmoid, sequential } from '@tapegrad/nn'
import { handNetwork } from './support/by-hand.ts'
import { duration, medians, ratio, table } from './support/measure.ts'

const STEPS = 3000
const RATE = 0.1
const start = (layer: number, i: number): number => Math.sin(1 + i + 7 * layer)

type DType = 'float64' | 'float32'
type Step = () => number

function shapes(sizes: readonly number[]): number[][] {
  return sizes.slice(1).flatMap((outputs, l) => [[outputs, sizes[l]!], [outputs]])
}

function parameters(sizes: readonly number[], dtype: DType): tg.Tensor[] {
  return shapes(sizes).map((shape, layer) => {
    const size = shape.reduce((a, b) => a * b, 1)
    return tg.tensor(
      new Float64Array(size).map((_, i) => start(layer, i)),
      { shape, dtype, requiresGrad: true },
    )
  })
}

function loss(p: readonly tg.Tensor[], x: tg.Tensor, y: tg.Tensor): tg.Tensor {
  let n = x
  for (let l = 0; l < p.length; l += 2)
    n = p[l]!.matmul(n)
      .add(p[l + 1]!)
      .sigmoid()
  return n.sub(y).square().sum().mul(0.5)
}

function backwardStep(sizes: readonly number[], x: tg.Tensor, y: tg.Tensor, dtype: DType): Step {
  const p = parameters(sizes, dtype)
  const update = () => {
    for (const w of p) {
      w.assign(w.sub(w.grad!.mul(RATE)))
      w.grad = null
    }
  }
  return () => {
    const value = loss(p, x, y)
    value.backward()
    tg.noGrad(update)
    return value.item()
  }
}

function functionalStep(sizes: readonly number[], x: tg.Tensor, y: tg.Tensor, dtype: DType): Step {
  let p = parameters(sizes, dtype).map((w) => w.detach())
  const lossAndGradient = tg.valueAndGrad((weights: tg.Tensor[]) => loss(weights, x, y))
  return () => {
    const [value, gradient] = lossAndGradient(p)
    p = p.map((w, i) => w.sub(gradient[i]!.mul(RATE)))
    return value.item()
  }
}

function moduleStep(sizes: readonly number[], x: tg.Tensor, y: tg.Tensor, dtype: DType): Step {
  const model = sequential(
    ...sizes.slice(1).flatMap((outputs, l) => [new Dense(sizes[l]!, outputs), new Sigmoid()]),
  ).to(dtype)
  for (const [i, w] of parameters(sizes, dtype).entries()) model.parameters()[i]!.assign(w.detach())
  const optimizer = new SGD(model.parameters(), { lr: RATE })
  return () => {
    optimizer.zeroGrad()
    const value = mse(model.call(x), y, { reduction: 'sum', scale: 0.5 })
    value.backward()
    optimizer.step()
    return value.item()
  }
}

for (const dtype of ['float64', 'float32'] as const) {
  const rows = [
    [3, 3, 2, 1],
    [2, 3, 2, 1],
    [4, 5, 3],
  ].map((sizes) => {
    const inputs = new Float64Array(sizes[0]!).map((_, i) => Math.cos(i))
    const targets = new Float64Array(sizes[sizes.length - 1]!).map((_, i) => (i === 0 ? 1 : 0))
    const x = tg.tensor(inputs, { dtype })
    const y = tg.tensor(targets, { dtype })
    const hand = handNetwork(sizes, start)
    const steps: Step[] = [
      () => hand.step(inputs, targets, RATE),
      backwardStep(sizes, x, y, dtype),
      functionalStep(sizes, x, y, dtype),
      moduleStep(sizes, x, y, dtype),
    ]
    const first = steps.map((step) => step())
    // All four must be the same computation, or the comparison says nothing.
    const spread = Math.max(...first) - Math.min(...first)
    if (!(spread <= 1e-6 * first[0]!)) throw new Error(`losses differ: ${first.join(', ')}`)
    const times = medians(
      steps.map((step, i) => ({
        name: String(i),
        run: () => {
          for (let s = 0; s < STEPS; s++) step()
        },
      })),
    ).map((t) => t / STEPS) as [number, number, number, number]
    const iris =
      sizes[0] === 4
        ? times
            .slice(1)
            .map((t) => duration(t * 39_000))
            .join(' / ')
        : ''
    return [sizes.join('-'), ...times.map(duration), ...times.slice(1).map((t) => ratio(t, times[0])), iris]
  })
  console.log(
    table(
      `one SGD step, batch 1, ${dtype} (loops are float64)`,
      ['network', 'loops', 'backward', 'valueAndGrad', 'nn', 'ratio', 'ratio', 'ratio', '39,000 steps'],
      rows,
    ),
  )
}
