/** @file What optimizers with a rate for each element share: running averages, and checks of saved ones. Imports core, errors.ts and optimizer.ts. */
import { add, any, assign, broadcastTo, lt, mul, type Tensor, tensor, to } from '@tapegrad/core/ops'
import { checkTally, fail } from '../errors.ts'
import { Optimizer, type OptimizerOptions } from './optimizer.ts'

/** States that hold sums or averages of squares. */
const SQUARES: readonly string[] = ['exp_avg_sq', 'max_exp_avg_sq', 'square_avg', 'sum']

/** An optimizer that divides by the root of squared gradients, summed or averaged. */
export abstract class Adaptive<Options extends Required<OptimizerOptions>> extends Optimizer<Options> {
  protected override checkState(key: string, value: Tensor): void {
    const name = key.slice(key.lastIndexOf('.') + 1)
    if (name === 'step') checkTally('loadStateDict', key, value.item())
    // A root of less would be NaN for good. A NaN itself may have been saved: the run had diverged.
    if (SQUARES.includes(name) && any(lt(value, 0)).item<boolean>())
      fail('loadStateDict', `${key} holds a number below 0; it is made of squares`)
  }
}

/** A count of steps: PyTorch's name; float64, as what is computed from it. */
export const counter = (): Tensor => tensor(0, { dtype: 'float64' })

/** Counts a step and returns how many there were with it. */
export function count(step: Tensor): Tensor {
  const steps = add(step, 1)
  assign(step, steps)
  return steps
}

/** A float64 number in the dtype and shape of `like`. */
export const spread = (number: Tensor, like: Tensor): Tensor =>
  broadcastTo(to(number, like.dtype), like.shape)

/** average = decay average + (1 - decay) x; returns it. */
export function follow(average: Tensor, x: Tensor, decay: number): Tensor {
  const next = add(mul(average, decay), mul(x, 1 - decay))
  assign(average, next)
  return next
}

/** average = decay average + (1 - decay) x^2; returns it. */
export function followSquare(average: Tensor, x: Tensor, decay: number): Tensor {
  const next = add(mul(average, decay), mul(mul(x, 1 - decay), x))
  assign(average, next)
  return next
}
