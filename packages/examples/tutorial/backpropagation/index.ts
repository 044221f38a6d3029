/** @file The second half of the tutorial, backpropagation, in order. Imports the files of this folder. */
import type { Step } from '../step.ts'
import { batchStep } from './batch.ts'
import { chainRuleStep, slopeStep } from './chain-rule.ts'
import { hiddenDeltaStep, outputDeltaStep } from './deltas.ts'
import { descentStep } from './descent.ts'
import { gradientStep } from './gradients.ts'
import { deeperStep, outputSlopeStep, recursionStep } from './questions.ts'
import { vectorisedStep } from './vectorised.ts'

export const backpropagationSteps: readonly Step[] = [
  chainRuleStep,
  slopeStep,
  outputDeltaStep,
  hiddenDeltaStep,
  gradientStep,
  deeperStep,
  recursionStep,
  outputSlopeStep,
  vectorisedStep,
  descentStep,
  batchStep,
]
