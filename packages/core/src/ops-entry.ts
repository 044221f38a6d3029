/** @file The entry `@tapegrad/core/ops`: everything as free functions, tree-shakable, without side effects. */
export { detectAnomaly } from './anomaly.ts'
export { type GradOptions, grad, jvp, valueAndGrad, vjp } from './autodiff.ts'
export { type BackwardOptions, backward } from './backward.ts'
export { checkpoint } from './checkpoint.ts'
export {
  arange,
  type CreateOptions,
  eye,
  full,
  linspace,
  oneHot,
  ones,
  onesLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from './create.ts'
export { defineOp, type OpContext, type OpDefinition, type OpSignature } from './custom.ts'
export type { DType, TypedArray } from './dtype.ts'
// Besides the class: for authors of layers and ops who want to refuse bad arguments as tapegrad does.
export { checkFlag, checkOptions, describe, fail, TapegradError } from './errors.ts'
export {
  assertGradcheck,
  type GradcheckMode,
  type GradcheckModule,
  type GradcheckOptions,
  GradcheckReport,
  type GradcheckRow,
  type GradcheckVerdict,
  gradcheck,
} from './gradcheck.ts'
// For authors of modules: flags that a compiled function depends on.
export { guard } from './guard.ts'
export { type GradHook, onGrad } from './hooks.ts'
export {
  consoleFormatter,
  type Json,
  printTape,
  type TapeRecord,
  tape,
  toDot,
  toJSON,
} from './inspect.ts'
export { hessian, hvp, type JacobianOptions, jacobian } from './jacobian.ts'
// For authors of modules: detectAnomaly names the layer.
export { enterLayer, leaveLayer, type Scope } from './layers.ts'
export type { NestedValues } from './movement-types.ts'
export * from './ops/index.ts'
export { Generator, manualSeed, permutation, type RandomOptions, rand, randint, randn } from './random.ts'
export type { Shape } from './shape-types.ts'
export { noGrad } from './tape.ts'
export { type Aval, type NestedArray, Tensor } from './tensor.ts'
export type { Tree } from './tree.ts'
export { type VmapOptions, vmap } from './vmap.ts'
