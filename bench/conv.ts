/**
 * @file The two convolutions of a small CNN in plain JavaScript, forward and backward. The whole step is to take 60 ms
 * (with WebAssembly): this shows how much of it they are.
 */
import * as tg from '@tapegrad/core'
import { duration, medians, table } from './support/measure.ts'

const wave = (dtype: 'float32' | 'float64', ...shape: number[]): tg.Tensor => {
  const size = shape.reduce((a, b) => a * b)
  const Array_ = dtype === 'float32' ? Float32Array : Float64Array
  return tg.tensor(new Array_(size).map((_, i) => Math.sin(i))).reshape(shape)
}

/** Input, weight, and whether the gradient of the input is needed: not for the first layer. */
const layers = [
  { name: '[32, 1, 28, 28] -> 3x3x16', x: [32, 1, 28, 28], w: [16, 1, 3, 3], inner: false },
  { name: '[32, 16, 14, 14] -> 3x3x32', x: [32, 16, 14, 14], w: [32, 16, 3, 3], inner: true },
] as const

for (const dtype of ['float32', 'float64'] as const) {
  const rows = layers.map(({ name, x: shape, w: kernel, inner }) => {
    const x = wave(dtype, ...shape)
    const w = wave(dtype, ...kernel)
    const bias = wave(dtype, kernel[0])
    const forward = (a: tg.Tensor, b: tg.Tensor): tg.Tensor => a.conv2d(b, { padding: 'same', bias })
    const ct = wave(dtype, shape[0], kernel[0], shape[2], shape[3])
    const [, pullInput] = tg.vjp((a) => forward(a, w), x)
    const [, pullWeight] = tg.vjp((b) => forward(x, b), w)
    const [y, byInput, byWeight] = medians([
      { name: 'forward', run: () => forward(x, w) },
      { name: 'by input', run: () => pullInput(ct) },
      { name: 'by weight', run: () => pullWeight(ct) },
    ]) as [number, number, number]
    const flops = (2 * ct.size * w.size) / kernel[0]
    const rate = (t: number): string => (flops / t / 1e9).toFixed(2)
    return [
      name,
      ...[y, byInput, byWeight].flatMap((t) => [duration(t), rate(t)]),
      duration(y + byWeight + (inner ? byInput : 0)),
    ]
  })
  const header = ['layer', 'forward', 'GFLOP/s', 'by input', 'GFLOP/s', 'by weight', 'GFLOP/s', 'step']
  console.log(table(`conv2d, same, with bias, ${dtype}`, header, rows))
}

const images = wave('float32', 32, 16, 28, 28)
const pools = ['maxPool2d', 'avgPool2d'] as const
const rows = pools.map((name) => {
  const pool = (x: tg.Tensor): tg.Tensor => x[name]({ kernelSize: 2 })
  const [y, pull] = tg.vjp(pool, images)
  const ct = y.detach()
  const [forward, backward] = medians([
    { name: 'forward', run: () => pool(images) },
    { name: 'backward', run: () => pull(ct) },
  ]) as [number, number]
  return [name, duration(forward), duration(backward)]
})
console.log(table('pooling [32, 16, 28, 28] by 2x2, float32', ['op', 'forward', 'backward'], rows))
