/** @file The first half of the tutorial, in order. Imports the files of this folder. */
import type { Step } from '../step.ts'

export const forwardSteps: readonly Step[] = []
