/** @file Marks on tensors: which are parameters, which are buffers. Imports core and errors.ts. */
import type { Shape, Tensor } from '@tapegrad/core/ops'
import { checkTensor, describe, fail, isFloat } from './errors.ts'

/** What a tensor is to the module that holds it, and the name to use in place of its field's. */
export interface Mark {
  readonly role: 'parameter' | 'buffer'
  readonly name: string | undefined
}

// Marks are kept outside of the tensors: a frozen parameter stays one, and core need not know of modules.
const marks = new WeakMap<Tensor, Mark>()

/** The mark of a tensor, if it has one. */
export const markOf = (tensor: Tensor): Mark | undefined => marks.get(tensor)

function mark<S extends Shape>(role: Mark['role'], tensor: Tensor<S>, name: string | undefined): Tensor<S> {
  checkTensor(role, 'the argument', tensor)
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    fail(role, `the name must be a non-empty string, got ${describe(name)}`)
  if (tensor.node !== null && tensor.node.primitive !== null)
    fail(role, `the tensor was computed by ${tensor.node.primitive.name} and is tracked; pass its detach()`)
  marks.set(tensor, { role, name })
  return tensor
}

/**
 * Marks a tensor as a parameter of the module that holds it in a field (or in an array or plain object in a field), and
 * turns on `requiresGrad`. `name` replaces the field's name in keys. Returns the tensor itself.
 */
export function parameter<S extends Shape>(tensor: Tensor<S>, name?: string): Tensor<S> {
  mark('parameter', tensor, name)
  if (!isFloat(tensor.dtype))
    fail(
      'parameter',
      `a tensor of dtype ${tensor.dtype} cannot be trained; convert it with to('float32'), or use buffer`,
    )
  tensor.requiresGrad = true
  return tensor
}

/** Marks a tensor as state that is saved with the module that holds it, but not trained. Returns the tensor itself. */
export function buffer<S extends Shape>(tensor: Tensor<S>, name?: string): Tensor<S> {
  return mark('buffer', tensor, name)
}
