/** @file The entry `@tapegrad/core/testing`: arbitraries for fast-check, `expectClose`, and matchers for vitest. */
export { type CloseOptions, type Comparable, expectClose } from './testing/close.ts'
export type { Layout } from './testing/layouts.ts'
export { type MatcherResult, matchers } from './testing/matchers.ts'
export {
  type BroadcastableShapes,
  type BroadcastableShapesArbOptions,
  broadcastableShapesArb,
  type ShapeArbOptions,
  shapeArb,
} from './testing/shapes.ts'
export { type TensorArbOptions, tensorArb } from './testing/tensors.ts'
