/** @file The first half of the tutorial, in order. Imports the files of this folder. */
import type { Step } from '../step.ts'
import { biasStep, weightStep } from './activation.ts'
import { drawingStep, notationStep } from './structure.ts'

export const forwardSteps: readonly Step[] = [weightStep, biasStep, drawingStep, notationStep]
