/** @file Scalers: columns brought to one range, and back. Imports core, errors.ts and state-dict.ts. */
import {
  add,
  div,
  eq,
  max,
  mean,
  min,
  mul,
  type Shape,
  std,
  sub,
  Tensor,
  where,
  zeros,
  zerosLike,
} from '@tapegrad/core/ops'
import { checkOptions, checkTensor, fail, isFloat, sameShape, showShape } from './errors.ts'
import { restore, type StateDict, snapshot } from './state-dict.ts'

/** (x - center) / spread for each column, with a center and spread that `fit` finds; a constant column has the spread 1. */
abstract class Scaler {
  readonly #op: string
  #center: Tensor | null = null
  #spread: Tensor | null = null

  constructor(op: string) {
    this.#op = op
  }

  /** Center and spread of each column. */
  protected abstract measure(x: Tensor): [center: Tensor, spread: Tensor]

  /** Learns from `x`, [samples, ...features]. Returns the scaler. */
  fit(x: Tensor): this {
    const op = this.#op
    checkTensor(op, 'the data', x)
    if (!isFloat(x.dtype))
      fail(op, `needs floating-point numbers, got ${x.dtype}; convert with to('float32')`)
    if (x.ndim === 0 || x.size === 0) fail(op, `there are no samples in data of shape ${showShape(x.shape)}`)
    const columns = x.size / x.shape[0]!
    const bad = x.data.findIndex((value) => !Number.isFinite(value))
    if (bad >= 0)
      fail(
        op,
        `column ${bad % columns} holds ${x.data[bad]} (row ${Math.floor(bad / columns)}); remove or replace it`,
      )
    const [center, spread] = this.measure(x.detach())
    const wide = spread.data.findIndex((value) => !Number.isFinite(value))
    if (wide >= 0)
      fail(
        op,
        `the values of column ${wide} span more than ${x.dtype} can hold; divide them by 1000 or so first`,
      )
    this.#center = center
    this.#spread = where(eq(spread, 0), 1, spread)
    return this
  }

  /** What `fit` found, to be saved with a model: `center` and `spread`, [...features]. */
  stateDict(): StateDict {
    const [center, spread] = this.#found()
    return snapshot([
      ['center', center],
      ['spread', spread],
    ])
  }

  /**
   * Takes over what another scaler found, in the place of `fit`. Options, such as the range, are not part of it: make the
   * scaler with the same ones.
   */
  loadStateDict(dict: Readonly<StateDict>): void {
    const op = this.#op
    const like = (x: unknown): Tensor => (x instanceof Tensor ? zerosLike(x) : zeros([]))
    const center = like(dict?.center)
    const spread = like(dict?.spread)
    restore(
      [
        ['center', center],
        ['spread', spread],
      ],
      dict,
      true,
    )
    if (!isFloat(center.dtype) || center.dtype !== spread.dtype || !sameShape(center.shape, spread.shape))
      fail(
        op,
        `center and spread must be floating-point tensors of one dtype and shape, got ${show(center)} and ${show(spread)}`,
      )
    if (!center.data.every(Number.isFinite) || !spread.data.every((x) => x > 0 && x < Infinity))
      fail(op, 'center must hold finite numbers and spread positive ones; this dict is not that of a scaler')
    this.#center = center
    this.#spread = spread
  }

  /** The scaled data; `x` is [..., ...features]. */
  transform<S extends Shape>(x: Tensor<S>): Tensor<S> {
    const [center, spread] = this.#fitted(x as Tensor)
    return div(sub(x as Tensor, center), spread) as Tensor<S>
  }

  /** `fit(x)`, then `transform(x)`. */
  fitTransform<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return this.fit(x as Tensor).transform(x)
  }

  /** The data from which `transform` made `y`. */
  inverseTransform<S extends Shape>(y: Tensor<S>): Tensor<S> {
    const [center, spread] = this.#fitted(y as Tensor)
    return add(mul(y as Tensor, spread), center) as Tensor<S>
  }

  #found(): [Tensor, Tensor] {
    const center = this.#center
    const spread = this.#spread
    if (center === null || spread === null) return fail(this.#op, 'call fit(x) first')
    return [center, spread]
  }

  /** What `fit` found, if it fits `x`. */
  #fitted(x: Tensor): [Tensor, Tensor] {
    const op = this.#op
    checkTensor(op, 'the data', x)
    const [center, spread] = this.#found()
    const trailing = x.shape.slice(x.ndim - center.ndim)
    if (showShape(trailing) !== showShape(center.shape))
      fail(
        op,
        `was fitted to features of shape ${showShape(center.shape)}, got data of shape ${showShape(x.shape)}`,
      )
    if (x.dtype !== center.dtype)
      fail(op, `was fitted to ${center.dtype}, got ${x.dtype}; convert with to('${center.dtype}')`)
    return [center, spread]
  }
}

const show = ({ dtype, shape }: Tensor): string => `${dtype} ${showShape(shape)}`

export interface MinMaxOptions {
  /** Where each column's least and greatest values go; default [0, 1]. */
  readonly range?: readonly [low: number, high: number]
}

/** Brings each column to [0, 1], or to another range: (x - min) / (max - min). A constant column goes to the low end. */
export class MinMaxScaler extends Scaler {
  readonly #low: number
  readonly #width: number

  constructor(options: MinMaxOptions = {}) {
    super('MinMaxScaler')
    const { range = [0, 1] } = checkOptions('MinMaxScaler', options, ['range'])
    const [low, high]: readonly unknown[] = Array.isArray(range) ? range : []
    if (!(Number.isFinite(low) && Number.isFinite(high) && (low as number) < (high as number)))
      fail('MinMaxScaler', `range must be [low, high], two numbers with low < high, got ${String(range)}`)
    this.#low = low as number
    this.#width = (high as number) - (low as number)
  }

  protected measure(x: Tensor): [Tensor, Tensor] {
    const least = min(x, 0) as Tensor
    return [least, sub(max(x, 0) as Tensor, least)]
  }

  override transform<S extends Shape>(x: Tensor<S>): Tensor<S> {
    const unit = super.transform(x) as Tensor
    return (this.#isUnit ? unit : add(mul(unit, this.#width), this.#low)) as Tensor<S>
  }

  override inverseTransform<S extends Shape>(y: Tensor<S>): Tensor<S> {
    checkTensor('MinMaxScaler', 'the data', y)
    const unit = this.#isUnit ? y : div(sub(y as Tensor, this.#low), this.#width)
    return super.inverseTransform(unit as Tensor<S>)
  }

  get #isUnit(): boolean {
    return this.#low === 0 && this.#width === 1
  }
}

/** Brings each column to mean 0 and standard deviation 1: (x - mean) / std, with the population's std. A constant column goes to 0. */
export class StandardScaler extends Scaler {
  constructor() {
    super('StandardScaler')
  }

  protected measure(x: Tensor): [Tensor, Tensor] {
    const center = mean(x, 0) as Tensor
    // Rounding of the mean would give a constant column a tiny spread, and blow it up.
    const constant = eq(max(x, 0) as Tensor, min(x, 0) as Tensor)
    return [where(constant, min(x, 0) as Tensor, center), where(constant, 0, std(x, 0) as Tensor)]
  }
}
