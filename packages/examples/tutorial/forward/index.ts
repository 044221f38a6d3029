/** @file The first half of the tutorial, in order. Imports the files of this folder. */
import type { Step } from '../step.ts'
import { biasStep, weightStep } from './activation.ts'
import { bowlStep } from './bowl.ts'
import { costStep } from './cost.ts'
import { descentStep } from './descent.ts'
import { feedForwardStep, matrixStep } from './feed-forward.ts'
import { drawingStep, notationStep } from './structure.ts'
import { timingStep } from './timing.ts'

export const forwardSteps: readonly Step[] = [
  weightStep,
  biasStep,
  drawingStep,
  notationStep,
  feedForwardStep,
  timingStep,
  matrixStep,
  descentStep,
  costStep,
  bowlStep,
]
