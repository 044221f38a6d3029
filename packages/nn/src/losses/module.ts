/** @file A loss as a module: its options, checked once, and how it is shown. Imports core, errors.ts, module.ts and reduction.ts. */
import { type Shape, Tensor } from '@tapegrad/core/ops'
import { checkOptions, showShape } from '../errors.ts'
import { Module } from '../module.ts'
import type { LossMask, LossOptions, Reduced, Reduction } from './reduction.ts'

const MASK: readonly string[] = ['mask']

/** A loss with its options; the mask belongs to the call, as the prediction and the target do. */
export abstract class LossModule<O extends LossOptions> extends Module {
  /** A copy of what the constructor got, without tensors: those are buffers of the module. */
  readonly options: O

  constructor(options: O) {
    super()
    this.options = Object.freeze({ ...options })
  }

  /** The options of the function: those of the module, with its tensors, and of the call. */
  protected given(call: LossMask | undefined, tensors: Partial<O> | null = null): O & LossMask {
    const options = tensors === null ? this.options : { ...this.options, ...tensors }
    return call === undefined ? options : { ...options, ...checkOptions(this.constructor.name, call, MASK) }
  }

  /** `MSE({ reduction: 'sum', scale: 0.5 })`; of a tensor its shape. */
  override toString(): string {
    const tensors = Object.entries(this).filter(([, value]) => value instanceof Tensor)
    const shown = [...Object.entries(this.options), ...tensors]
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${showValue(value)}`)
    return `${this.constructor.name}(${shown.length === 0 ? '' : `{ ${shown.join(', ')} }`})`
  }
}

function showValue(value: unknown): string {
  if (value instanceof Tensor) return showShape(value.shape)
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** A loss of a prediction and a target of one shape, with a loss for each element. */
export abstract class ElementwiseLoss<
  R extends Reduction,
  O extends LossOptions<R> = LossOptions<R>,
> extends LossModule<O> {
  abstract override forward<S extends Shape>(
    prediction: Tensor<S>,
    target: Tensor<S>,
    options?: LossMask,
  ): Tensor<Reduced<S, R>>
}
export interface ElementwiseLoss<R extends Reduction, O extends LossOptions<R> = LossOptions<R>> {
  readonly options: O
  /** The loss of tensors of one shape. */
  call<S extends Shape>(prediction: Tensor<S>, target: Tensor<S>, options?: LossMask): Tensor<Reduced<S, R>>
}
