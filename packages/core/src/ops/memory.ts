/** @file Copies: to another dtype, to fresh memory, and onto existing memory (assign, the one in-place operation). Imports kernels/copy.ts. */
import { checkDType, type DType, isFloat } from '../dtype.ts'
import { fail } from '../errors.ts'
import { castOf, copyInto, copyOf } from '../kernels/copy.ts'
import type { Assignable } from '../movement-types.ts'
import { primitive, SAVES_NOTHING } from '../primitive.ts'
import { sameShape, showShape } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { tick } from '../storage.ts'
import { activeTracer, apply } from '../tape.ts'
import { filledTensor, type Tensor } from '../tensor.ts'
import { broadcastTo } from './broadcast.ts'
import { checkTensor, lift, type Operand } from './operand.ts'

const castPrimitive = /* @__PURE__ */ primitive<DType>({
  name: 'to',
  shape: ([x], dtype) => ({ shape: x!.shape, dtype }),
  kernel: ([x], dtype) => castOf(x!, dtype),
  vjp: [(ct, [x]) => cast(ct, x!.dtype)],
  // From integers nothing flows: their tangent does not exist.
  jvp: ([dx], _inputs, _out, dtype) => (isFloat(dtype) ? dx! && cast(dx!, dtype) : null),
  batch: 'elementwise',
  saves: SAVES_NOTHING,
})

/** The values as another dtype; differentiable between float32 and float64. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply(castPrimitive, [x], dtype)
}

/**
 * The values as another dtype: itself when the dtype is the same. To int32, fractions are cut toward zero; to bool,
 * everything but 0 is true. Gradients flow between float32 and float64.
 */
export function to<S extends Shape>(x: Tensor<S>, dtype: DType): Tensor<S>
export function to(x: Tensor, dtype: DType): Tensor {
  return cast(checkTensor('to', x), checkDType('to', dtype))
}

const clonePrimitive = /* @__PURE__ */ primitive({
  name: 'clone',
  shape: ([x]) => x!,
  kernel: ([x]) => copyOf(x!),
  vjp: [(ct) => ct],
  jvp: 'linear',
  batch: 'elementwise',
  saves: SAVES_NOTHING,
})

/** A contiguous copy in memory of its own; gradients flow through. */
export function clone<S extends Shape>(x: Tensor<S>): Tensor<S>
export function clone(x: Tensor): Tensor {
  return apply(clonePrimitive, [checkTensor('clone', x)], undefined)
}

/**
 * Overwrites `target` with `value` (a tensor that broadcasts to it, or a number), whatever shares its memory. The one
 * in-place operation: optimizers use it. A backward pass that still needs the old values throws and names the op.
 */
export function assign<S extends Shape, B extends Shape = S>(
  target: Tensor<S>,
  value: number | Assignable<S, B, Tensor<B>>,
): Tensor<S>
export function assign(target: Tensor, value: Operand): Tensor {
  checkTensor('assign', target)
  const { node, shape, strides } = target
  if (node !== null && node.primitive !== null) {
    fail(
      'assign',
      `the target was computed by ${node.primitive.name} and is tracked; assign to a leaf, or to a detach()ed copy`,
    )
  }
  for (let i = 0; i < strides.length; i++) {
    if (strides[i] === 0 && shape[i]! > 1)
      fail('assign', `axis ${i} of the target repeats one element (a broadcast view); assign to a clone()`)
  }
  let source = lift('assign', value, target)
  if (source.dtype !== target.dtype)
    fail(
      'assign',
      `the target is ${target.dtype}, the value ${source.dtype}; convert it with to('${target.dtype}')`,
    )
  if (!sameShape(source.shape, shape)) {
    const added = shape.length - source.ndim
    if (added < 0 || source.shape.some((size, i) => size !== 1 && size !== shape[added + i]))
      fail(
        'assign',
        `a value of shape ${showShape(source.shape)} does not fit the target's shape ${showShape(shape)}`,
      )
    source = broadcastTo(source.detach(), shape)
  }
  const tracer = activeTracer()
  if (tracer !== null) tracer.assign(target, source)
  else {
    const { storage } = target
    // A source in the same memory may be overwritten before it is read: copy it first.
    const safe = source.storage === storage ? copyOf(source) : source
    copyInto(storage.data, storage.base + target.offset, strides, target.contiguous, safe)
  }
  target.storage.version = tick()
  return target
}

/** The same values in the same memory, untracked: for transforms a constant. */
export function stopGradient<S extends Shape>(x: Tensor<S>): Tensor<S>
export function stopGradient(x: Tensor): Tensor {
  return checkTensor('stopGradient', x).detach()
}

/** Zeros (or any constant) in the shape and dtype of `x`, stored once. */
export const constantLike = (x: Tensor, value: number): Tensor => filledTensor(x.shape, x.dtype, value)
