/** @file The rule of any loss: by its formula where that is known, else by the tape. Imports core, losses.ts and losses-by-formula.ts. */
import { grad, type Tensor, tensor } from '@tapegrad/core/ops'
import { describe, fail, showShape } from '../errors.ts'
import { CrossEntropy, crossEntropy, MSE, mse } from '../losses.ts'
import { Module } from '../module.ts'
import { type Rows, rowsOf } from './arrays.ts'
import { factor } from './format.ts'
import { type LossRule, logLikelihood, squaredError } from './losses-by-formula.ts'

/** A loss, as a function of prediction and target or as a module. */
export type Loss =
  | ((prediction: Tensor, target: Tensor) => Tensor)
  | (Module & { call(prediction: Tensor, target: Tensor): Tensor })

/** Runs a loss and makes sure that it is one number, made of the prediction and of nothing else that is trained. */
export function lossOf(loss: unknown): (prediction: Tensor, target: Tensor) => Tensor {
  if (typeof loss === 'function' && loss.prototype instanceof Module)
    fail('ledger', `loss is the class ${loss.name}; make one: new ${loss.name}()`)
  if (!(loss instanceof Module) && typeof loss !== 'function')
    fail(
      'ledger',
      `loss must be a loss module or a function (prediction, target) => scalar, got ${describe(loss)}`,
    )
  const run = loss instanceof Module ? (loss as MSE).call.bind(loss) : (loss as typeof mse)
  return (prediction, target) => {
    const value = run(prediction as never, target as never) as Tensor
    if (value?.ndim !== 0)
      fail(
        'ledger',
        `the loss must be one number, got ${value?.shape ? `shape ${showShape(value.shape)}` : describe(value)}; sum it or take its mean`,
      )
    return value
  }
}

/** The rule of `loss` at target y, for predictions of `shape`: [neurons] or [samples, neurons]. */
export function lossRuleOf(loss: Loss, y: Tensor, shape: readonly number[]): LossRule {
  if (loss === (mse as unknown)) return squaredError({}, y, shape)
  if (loss === (crossEntropy as unknown)) return logLikelihood({}, y, shape)
  // A subclass may compute anything, so the class itself counts.
  if (loss.constructor === MSE) return squaredError((loss as MSE).options, y, shape)
  if (loss.constructor === CrossEntropy && isPlain(loss as CrossEntropy))
    return logLikelihood((loss as CrossEntropy).options, y, shape)
  return ruleByTape(loss, y, shape)
}

/** Whether all samples and classes count alike, as the formula has it. */
const isPlain = ({ weight, options }: CrossEntropy): boolean =>
  weight === null && options.ignoreIndex === undefined

/** A loss whose formula is not known: its slope is the tape's, of the loss alone. */
function ruleByTape(loss: Loss, y: Tensor, shape: readonly number[]): LossRule {
  const name = loss instanceof Module ? loss.toString() : loss.name || 'loss'
  const run = lossOf(loss)
  return {
    formula: `L = ${name}: its formula is not known here`,
    losses: () => null,
    lossNumbers: () => '',
    slopes(outputs: Rows): Rows {
      const prediction = tensor(Float64Array.from(outputs.flat()), { shape })
      const slopes = grad((p: Tensor) => run(p, y))(prediction) as Tensor
      return rowsOf(slopes.data, shape.at(-1)!)
    },
    slopeFormula: (l) => `dL/dn${l} by the tape: the formula of ${name} is not known here`,
    slopeNumbers: (output, _, i) => `slope at ${factor(output[i]!)}`,
    error: null,
    curvature: 1,
    terms: 1,
    half: 1,
    mean: 1,
  }
}
