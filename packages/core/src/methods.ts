/**
 * @file The methods of Tensor: their types, and their installation on the prototype. Each only calls the free function
 * of its name, which documents it. Imports methods/ and tensor.ts.
 */
import { type AlgebraMethods, algebraMethods } from './methods/algebra.ts'
import { type ConvMethods, convMethods } from './methods/conv.ts'
import { type ElementwiseMethods, elementwiseMethods } from './methods/elementwise.ts'
import { type MemoryMethods, memoryMethods } from './methods/memory.ts'
import { type MovementMethods, movementMethods } from './methods/movement.ts'
import { type OrderMethods, orderMethods } from './methods/order.ts'
import { type ReduceMethods, reduceMethods } from './methods/reduce.ts'
import { transpose } from './ops/index.ts'
import type { Shape } from './shape-types.ts'
import { Tensor } from './tensor.ts'

/** Every op as a method, the tensor first. */
export interface Methods<S extends Shape>
  extends ElementwiseMethods<S>,
    ReduceMethods<S>,
    MovementMethods<S>,
    OrderMethods<S>,
    AlgebraMethods<S>,
    ConvMethods<S>,
    MemoryMethods<S> {}

const methods = {
  ...elementwiseMethods,
  ...reduceMethods,
  ...movementMethods,
  ...orderMethods,
  ...algebraMethods,
  ...convMethods,
  ...memoryMethods,
}

for (const [name, op] of Object.entries(methods)) {
  const call = op as (x: Tensor, first: unknown, second: unknown, third: unknown) => unknown
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, first: unknown, second: unknown, third: unknown) {
      return call(this, first, second, third)
    },
    writable: true,
    configurable: true,
  })
}

Object.defineProperty(Tensor.prototype, 'T', {
  get(this: Tensor) {
    return transpose(this)
  },
  configurable: true,
})
