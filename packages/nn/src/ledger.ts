/**
 * @file `ledger`: one step of backpropagation, every quantity three times. By the closed-form formulas on plain arrays, by
 * autograd, and by finite differences, each with its formula and the formula with numbers filled in. Imports ledger/.
 */
import { TapegradError, type Tensor, to } from '@tapegrad/core/ops'
import { checkNonNegative, checkOptions, checkTensor, describe, fail, isFloat, showShape } from './errors.ts'
import type { Sequential } from './layers/sequential.ts'
import { rowsOf } from './ledger/arrays.ts'
import { byAutograd } from './ledger/by-autograd.ts'
import { byDifferences } from './ledger/by-differences.ts'
import { backpropagate, type Problem, RIGHT } from './ledger/closed-form.ts'
import { sumOf } from './ledger/format.ts'
import { gradientGroups } from './ledger/gradient-groups.ts'
import { firstWrongOf, type OwnFormulas, type Thrown, withOwn } from './ledger/grading.ts'
import { deltaGroups, forwardGroups } from './ledger/groups.ts'
import { type Findings, inputsOf, RELATIVE, rowAt } from './ledger/judge.ts'
import { type Loss, lossOf, lossRuleOf } from './ledger/loss-rules.ts'
import { BUGS, type Bug, formulasWith } from './ledger/mistakes.ts'
import { noiseOf } from './ledger/noise.ts'
import { checkFiniteValues, onCopies, plainLayers, type Stages, stagesOf } from './ledger/plain.ts'
import { LedgerReport, rowsInOrder } from './ledger/report.ts'
import { type LedgerGroup, type LedgerLayer, relativeDifference } from './ledger/rows.ts'

export type { DeltaInputs, GradientInputs } from './ledger/closed-form.ts'
export type { LedgerData } from './ledger/data.ts'
export type { FiniteDifference } from './ledger/differences.ts'
export type { FirstWrong } from './ledger/grading.ts'
export type { Loss } from './ledger/loss-rules.ts'
export { BUGS, type Bug } from './ledger/mistakes.ts'
export { type LedgerAgreement, LedgerReport } from './ledger/report.ts'
export type { LedgerGroup, LedgerLayer, LedgerRow, Quantity, RowStatus } from './ledger/rows.ts'
export type { LedgerColumn, RenderOptions } from './ledger/sections.ts'
export type { TerminalOptions } from './ledger/terminal.ts'

export interface LedgerOptions extends OwnFormulas {
  /** A loss module, or a function (prediction, target) => scalar. */
  readonly loss: Loss
  /** Learning rate: with it, the ledger ends with W and b after one step of gradient descent. */
  readonly rate?: number
  /** A well-known mistake to make in the manual column. */
  readonly bug?: Bug
}

const NAMES = ['loss', 'rate', 'delta', 'weightGradient', 'biasGradient', 'bug']

/** Gradients beyond this take too long, and so do their passes over the samples: each derivative is nine of them. */
const MOST = 50_000
const MOST_PASSES = 2_000_000

/**
 * The ledger of `model`, a Sequential of Dense layers and elementwise activations, at x ([in] or [samples, in]) with
 * target y. All is computed in float64 on copies: the model and its gradients stay as they are.
 *
 *     z(k) = W(k) n(k-1) + b(k)    n(k) = f(z(k))    n(0) = x
 *     delta(k) = dL/dz(k) = f'(z(k)) * (W(k+1)^T delta(k+1)), at the output f'(z) * dL/dn
 *     dL/dW(k) = delta(k) n(k-1)^T    dL/db(k) = delta(k), summed over the samples of a batch
 *
 * With formulas of the reader's own (`delta`, `weightGradient`, `biasGradient`), or a `bug`, the manual column follows
 * them; `firstWrong` then says what is wrong first, and which known mistake it is.
 */
export function ledger(model: Sequential, x: Tensor, y: Tensor, options: LedgerOptions): LedgerReport {
  const { loss, rate, bug, ...own } = checkLedger(x, y, options)
  checkFiniteValues('x', x)
  checkFiniteValues('y', y)
  const [input, target] = [x, y].map((t) => (isFloat(t.dtype) ? to(t.detach(), 'float64') : t)) as [
    Tensor,
    Tensor,
  ]
  const stages = stagesOf(model)
  return inFloat64(model, () => {
    // Before anything else: a shape that does not fit is told by the model, with the layer's place.
    const { shape } = model.call(input as never) as Tensor
    checkSize(stages, input)
    const run = lossOf(loss)
    const lossAt = (prediction: Tensor): Tensor => run(prediction, target)
    const autograd = byAutograd(stages, input, lossAt, rate)
    const problem: Problem = {
      layers: plainLayers(stages.stages, input.ndim === 2),
      inputs: autograd.inputs,
      loss: lossRuleOf(loss, target, shape),
      rate,
    }
    const thrown: Thrown = new Map()
    const formulas = withOwn(bug === null ? RIGHT : buggy(bug, problem), own, thrown)
    const truth = backpropagate(problem, RIGHT)
    const isolated = backpropagate(problem, formulas, truth)
    const findings: Findings = {
      problem,
      manual: backpropagate(problem, formulas),
      isolated,
      autograd,
      finite: byDifferences(stages, input, lossAt, autograd),
      noise: noiseOf(problem, autograd),
      batched: x.ndim === 2,
    }
    const layers = problem.layers.map((_, l) => layerOf(findings, l))
    const lossRows = lossGroup(findings)
    const wrong = rowsInOrder({ layers, loss: lossRows }).find(({ status }) => status === 'wrong')
    return new LedgerReport({
      model: `${model}`,
      x: rowsOf(input.data, input.shape.at(-1)!),
      y: [...target.data],
      rate,
      layers,
      loss: lossRows,
      bug,
      firstWrong: firstWrongOf(wrong, problem, truth, withOwn(RIGHT, own, thrown), thrown, bug),
    })
  })
}

/** Runs `f` on copies in float64, and tells who mixes them with float32 why they are float64. */
function inFloat64<T>(model: Sequential, f: () => T): T {
  try {
    return onCopies(model, f)
  } catch (error) {
    if (error instanceof TapegradError && /float(32|64) and float(32|64) differ/.test(error.message))
      fail(
        'ledger',
        `${error.message}. All is computed in float64 here: constants must take part in that, as plain numbers or as tensor(v, { dtype: x.dtype })`,
      )
    throw error
  }
}

function checkLedger(
  x: Tensor,
  y: Tensor,
  options: LedgerOptions,
): OwnFormulas & { loss: Loss; rate: number | null; bug: Bug | null } {
  const { loss, rate, bug, ...own } = checkOptions('ledger', options, NAMES)
  checkTensor('ledger', 'x', x)
  checkTensor('ledger', 'y', y)
  if ((x.ndim !== 1 && x.ndim !== 2) || x.size === 0)
    fail(
      'ledger',
      `x must be one sample, [inputs], or a batch, [samples, inputs]; it is ${showShape(x.shape)}`,
    )
  if (!isFloat(x.dtype))
    fail('ledger', `x must hold floating-point numbers, it is ${x.dtype}; convert with to('float64')`)
  if (rate !== undefined) checkNonNegative('ledger', 'rate', rate)
  for (const [name, f] of Object.entries(own))
    if (f !== undefined && typeof f !== 'function')
      fail('ledger', `${name} must be a function, got ${describe(f)}`)
  if (bug !== undefined && !BUGS.includes(bug))
    fail('ledger', `there is no bug ${describe(bug)}; there are ${BUGS.join(', ')}`)
  return { ...own, loss, rate: rate ?? null, bug: bug ?? null }
}

function buggy(bug: Bug, problem: Problem) {
  const formulas = formulasWith(bug, problem)
  if (formulas === null)
    fail('ledger', `bug ${describe(bug)} cannot be made here: the loss has no such factor that is known`)
  return formulas
}

function checkSize({ stages }: Stages, x: Tensor): void {
  const samples = x.ndim === 1 ? 1 : x.shape[0]!
  const parameters = stages.reduce((sum, { dense }) => sum + dense.weight.size + (dense.bias?.size ?? 0), 0)
  const rows = parameters * (samples === 1 ? 1 : samples + 1)
  if (rows > MOST || rows * samples > MOST_PASSES)
    fail(
      'ledger',
      `${samples.toLocaleString('en')} samples of ${parameters.toLocaleString('en')} parameters make ` +
        `${rows.toLocaleString('en')} gradients to differentiate over all samples, which would take long; ` +
        'give fewer samples or a smaller network',
    )
}

function layerOf(findings: Findings, l: number): LedgerLayer {
  const { weight, bias, activation } = findings.problem.layers[l]!
  const at = { ...findings, l }
  return {
    ...{ number: l + 1, activation: activation.name, inputs: inputsOf(at), weight, bias },
    forward: forwardGroups(at),
    backward: [...deltaGroups(at), ...gradientGroups(at)],
  }
}

/** The loss, its numbers sample by sample. */
function lossGroup({ problem, manual, autograd, batched, noise }: Findings): LedgerGroup {
  const { loss } = problem
  const outputs = manual.layers.at(-1)!.n
  // Without a formula there is nothing to compare.
  const value = manual.losses === null ? autograd.loss : manual.loss
  const numbers = sumOf(outputs.map((output, s) => loss.lossNumbers(output, s)))
  const apart = Math.abs(value - autograd.loss)
  const right = Object.is(value, autograd.loss) || apart <= RELATIVE * Math.abs(autograd.loss) + noise.loss
  return {
    quantity: 'loss',
    formula: loss.formula,
    rows: [
      {
        ...rowAt('loss', null, null, [], batched),
        numbers,
        manual: value,
        autograd: autograd.loss,
        difference: relativeDifference(value, autograd.loss),
        finite: null,
        change: null,
        status: right ? 'right' : 'wrong',
      },
    ],
  }
}
