/** @file Adagrad. Imports core, errors.ts, adaptive.ts, optimizer.ts and parameters.ts. */
import { add, assign, div, full, mul, sqrt, square, sub, type Tensor } from '@tapegrad/core/ops'
import { checkNonNegative, checkOptions } from '../errors.ts'
import { Adaptive, count, counter, spread } from './adaptive.ts'
import { type OptimizerOptions, penalized, type Slot } from './optimizer.ts'
import type { Params } from './parameters.ts'

export interface AdagradOptions extends OptimizerOptions {
  /** Learning rate, default 0.01. */
  readonly lr?: number
  /** In step t the rate is lr / (1 + (t - 1) lrDecay); default 0. */
  readonly lrDecay?: number
  /** Adds weightDecay * p to the gradient of p, default 0. */
  readonly weightDecay?: number
  /** Where the sums of squares begin, default 0. */
  readonly initialAccumulatorValue?: number
  /** Added to the root that is divided by, default 1e-10. */
  readonly eps?: number
}

type Settings = Required<AdagradOptions>

const defaults: Settings = { lr: 0.01, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 }

function check({ lrDecay, weightDecay, initialAccumulatorValue, eps }: Settings): void {
  for (const [name, value] of Object.entries({ lrDecay, weightDecay, initialAccumulatorValue, eps }))
    checkNonNegative('Adagrad', name, value)
}

/**
 * Adagrad (Duchi, Hazan and Singer 2011), in PyTorch's arithmetic. With g = grad + weightDecay p, in step t: s = s + g^2,
 * p = p - lr / (1 + (t - 1) lrDecay) g / (sqrt(s) + eps). t counts the steps in which the parameter had a gradient.
 */
export class Adagrad extends Adaptive<Settings> {
  constructor(params: Params<AdagradOptions>, options: AdagradOptions = {}) {
    super(
      'Adagrad',
      params,
      { ...defaults, ...checkOptions('Adagrad', options, Object.keys(defaults)) },
      check,
      ({ shape, dtype }, { initialAccumulatorValue }) => ({
        step: counter(),
        sum: full(shape, initialAccumulatorValue, { dtype }),
      }),
    )
  }

  protected update({ parameter, rate, lr, options, state }: Slot<Settings>, grad: Tensor): void {
    const { lrDecay, weightDecay, eps } = options
    const g = penalized(grad, parameter, weightDecay)
    // Before the count: the steps that there were.
    const size = lrDecay === 0 ? rate : spread(div(lr, add(mul(state.step!, lrDecay), 1)), parameter)
    count(state.step!)
    const sum = add(state.sum!, square(g))
    assign(state.sum!, sum)
    assign(parameter, sub(parameter, div(mul(g, size), add(sqrt(sum), eps))))
  }
}
