/** @file Products of two vectors: dot and outer. Imports matmul.ts. */
import type { DotArg, Outer, OuterArg } from '../algebra-types.ts'
import { fail } from '../errors.ts'
import { checkSize, showShape } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import { contract } from './matmul.ts'
import { checkTensor } from './operand.ts'

function checkVectors(op: string, a: Tensor, b: Tensor, hint: string): void {
  checkTensor(op, a)
  checkTensor(op, b)
  if (a.ndim !== 1 || b.ndim !== 1)
    fail(op, `${showShape(a.shape)} and ${showShape(b.shape)}: both must be 1-d; ${hint}`)
}

/** Sum over k of a[k] b[k]: both 1-d and of one size, as torch.dot. For what NumPy's dot does with other ranks, use matmul. */
export function dot<A extends Shape, B extends Shape>(a: Tensor<A>, b: DotArg<A, B, Tensor<B>>): Tensor<[]>
export function dot(a: Tensor, b: Tensor): Tensor {
  checkVectors('dot', a, b, 'use matmul for matrices')
  if (a.size !== b.size) fail('dot', `[${a.size}] and [${b.size}]: sizes ${a.size} and ${b.size} differ`)
  return contract('dot', a, b, { a: 'k', b: 'k', out: '' })
}

/** All products a[i] b[j] of two 1-d tensors, [m, n]. */
export function outer<A extends Shape, B extends Shape>(
  a: Tensor<A>,
  b: OuterArg<A, B, Tensor<B>>,
): Tensor<Outer<A, B>>
export function outer(a: Tensor, b: Tensor): Tensor {
  checkVectors('outer', a, b, 'flatten them first, or use einsum')
  checkSize('outer', [a.size, b.size])
  return contract('outer', a, b, { a: 'm', b: 'n', out: 'mn' })
}
