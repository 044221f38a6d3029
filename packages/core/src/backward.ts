/** @file backward: gradients of leaves, accumulated in their `grad`. Imports walk.ts. */
import { isFloat } from './dtype.ts'
import { checkFlag, checkOptions, fail } from './errors.ts'
import { add } from './ops/define.ts'
import { clone, constantLike } from './ops/memory.ts'
import { checkLike, checkTensor } from './ops/operand.ts'
import { showShape } from './shape.ts'
import { activeTracer, keepsGraph, runRules } from './tape.ts'
import type { Tensor } from './tensor.ts'
import { pullback, reachable } from './walk.ts'

export interface BackwardOptions {
  /** Record the gradients' own computation, so that `backward` can be called on them in turn. */
  readonly createGraph?: boolean
}

/**
 * Adds dL/dx to `x.grad` of every leaf x with `requiresGrad` (and of every tensor with `retainGrad()`) that `y` depends
 * on. L is `y` itself for a single element; else L = sum(cotangent * y). The tape stays intact.
 */
export function backward(y: Tensor, cotangent?: Tensor | null, options: BackwardOptions = {}): void {
  checkTensor('backward', y)
  const { createGraph = false } = checkOptions('backward', options, ['createGraph'])
  if (y.node === null) {
    fail(
      'backward',
      isFloat(y.dtype)
        ? 'this tensor is not tracked: set requiresGrad on a tensor that it is computed from, and compute it outside of noGrad'
        : `this tensor is ${y.dtype}, which has no gradient: comparisons, argmax and to('${y.dtype}') end the way back`,
    )
  }
  activeTracer()?.backward?.()
  const seed = cotangentFor('backward', y, cotangent)
  const nodes = reachable(y.node)
  const keep = keepsGraph(checkFlag('backward', 'createGraph', createGraph))
  runRules(keep, () =>
    pullback(nodes, seed, ({ primitive: made, output }, ct) => {
      if (made === null || output.retainsGrad) accumulateGrad(output, ct, keep)
    }),
  )
}

/** The cotangent a caller gave for `y`, checked; 1 where it was left out and `y` has one element. */
export function cotangentFor(op: string, y: Tensor, cotangent: Tensor | null | undefined): Tensor {
  if (cotangent === undefined || cotangent === null) {
    if (y.size !== 1) {
      fail(
        op,
        `the tensor has shape ${showShape(y.shape)}, not one element; reduce it with sum() or mean(), or pass a cotangent`,
      )
    }
    return constantLike(y, 1)
  }
  return checkLike(op, 'the cotangent is', cotangent, 'the output', y)
}

function accumulateGrad(x: Tensor, ct: Tensor, keep: boolean): void {
  const { grad } = x
  // A copy, because the cotangent may be the caller's own, shared with another tensor's grad, or a repeated view; a
  // computed one that stays on the tape is kept as it is: it cannot be assigned to.
  if (grad === null || grad === undefined) x.grad = keep && ct.node?.primitive ? ct : clone(ct)
  else {
    checkLike('backward', 'grad holds', grad, 'the tensor is', x, 'set grad to null')
    x.grad = add(grad, ct)
  }
}
