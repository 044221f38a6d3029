/**
 * @file The scalar algebra, in which elementwise bodies are written once, and its interpretations. Imports
 * scalar/.
 */
export type { Expr, Precision, Scalar, SlowPath } from './scalar/algebra.ts'
export { generate, plain } from './scalar/generate.ts'
export { interpret } from './scalar/numbers.ts'
export { emitJavaScript } from './scalar/source.ts'
