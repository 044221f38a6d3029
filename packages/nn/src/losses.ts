/** @file The losses: a barrel. */
export {
  BCE,
  BCEWithLogits,
  type BCEWithLogitsOptions,
  bce,
  bceWithLogits,
} from './losses/binary.ts'
export {
  CrossEntropy,
  type CrossEntropyOptions,
  crossEntropy,
  NLL,
  type NLLOptions,
  nll,
} from './losses/classes.ts'
export {
  CosineSimilarity,
  type CosineSimilarityOptions,
  cosineSimilarity,
  KLDiv,
  type KLDivOptions,
  klDiv,
} from './losses/divergence.ts'
export type { LossMask, LossOptions, Reduction } from './losses/reduction.ts'
export { Huber, type HuberOptions, huber, L1, l1, MSE, mse } from './losses/regression.ts'
