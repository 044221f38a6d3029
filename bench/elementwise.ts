/** @file Elementwise ops on 1,000,000 elements against a hand-written loop that allocates its result too. Target: within 1.5x. */
import * as tg from '@tapegrad/core'
import { duration, medians, ratio, table } from './support/measure.ts'

const N = 1_000_000
/** Source text of the loop body, compiled separately per op, so that each hand-written loop is specialised. */
const loops: Record<string, string> = {
  add: 'x[i] + y[i]',
  mul: 'x[i] * y[i]',
  div: 'x[i] / y[i]',
  sqrt: 'Math.sqrt(y[i])',
  relu: 'x[i] > 0 ? x[i] : 0',
  exp: 'Math.exp(x[i])',
  log: 'Math.log(y[i])',
  sin: 'Math.sin(x[i])',
  tanh: 'Math.tanh(x[i])',
  sigmoid: '1 / (1 + Math.exp(-x[i]))',
}

for (const dtype of ['float32', 'float64'] as const) {
  const Array_ = dtype === 'float32' ? Float32Array : Float64Array
  const x = tg.tensor(new Array_(N).map((_, i) => 3 * Math.sin(i)))
  const y = tg.tensor(new Array_(N).map((_, i) => 1.5 + Math.cos(i)))
  const ours: Record<string, () => tg.Tensor> = {
    add: () => x.add(y),
    mul: () => x.mul(y),
    div: () => x.div(y),
    sqrt: () => y.sqrt(),
    relu: () => x.relu(),
    exp: () => x.exp(),
    log: () => y.log(),
    sin: () => x.sin(),
    tanh: () => x.tanh(),
    sigmoid: () => x.sigmoid(),
  }
  const rows = Object.entries(loops).map(([name, body]) => {
    const loop = new Function(
      'x',
      'y',
      'A',
      `const o = new A(x.length); for (let i = 0; i < o.length; i++) o[i] = ${body}; return o`,
    )
    const [hand, op] = medians([
      { name: 'hand', run: () => loop(x.data, y.data, Array_) },
      { name: 'tapegrad', run: () => ours[name]!() },
    ]) as [number, number]
    return [name, duration(hand), duration(op), ratio(op, hand)]
  })
  console.log(
    table(
      `elementwise, 1,000,000 ${dtype} elements, allocation included`,
      ['op', 'loop', 'tapegrad', 'ratio'],
      rows,
    ),
  )
}
