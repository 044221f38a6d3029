/** @file The Jacobians of a layer: what the tape is asked, and the closed forms. Imports core, nn and jacobian.ts. */
import { sigmoid, type Tensor } from '@tapegrad/core'
import { Dense, mse, type Sequential } from '@tapegrad/nn'
import type { Jacobian } from './jacobian.ts'

type Numbers = readonly number[]

/** Layer k with what goes through it, for one sample: z(k) = W(k) n(k-1) + b(k), n(k) = f(z(k)). */
export interface LayerState {
  readonly k: number
  readonly weight: Tensor
  readonly bias: Tensor
  /** n(k-1). */
  readonly input: Tensor
  readonly z: Tensor
}

/** The layers of a Sequential of Dense and Sigmoid in turn. */
export function layersOf(model: Sequential, x: Tensor): LayerState[] {
  const outputs = model.activations(x).map((output) => output.detach() as Tensor)
  return model.layers.flatMap((layer, i) => {
    if (!(layer instanceof Dense)) return []
    const [weight, bias] = [layer.weight, layer.bias!].map((p) => p.detach()) as [Tensor, Tensor]
    return [{ k: i / 2 + 1, weight, bias, input: outputs[i - 1] ?? x, z: outputs[i]! }]
  })
}

/** One Jacobian. */
export interface Display {
  readonly title: string
  /** y as a function of x. */
  readonly f: (x: Tensor) => Tensor
  readonly x: Tensor
  /** What the formula says it is, from plain numbers. */
  readonly closed: Jacobian
}

const numbers = (x: Tensor): number[] => Array.from(x.data)
const rows = (matrix: Tensor): number[][] => matrix.toArray() as number[][]
const diagonal = (values: Numbers): number[][] =>
  values.map((value, i) => values.map((_, j) => (i === j ? value : 0)))

/** Of the logistic function: f(z) f(-z). */
const slope = (z: number): number => 1 / ((1 + Math.exp(-z)) * (1 + Math.exp(z)))

/** The loss of the article, ½ Σ (y - ŷ)². */
const lossOf =
  (target: Tensor) =>
  (n: Tensor): Tensor =>
    mse(n, target, { reduction: 'sum', scale: 0.5 })

/** The loss as the layer above the last one: it has one output, so these are rows, and the second is δ. */
export function lossDisplaysOf({ k, z }: LayerState, target: Tensor): Display[] {
  const n = sigmoid(z) as Tensor
  const loss = lossOf(target)
  const errors = numbers(n).map((value, i) => value - target.data[i]!)
  return [
    { title: `dL/dn(${k}) = (n(${k}) - y)ᵀ, for L = ½ Σ (y - n(${k}))²`, f: loss, x: n, closed: [errors] },
    {
      title: `dL/dz(${k}) = dL/dn(${k}) diag(f'(z(${k}))) = δ(${k})ᵀ`,
      f: (value) => loss(sigmoid(value) as Tensor),
      x: z,
      closed: [numbers(z).map((value, i) => errors[i]! * slope(value))],
    },
  ]
}

/** Those of layer k, and with the layer above, if there is one, those that lead to it. */
export function displaysOf({ k, weight, bias, input, z }: LayerState, above?: LayerState): Display[] {
  const affine = (W: Tensor, n: Tensor, b: Tensor): Tensor => W.matmul(n).add(b) as Tensor
  const slopes = numbers(z).map(slope)
  const n = numbers(input)
  const ofLayer: Display[] = [
    {
      title: `dz(${k})/db(${k}) = I`,
      f: (b) => affine(weight, input, b),
      x: bias,
      closed: diagonal(slopes.map(() => 1)),
    },
    {
      title: `dz(${k})/dW(${k}): of z[i], row i is n(${k - 1})ᵀ, the others are 0`,
      f: (W) => affine(W, input, bias),
      x: weight,
      closed: slopes.map((_, i) => slopes.flatMap((__, row) => n.map((value) => (row === i ? value : 0)))),
    },
    {
      title: `dn(${k})/dz(${k}) = diag(f'(z(${k})))`,
      f: sigmoid,
      x: z,
      closed: diagonal(slopes),
    },
  ]
  if (above === undefined) return ofLayer
  const W = rows(above.weight)
  return [
    ...ofLayer,
    {
      title: `dz(${k + 1})/dn(${k}) = W(${k + 1})`,
      f: (value) => affine(above.weight, value, above.bias),
      x: sigmoid(z) as Tensor,
      closed: W,
    },
    {
      title: `dz(${k + 1})/dz(${k}) = W(${k + 1}) diag(f'(z(${k})))`,
      f: (value) => affine(above.weight, sigmoid(value) as Tensor, above.bias),
      x: z,
      closed: W.map((row) => row.map((w, j) => w * slopes[j]!)),
    },
  ]
}
