/** @file The derivatives again, by finite differences of the model's own forward pass, run on from the place that is moved. Imports core, differences.ts and plain.ts. */
import { linear, noGrad, type Tensor, tensor } from '@tapegrad/core/ops'
import { rowsOf, sum } from './arrays.ts'
import { sampleOf, type TapePass } from './by-autograd.ts'
import { differentiate, type FiniteDifference, ROUNDING } from './differences.ts'
import { type Stages, sizesOf, through } from './plain.ts'

type Vector = readonly FiniteDifference[]
type Matrix = readonly Vector[]

/** Finite differences of the derivatives of one layer, as in `LayerValues`. */
export interface LayerDifferences {
  readonly fPrime: Matrix
  readonly backprop: Matrix
  readonly delta: Matrix
  readonly weightParts: readonly Matrix[]
  readonly biasParts: Matrix
  readonly dW: Matrix
  readonly db: Vector
}

/** Each derivative from the forward pass alone. x is [in] or [samples, in]. */
export function byDifferences(
  whole: Stages,
  x: Tensor,
  loss: (prediction: Tensor) => Tensor,
  autograd: TapePass,
): LayerDifferences[] {
  const { before, stages } = whole
  /** The loss, given the output n of layer l. */
  const lossFrom = (l: number, n: Tensor): number => {
    let h = n
    for (const { dense, activations } of stages.slice(l + 1))
      h = through(activations, dense.call(h) as Tensor)
    return loss(h).item()
  }
  return noGrad(() => {
    const noise = noiseOfLoss(whole, autograd)

    let h = through(before, x)
    return stages.map(({ dense, activations }, l): LayerDifferences => {
      const input = h
      const weight = dense.weight as Tensor
      const bias = dense.bias as Tensor | null
      const z = linear(input, weight, bias) as Tensor
      const n = through(activations, z)
      h = n
      const [neurons, inputs] = sizesOf(dense)
      const fromZ = (moved: Tensor): number => lossFrom(l, through(activations, moved))
      /** d loss / d element of `at`, at each position; `reach` is how much of a step z feels. */
      const ofEach = (
        at: Tensor,
        f: (moved: Tensor) => number,
        reach: (position: number) => number,
      ): Vector => Array.from(at.data, (_, i) => differenceAt((t) => f(nudged(at, i, t)), noise, reach(i)))
      /** The loss when sample s alone sees other parameters. */
      const fromSample = (s: number, w: Tensor, b: Tensor | null): number =>
        fromZ(spliced(z, s, linear(sampleOf(input, s), w, b) as Tensor))
      const largest = largestInputs(input, inputs)
      const ofInput = (position: number): number => largest[position % inputs]!
      const dW = rows(
        ofEach(weight, (w) => fromZ(linear(input, w, bias) as Tensor), ofInput),
        inputs,
      )
      const db = bias === null ? [] : ofEach(bias, (b) => fromZ(linear(input, weight, b) as Tensor), one)
      const samples = x.ndim === 1 ? [] : Array.from({ length: x.shape[0]! }, (_, s) => s)
      return {
        fPrime: rows(
          Array.from(z.data, (_, i) => {
            const own = (t: number): number => through(activations, nudged(z, i, t)).data[i]!
            return differentiate(own, ROUNDING * Math.abs(n.data[i]!))
          }),
          neurons,
        ),
        backprop: rows(
          ofEach(
            n,
            (moved) => lossFrom(l, moved),
            (i) => reachOf(stages[l + 1]?.dense.weight, i % neurons),
          ),
          neurons,
        ),
        delta: rows(ofEach(z, fromZ, one), neurons),
        weightParts:
          x.ndim === 1
            ? [dW]
            : samples.map((s) =>
                rows(
                  ofEach(weight, (w) => fromSample(s, w, bias), ofInput),
                  inputs,
                ),
              ),
        biasParts:
          bias === null
            ? []
            : x.ndim === 1
              ? [db]
              : samples.map((s) => ofEach(bias, (b) => fromSample(s, weight, b), one)),
        dW,
        db,
      }
    })
  })
}

const one = (): number => 1

/** A weight of 3 turns a step of 0.1 into one of 0.3, with 81 times the error: all steps are 0.1 as z feels them. */
function differenceAt(f: (t: number) => number, noise: number, reach: number): FiniteDifference {
  const { value, digits } = differentiate((h) => f(h / reach), noise)
  return { value: value * reach, digits }
}

/** The largest weight, from 1 on, that neuron i is multiplied by in the layer above. */
function reachOf(weight: Tensor | undefined, i: number): number {
  if (weight === undefined) return 1
  const columns = weight.shape[1]!
  return Array.from(weight.data).reduce(
    (most, w, p) => (p % columns === i ? Math.max(most, Math.abs(w)) : most),
    1,
  )
}

/** For each input the largest, from 1 on, that any sample has there. */
function largestInputs(input: Tensor, inputs: number): number[] {
  const most = new Array<number>(inputs).fill(1)
  input.data.forEach((value, p) => {
    most[p % inputs] = Math.max(most[p % inputs]!, Math.abs(value))
  })
  return most
}

/** Cuts a list into rows of `columns` each. */
const rows = (values: Vector, columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, s) => values.slice(s * columns, (s + 1) * columns))

/** A copy of x with element i (row-major) moved by h. */
function nudged(x: Tensor, i: number, h: number): Tensor {
  const values = Float64Array.from(x.data)
  values[i]! += h
  return tensor(values, { shape: x.shape })
}

/** A copy of the matrix x with another row s. */
function spliced(x: Tensor, s: number, row: Tensor): Tensor {
  const values = Float64Array.from(x.data)
  values.set(row.data, s * row.size)
  return tensor(values, { shape: x.shape })
}

/**
 * The rounding error of the loss: its own, that of the prediction, seen through the loss, and that of every z, seen
 * through its delta. A sum is off by a rounding error of its terms' magnitudes, however much they cancel.
 */
function noiseOfLoss({ stages }: Stages, { loss, layers, inputs }: TapePass): number {
  const { n, backprop } = layers.at(-1)!
  const throughLoss = sum(n.flatMap((row, s) => row.map((value, i) => Math.abs(value * backprop[s]![i]!))))
  const throughLayers = stages.map(({ dense }, l) => {
    const [, columns] = sizesOf(dense)
    const W = rowsOf(dense.weight.data, columns)
    const given = l === 0 ? inputs : layers[l - 1]!.n
    const { z, delta } = layers[l]!
    const ofSample = (row: readonly number[], s: number): number[] =>
      row.map((_, i) => {
        const bias = Math.abs(dense.bias?.data[i] ?? 0)
        return Math.abs(delta[s]![i]!) * (bias + sum(W[i]!.map((w, j) => Math.abs(w * given[s]![j]!))))
      })
    return sum(z.flatMap(ofSample))
  })
  return ROUNDING * (throughLoss + sum(throughLayers) + Math.abs(loss))
}
