/** @file The entry `@tapegrad/nn`. */
export { oneHot } from '@tapegrad/core/ops'
export {
  type Bytes,
  type CheckpointPart,
  decodeCheckpoint,
  decodeSafetensors,
  encodeCheckpoint,
  encodeSafetensors,
  loadCheckpoint,
  loadSafetensors,
  type PlainData,
  type RestorablePart,
  type Stateful,
  safetensorsMetadata,
  saveCheckpoint,
  saveSafetensors,
} from './checkpoint.ts'
export {
  type AbortSignalLike,
  type Collated,
  DataLoader,
  type Dataset,
  type LoaderOptions,
  mapDataset,
  type Samples,
  subset,
  TensorDataset,
} from './data.ts'
export { functionalCall } from './functional.ts'
export {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  type InitOptions,
  lecunNormal,
  normal,
  orthogonal,
  type PlainInitializer,
  uniform,
  zeros,
} from './init.ts'
export { Layer } from './layer.ts'
export {
  Activation,
  ELU,
  GELU,
  LeakyReLU,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from './layers/activations.ts'
export { MultiHeadAttention, type MultiHeadAttentionOptions } from './layers/attention.ts'
export type { AttentionMasks } from './layers/attention-masks.ts'
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from './layers/batch-norm.ts'
export {
  Conv1d,
  Conv2d,
  type ConvOptions,
  ConvTranspose2d,
  type ConvTransposeOptions,
} from './layers/conv.ts'
export { Dense, type DenseOptions } from './layers/dense.ts'
export { Dropout, type DropoutOptions } from './layers/dropout.ts'
export { Embedding, type EmbeddingOptions } from './layers/embedding.ts'
export { Flatten } from './layers/flatten.ts'
export { GroupNorm, type GroupNormOptions } from './layers/group-norm.ts'
export { Lambda } from './layers/lambda.ts'
export { LayerNorm, type LayerNormOptions } from './layers/layer-norm.ts'
export { AvgPool2d, MaxPool2d, type PoolOptions } from './layers/pool.ts'
export type { RecurrentLayer } from './layers/recurrent/cell.ts'
export { GRU } from './layers/recurrent/gru.ts'
export { LSTM, type LSTMState } from './layers/recurrent/lstm.ts'
export type { RecurrentOptions, Returned, Returns } from './layers/recurrent/recurrent.ts'
export { RNN, type RNNOptions } from './layers/recurrent/rnn.ts'
export { Residual } from './layers/residual.ts'
export { Sequential, sequential } from './layers/sequential.ts'
export { TransformerBlock, type TransformerBlockOptions } from './layers/transformer.ts'
export {
  BUGS,
  type Bug,
  type DeltaInputs,
  type FiniteDifference,
  type FirstWrong,
  type GradientInputs,
  type LedgerAgreement,
  type LedgerColumn,
  type LedgerData,
  type LedgerGroup,
  type LedgerLayer,
  type LedgerOptions,
  LedgerReport,
  type LedgerRow,
  type Loss,
  ledger,
  type Quantity,
  type RenderOptions,
  type RowStatus,
  type TerminalOptions,
} from './ledger.ts'
export {
  BCE,
  BCEWithLogits,
  type BCEWithLogitsOptions,
  bce,
  bceWithLogits,
  CosineSimilarity,
  type CosineSimilarityOptions,
  CrossEntropy,
  type CrossEntropyOptions,
  cosineSimilarity,
  crossEntropy,
  Huber,
  type HuberOptions,
  huber,
  KLDiv,
  type KLDivOptions,
  klDiv,
  L1,
  type LossMask,
  type LossOptions,
  l1,
  MSE,
  mse,
  NLL,
  type NLLOptions,
  nll,
  type Reduction,
} from './losses.ts'
export { buffer, parameter } from './marks.ts'
export {
  type Average,
  accuracy,
  type ClassScores,
  ConfusionMatrix,
  type ConfusionOptions,
  confusionMatrix,
  precisionRecallF1,
  type ScoreOptions,
  type Scores,
} from './metrics.ts'
export { Module } from './module.ts'
export { Adagrad, type AdagradOptions } from './optim/adagrad.ts'
export { Adam, type AdamOptions, AdamW } from './optim/adam.ts'
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from './optim/clip.ts'
export { EMA } from './optim/ema.ts'
export { Optimizer, type OptimizerOptions, ParameterGroup, type Slot } from './optim/optimizer.ts'
export type { Params as OptimizerParams } from './optim/parameters.ts'
export { RMSProp, type RMSPropOptions } from './optim/rms-prop.ts'
export { SGD, type SGDOptions } from './optim/sgd.ts'
export { r2 } from './r2.ts'
export { type MinMaxOptions, MinMaxScaler, StandardScaler } from './scalers.ts'
export { CosineLR, type CosineLROptions } from './schedules/cosine.ts'
export { ExponentialLR, type ExponentialLROptions, StepLR, type StepLROptions } from './schedules/decay.ts'
export { OneCycleLR, type OneCycleLROptions } from './schedules/one-cycle.ts'
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './schedules/plateau.ts'
export { Schedule } from './schedules/schedule.ts'
export { LinearWarmup, type LinearWarmupOptions } from './schedules/warmup.ts'
export { type SplitOptions, trainTestSplit } from './split.ts'
export type { LoadReport, StateDict } from './state-dict.ts'
export type { SummaryInput } from './summary.ts'
export {
  type AnyOptimizer,
  type BatchOf,
  type Callback,
  type CheckpointOptions,
  checkpoints,
  csvLog,
  type EarlyStopping,
  type EarlyStoppingOptions,
  earlyStopping,
  type FitOptions,
  type FitStepsOptions,
  fit,
  fitSteps,
  History,
  type HistoryData,
  type LearningRateOptions,
  type LossOf,
  learningRates,
  type Metric,
  type ProgressOptions,
  type ProgressReport,
  progress,
  type RatesReport,
  type StoppedBy,
  type TrainingData,
  type TrainingState,
  type TrainOptions,
} from './train.ts'
