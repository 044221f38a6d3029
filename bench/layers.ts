/**
 * @file Layers of nn, forward and backward, float32, in training: beside each what its ops cost without the layer, or
 * what a plain way to write it costs. One line per layer: add yours to the list.
 */
import {
  avgPool2d,
  conv1d,
  conv2d,
  convTranspose2d,
  linear,
  manualSeed,
  maxPool2d,
  mean,
  randn,
  type Tensor,
  variance,
  vjp,
} from '@tapegrad/core'
import {
  AvgPool2d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  functionalCall,
  GroupNorm,
  LayerNorm,
  LSTM,
  MaxPool2d,
  type Module,
  MultiHeadAttention,
} from '@tapegrad/nn'
import { duration, minima, ratio, table } from './support/measure.ts'

/** A layer, the shape of its input, and what it is compared with: the same from its input and parameters. */
interface Entry {
  readonly layer: Module
  readonly shape: readonly number[]
  readonly rival: string
  readonly by: (x: Tensor, ...parameters: Tensor[]) => Tensor
}

const EPS = 1e-5
/** (x - mean) / √(variance + eps) · weight + bias, op by op as it is written. */
const normalized = (x: Tensor, axes: readonly number[], weight: Tensor, bias: Tensor): Tensor =>
  x
    .sub(mean(x, axes, { keepdims: true }) as Tensor)
    .div((variance(x, axes, { keepdims: true }) as Tensor).add(EPS).sqrt())
    .mul(weight)
    .add(bias) as Tensor
const channels = (t: Tensor): Tensor => t.reshape([t.size, 1, 1]) as Tensor

manualSeed(1)
const entries: readonly Entry[] = [
  {
    layer: new Conv1d(16, 32, 5, { padding: 2 }),
    shape: [32, 16, 128],
    rival: 'conv1d',
    by: (x, w, bias) => conv1d(x, w, { bias, padding: 2 } as object) as Tensor,
  },
  {
    layer: new Conv2d(16, 32, 3, { padding: 1 }),
    shape: [32, 16, 14, 14],
    rival: 'conv2d',
    by: (x, w, bias) => conv2d(x, w, { bias, padding: 1 } as object) as Tensor,
  },
  {
    layer: new ConvTranspose2d(32, 16, 2, { stride: 2 }),
    shape: [32, 32, 7, 7],
    rival: 'convTranspose2d',
    by: (x, w, bias) => convTranspose2d(x, w, { bias, stride: 2 } as object) as Tensor,
  },
  {
    layer: new MaxPool2d(2),
    shape: [32, 16, 28, 28],
    rival: 'maxPool2d',
    by: (x) => maxPool2d(x, { kernelSize: 2 }) as Tensor,
  },
  {
    layer: new AvgPool2d(2),
    shape: [32, 16, 28, 28],
    rival: 'avgPool2d',
    by: (x) => avgPool2d(x, { kernelSize: 2 }) as Tensor,
  },
  {
    layer: new BatchNorm2d(16),
    shape: [32, 16, 28, 28],
    rival: 'by mean and variance',
    by: (x, w, b) => normalized(x, [0, 2, 3], channels(w), channels(b)),
  },
  {
    layer: new GroupNorm(4, 16),
    shape: [32, 16, 28, 28],
    rival: 'by mean and variance',
    by: (x, w, b) =>
      normalized(x.reshape([32, 4, 4, 784]), [2, 3], w.reshape([4, 4, 1]), b.reshape([4, 4, 1])).reshape(
        x.shape as number[],
      ),
  },
  {
    layer: new LayerNorm(256),
    shape: [1024, 256],
    rival: 'by mean and variance',
    by: (x, w, b) => normalized(x, [1], w, b),
  },
  {
    layer: new LSTM(128, 128),
    shape: [32, 64, 128],
    rival: 'its products alone',
    by: (x, fromInput, fromState) => {
      const gates = fromState!.split(128, 0) as Tensor[]
      const total = (parts: readonly Tensor[]): Tensor => parts.reduce((sum, part) => sum.add(part))
      let h = x.slice([null, 0]) as Tensor
      for (let t = 0; t < 64; t++) h = total(gates.map((weight) => linear(h, weight) as Tensor))
      return total((linear(x, fromInput!) as Tensor).split(128, 2) as Tensor[]).add(h.unsqueeze(1)) as Tensor
    },
  },
  {
    layer: new MultiHeadAttention(64, 4, { causal: true }),
    shape: [8, 128, 64],
    rival: 'its products alone',
    by: (x, inProjection, _bias, outProjection) => {
      const [q, k, v] = (inProjection!.split(64, 0) as Tensor[]).map((weight) =>
        (linear(x, weight).reshape([8, 128, 4, 16]) as Tensor).transpose(1, 2),
      ) as [Tensor, Tensor, Tensor]
      const mixed = q.matmul(k.transpose(2, 3) as Tensor).matmul(v) as Tensor
      return linear(mixed.transpose(1, 2).reshape([8, 128, 64]), outProjection!) as Tensor
    },
  },
]

const rows = entries.map(({ layer, shape, rival, by }) => {
  const x = randn([...shape]) as Tensor
  const [names, parameters] = [layer.namedParameters().map(([key]) => key), layer.parameters()]
  const own = (input: Tensor, ...tensors: Tensor[]): Tensor =>
    functionalCall(
      layer,
      Object.fromEntries(tensors.map((t, i) => [names[i]!, t])),
      ...([input] as never[]),
    ) as Tensor
  const ct = randn(own(x, ...parameters).shape as number[]) as Tensor
  const gradients = (f: Entry['by']) => (): void => {
    const [, pull] = vjp(f as (...args: [Tensor]) => Tensor, ...([x, ...parameters] as [Tensor]))
    pull(ct)
  }
  const [forward, ours, theirs] = minima([
    { name: 'forward', run: () => own(x, ...parameters) },
    { name: 'layer', run: gradients(own) },
    { name: rival, run: gradients(by) },
  ]) as [number, number, number]
  return [
    `${layer} on [${shape.join(', ')}]`,
    duration(forward),
    duration(ours),
    rival,
    duration(theirs),
    ratio(ours, theirs),
  ]
})
console.log(
  table(
    'layers, float32, in training (the fewest of 15)',
    ['layer', 'forward', 'and backward', 'beside it', '', 'layer / that'],
    rows,
  ),
)
