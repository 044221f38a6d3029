/** @file Clipping of gradients, by their common norm or each number. Imports core, errors.ts and parameters.ts. */
import {
  abs,
  add,
  broadcastTo,
  clamp,
  div,
  max,
  minimum,
  mul,
  noGrad,
  norm,
  type Shape,
  stack,
  sum,
  type Tensor,
  to,
  zeros,
} from '@tapegrad/core/ops'
import {
  checkFlag,
  checkNonNegative,
  checkOptions,
  checkTensor,
  describe,
  fail,
  showShape,
} from '../errors.ts'
import { checkParameters } from './parameters.ts'

export interface ClipGradNormOptions {
  /** 2 for the Euclidean norm, 1 for the sum of magnitudes, Infinity for the largest one; default 2. */
  readonly normType?: number
  /**
   * Throw where the norm is NaN or infinite, and say which gradient made it so; default false. It looks at the norm, so a
   * function that is compiled cannot have it.
   */
  readonly errorIfNonfinite?: boolean
}

const NORMS: ReadonlyMap<unknown, (x: Tensor) => Tensor> = /* @__PURE__ */ new Map([
  [1, (x: Tensor): Tensor => sum(abs(x))],
  [2, (x: Tensor): Tensor => norm(x)],
  [Infinity, (x: Tensor): Tensor => max(abs(x))],
])

/**
 * Scales all gradients by one factor, so that their common norm, as if they were one vector, is at most `maxNorm`:
 * min(1, maxNorm / (norm + 1e-6)), as PyTorch. Returns the norm before that, 0 where there is no gradient; squares do not
 * overflow. `maxNorm` may be Infinity, to see the norm alone. Each parameter gets a new `grad`; parameters without one are
 * skipped. A norm of NaN makes all gradients NaN, and an infinite one those where it is.
 */
export function clipGradNorm(
  params: readonly Tensor<Shape>[],
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor<[]> {
  const op = 'clipGradNorm'
  const { normType = 2, errorIfNonfinite = false } = checkOptions(op, options, [
    'normType',
    'errorIfNonfinite',
  ])
  if (maxNorm !== Infinity) checkNonNegative(op, 'maxNorm', maxNorm)
  const normOf = NORMS.get(normType)
  if (normOf === undefined) fail(op, `normType must be 1, 2 or Infinity, got ${describe(normType)}`)
  checkFlag(op, 'errorIfNonfinite', errorIfNonfinite)
  const trained = withGradients(op, params)
  return noGrad(() => {
    const grads = trained.map(({ grad }) => grad!)
    const exact = grads.some(({ dtype }) => dtype === 'float64') ? 'float64' : 'float32'
    // The largest of no elements does not exist.
    const norms = grads.map((grad) =>
      grad.size === 0 ? zeros([], { dtype: exact }) : to(normOf(grad) as Tensor<[]>, exact),
    )
    if (norms.length === 0) return zeros([])
    const total = normOf(stack(norms, 0)) as Tensor<[]>
    if (errorIfNonfinite) checkFiniteNorm(op, params, trained, norms, total)
    const factor = minimum(div(maxNorm, add(total, 1e-6)), 1) as Tensor<[]>
    for (const p of trained) {
      const { grad } = p
      p.grad = mul(grad!, broadcastTo(to(factor, grad!.dtype), grad!.shape)) as Tensor
    }
    return total
  })
}

/** Brings every number of every gradient into [-value, value]; a NaN stays. Each parameter gets a new `grad`. */
export function clipGradValue(params: readonly Tensor<Shape>[], value: number): void {
  const op = 'clipGradValue'
  checkNonNegative(op, 'value', value)
  const trained = withGradients(op, params)
  noGrad(() => {
    for (const p of trained) p.grad = clamp(p.grad!, -value, value)
  })
}

/** The parameters that have a gradient. */
function withGradients(op: string, params: readonly Tensor[]): Tensor[] {
  checkParameters(op, params)
  params.forEach(({ grad }, i) => {
    if (grad !== null) checkTensor(op, `the grad of parameter ${i}`, grad)
  })
  return params.filter(({ grad }) => grad !== null)
}

function checkFiniteNorm(
  op: string,
  params: readonly Tensor[],
  trained: readonly Tensor[],
  norms: readonly Tensor[],
  total: Tensor,
): void {
  if (Number.isFinite(total.item())) return
  const first = norms.findIndex((norm) => !Number.isFinite(norm.item()))
  const where =
    first < 0
      ? 'though that of each gradient is finite'
      : `from the gradient of parameter ${params.indexOf(trained[first]!)} on, of shape ${showShape(trained[first]!.shape)}; detectAnomaly finds the op that made it`
  fail(op, `the norm is ${total.item()}, ${where}`)
}
