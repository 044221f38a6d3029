/** @file What every method returns, and the function behind it. Each family has a file of its own. */
import type { Shape } from '../../src/index.ts'
import type { Methods } from '../../src/methods.ts'
import { algebraShapes } from './methods/algebra.ts'
import { convShapes } from './methods/conv.ts'
import { elementwiseShapes } from './methods/elementwise.ts'
import { memoryShapes } from './methods/memory.ts'
import { movementShapes } from './methods/movement.ts'
import { orderShapes } from './methods/order.ts'
import { reduceShapes } from './methods/reduce.ts'
import type { Row } from './row.ts'

/** A row or more for every method: the compiler refuses the table if one is missing. */
export const methods: { readonly [Name in keyof Methods<Shape>]: readonly Row[] } = {
  ...elementwiseShapes,
  ...reduceShapes,
  ...movementShapes,
  ...orderShapes,
  ...algebraShapes,
  ...convShapes,
  ...memoryShapes,
}
