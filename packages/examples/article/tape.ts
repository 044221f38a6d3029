/** @file The same quantities from the tape: autograd's values, and finite differences of the model's own forward pass. Imports core, nn and the files of this folder above ledger.ts. */
import { grad, linear, noGrad, TapegradError, type Tensor, tensor } from '@tapegrad/core'
import { Dense, type Layer, MSE, ReLU, type Sequential, SGD, Sigmoid, Tanh } from '@tapegrad/nn'
import {
  type ActivationRule,
  IDENTITY,
  type Pass,
  type PlainLayer,
  RELU,
  SIGMOID,
  type SquaredError,
  TANH,
} from './closed-form.ts'
import { differentiate, type FiniteDifference, ROUNDING } from './differences.ts'

/** A Dense layer and the activation after it, if there is one. */
export interface Pair {
  readonly dense: Dense
  readonly activation: Layer | null
  readonly rule: ActivationRule
}

const RULES = [
  [Sigmoid, SIGMOID],
  [Tanh, TANH],
  [ReLU, RELU],
] as const

/** A model as pairs of a Dense layer and its activation; throws where it is anything else. */
export function pairsOf(model: Sequential): readonly Pair[] {
  const pairs: Pair[] = []
  model.layers.forEach((layer, i) => {
    const rule = RULES.find(([kind]) => layer instanceof kind)?.[1]
    const last = pairs.at(-1)
    if (layer instanceof Dense) pairs.push({ dense: layer, activation: null, rule: IDENTITY })
    else if (rule !== undefined && last !== undefined && last.activation === null)
      pairs[pairs.length - 1] = { dense: last.dense, activation: layer, rule }
    else
      throw new TapegradError(
        'ledger',
        `layer ${i} is ${layer}; expected Dense layers, each with at most one activation`,
      )
  })
  return pairs
}

/** A tensor's elements: of a vector, and of a matrix. */
export const vector = (x: Tensor): number[] => Array.from(x.data)
const matrix = (x: Tensor): number[][] => Array.from({ length: x.shape[0]! }, (_, i) => vector(x.slice([i])))

/** The model as plain arrays. */
export const plainLayers = (pairs: readonly Pair[]): PlainLayer[] =>
  pairs.map(({ dense, rule }) => ({
    weight: matrix(dense.weight.detach()),
    bias:
      dense.bias === null ? new Array<number>(dense.weight.shape[0]!).fill(0) : vector(dense.bias.detach()),
    activation: rule,
  }))

/** L = scale sum (yhat - y)²: a mean is a sum with a smaller scale. */
export function squaredErrorOf(loss: MSE, outputs: number): SquaredError {
  // Types do not tell one loss module from another.
  if (!(loss instanceof MSE)) throw new TapegradError('ledger', `the loss is ${loss}; expected an MSE`)
  const { reduction = 'mean', scale = 1 } = loss.options
  if (reduction === 'none')
    throw new TapegradError('ledger', "the loss has reduction 'none'; use 'sum' or 'mean'")
  return { scale: reduction === 'mean' ? scale / outputs : scale }
}

// ── autograd ─────────────────────────────────────────────────────────────────

/** One backward pass: `retainGrad` on every z keeps delta, on every n what comes back to it. The model stays as it was. */
export function byAutograd(model: Sequential, x: Tensor, y: Tensor, loss: MSE, rate: number): Pass {
  const pairs = pairsOf(model)
  const kept = model.parameters().map((parameter) => parameter.grad)
  for (const parameter of model.parameters()) parameter.grad = null

  const outputs = model.activations(x).map((output) => output.retainGrad())
  const value = loss.call(outputs.at(-1)!, y)
  value.backward()

  let next = 0
  const layers = pairs.map(({ dense, activation }) => {
    const z = outputs[next++]!
    const n = activation === null ? z : outputs[next++]!
    const f = (t: Tensor): Tensor => (activation === null ? t : activation.call(t)).sum()
    const b = dense.bias
    return {
      z: vector(z),
      n: vector(n),
      fPrime: vector(grad(f)(z.detach())),
      backprop: vector(n.grad!),
      delta: vector(z.grad!),
      dW: matrix(dense.weight.grad!),
      db: b === null ? [] : vector(b.grad!),
      W: matrix(stepped(dense.weight, rate)),
      b: b === null ? [] : vector(stepped(b, rate)),
    }
  })
  model.parameters().forEach((parameter, i) => {
    parameter.grad = kept[i]!
  })
  return { loss: value.item(), layers }
}

/** What SGD makes of a parameter with this gradient; the parameter itself is left alone. */
function stepped(parameter: Tensor, rate: number): Tensor {
  const copy = parameter.detach().clone()
  copy.requiresGrad = true
  copy.grad = parameter.grad
  new SGD([copy], { lr: rate }).step()
  return copy.detach()
}

// ── finite differences ───────────────────────────────────────────────────────

export interface LayerDifferences {
  readonly fPrime: readonly FiniteDifference[]
  readonly backprop: readonly FiniteDifference[]
  readonly delta: readonly FiniteDifference[]
  readonly dW: readonly (readonly FiniteDifference[])[]
  readonly db: readonly FiniteDifference[]
}

/** Each derivative from the model's forward pass alone, run on from the place that is moved. */
export function byDifferences(model: Sequential, x: Tensor, y: Tensor, loss: MSE): LayerDifferences[] {
  const pairs = pairsOf(model)
  return noGrad(() => {
    const activate = ({ activation }: Pair, z: Tensor): Tensor =>
      activation === null ? z : activation.call(z)
    /** The loss, given the output n of layer l. */
    const lossFrom = (l: number, n: Tensor): number => {
      let h = n
      for (const pair of pairs.slice(l + 1)) h = activate(pair, pair.dense.call(h as never) as Tensor)
      return loss.call(h, y).item()
    }
    const yhat = model.call(x) as Tensor
    const noise = noiseOfLoss(yhat, y, loss)

    let input = x
    return pairs.map((pair, l) => {
      const { weight, bias } = pair.dense
      const inputs = input
      const z = linear(inputs, weight as Tensor, bias as Tensor | null)
      const n = activate(pair, z)
      input = n
      const fromZ = (moved: Tensor): number => lossFrom(l, activate(pair, moved))
      const ofEach = (at: Tensor, f: (moved: Tensor) => number): FiniteDifference[] =>
        vector(at).map((_, i) => differentiate((h) => f(nudged(at, i, h)), noise))
      const flat = ofEach(weight as Tensor, (W) => fromZ(linear(inputs, W, bias as Tensor | null)))
      const columns = weight.shape[1]!
      return {
        fPrime: vector(z).map((_, i) =>
          differentiate(
            (h) => vector(activate(pair, nudged(z, i, h)))[i]!,
            ROUNDING * Math.abs(vector(n)[i]!),
          ),
        ),
        backprop: vector(n).map((_, i) => {
          // A weight of 3 turns a step of 0.1 into one of 0.3, with 81 times the error: all steps are 0.1 as z feels them.
          const reach = Math.max(1, ...weightsFrom(pairs[l + 1], i))
          const { value, digits } = differentiate((h) => lossFrom(l, nudged(n, i, h / reach)), noise)
          return { value: value * reach, digits }
        }),
        delta: ofEach(z, fromZ),
        dW: matrix(weight.detach()).map((_, i) => flat.slice(i * columns, (i + 1) * columns)),
        db: bias === null ? [] : ofEach(bias as Tensor, (b) => fromZ(linear(inputs, weight as Tensor, b))),
      }
    })
  })
}

/** Magnitudes of the weights that neuron i is multiplied by in the layer above. */
const weightsFrom = (above: Pair | undefined, i: number): number[] =>
  above === undefined ? [] : matrix(above.dense.weight.detach()).map((weights) => Math.abs(weights[i]!))

/** A copy of x with element i (row-major) moved by h. */
function nudged(x: Tensor, i: number, h: number): Tensor {
  const values = Float64Array.from(x.data)
  values[i]! += h
  return tensor(values, { shape: x.shape })
}

/** The rounding error of the loss: that of yhat, seen through the loss, and its own. */
function noiseOfLoss(yhat: Tensor, y: Tensor, loss: MSE): number {
  const slope = grad((prediction: Tensor) => loss.call(prediction, y))(yhat)
  const through = slope.abs().mul(yhat.abs()).sum().item()
  return ROUNDING * (through + Math.abs(loss.call(yhat, y).item()))
}
