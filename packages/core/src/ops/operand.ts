/** @file What ops accept besides tensors: plain numbers, and checks with messages that teach. Imports shape.ts and tensor.ts. */
import { type DType, isFloat } from '../dtype.ts'
import { describe, fail, isForeign } from '../errors.ts'
import { sameShape, showShape } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import { type Aval, filledTensor, Tensor } from '../tensor.ts'

/** A tensor, or a number that takes the other operand's dtype and every shape. */
export type Operand = Tensor | number

/** Throws unless `x` is a Tensor of this copy of the package. */
export function checkTensor(op: string, x: unknown): Tensor {
  if (x instanceof Tensor) return x
  const got = `got ${describe(x)}`
  return fail(op, isForeign(x) ? got : `expected a tensor, ${got}; make one with tensor(...)`)
}

const showType = ({ dtype, shape }: Aval): string => `${dtype} ${showShape(shape)}`

/** Throws unless `x` is a tensor like `y`. The message reads: what `isA`, `x`, `and`, `y`; `fix`. */
export function checkLike(
  op: string,
  isA: string,
  x: unknown,
  and: string,
  y: Aval,
  fix = 'pass a tensor like it',
): Tensor {
  const isTensor = x instanceof Tensor
  if (isTensor && x.dtype === y.dtype && sameShape(x.shape, y.shape)) return x
  return fail(op, `${isA} ${isTensor ? showType(x) : describe(x)}, ${and} ${showType(y)}; ${fix}`)
}

/** A number as a constant of the given dtype and shape, stored once. */
export function constant(op: string, value: number, dtype: DType, shape: Shape): Tensor {
  if (dtype === 'int32' && value !== (value | 0)) {
    fail(op, `${value} with an int32 tensor: it is no int32; convert the tensor with to('float32')`)
  }
  if (dtype === 'bool' && value !== 0 && value !== 1) {
    fail(op, `${value} with a bool tensor; convert the tensor with to('int32') or to('float32')`)
  }
  return filledTensor(shape, dtype, value)
}

/** `a` as a tensor: itself, or a number in the dtype and shape of `other`. */
export function lift(op: string, a: unknown, other: unknown): Tensor {
  if (a instanceof Tensor) return a
  if (typeof a !== 'number') return checkTensor(op, a)
  if (other instanceof Tensor) return constant(op, a, other.dtype, other.shape)
  return constant(op, a, 'float32', [])
}

/** Throws unless both have one dtype: mixing them silently is how precision gets lost. */
export function checkSameDType(op: string, x: Aval, y: Aval): void {
  if (x.dtype !== y.dtype)
    fail(
      op,
      `dtypes ${x.dtype} and ${y.dtype} differ; convert one with to('${isFloat(x.dtype) || y.dtype === 'bool' ? x.dtype : y.dtype}')`,
    )
}

/** Throws unless `x` holds floating-point numbers. */
export function checkFloat(op: string, x: Aval): void {
  if (!isFloat(x.dtype)) fail(op, `needs floating-point numbers, got ${x.dtype}; convert with to('float32')`)
}

/** Throws unless `x` holds numbers (not booleans). */
export function checkNumeric(op: string, x: Aval): void {
  if (x.dtype === 'bool') fail(op, "needs numbers, got bool; convert with to('int32') or to('float32')")
}
