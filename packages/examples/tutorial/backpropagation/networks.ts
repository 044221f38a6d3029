/** @file The networks of this half and what they shall answer. Imports network.ts of the tutorial and plain.ts (types). */
import { INPUT, NETWORK, type PlainLayer } from '../network.ts'
import type { Sample } from './plain.ts'

/** The tutorial's input on the tutorial's network; y is our choice. */
export const ONE_SAMPLE: Sample = { x: INPUT, y: [1] }

/** 3-3-3: the tutorial's first layer, and two outputs more. Their weights are our choice. */
export const THREE_OUTPUTS: readonly PlainLayer[] = [
  NETWORK[0]!,
  {
    weight: [
      [0.5, 0.5, 0.5],
      [0.3, -0.2, 0.4],
      [-0.6, 0.1, 0.7],
    ],
    bias: [0.2, 0.1, -0.3],
  },
]

export const THREE_SAMPLE: Sample = { x: INPUT, y: [1, 0, 1] }

/** 3-3-3-3-1: the 3-3-3 network with two layers more on it. */
export const DEEPER: readonly PlainLayer[] = [
  ...THREE_OUTPUTS,
  {
    weight: [
      [0.4, -0.3, 0.2],
      [0.1, 0.5, -0.4],
      [-0.2, 0.6, 0.3],
    ],
    bias: [0.1, -0.2, 0.3],
  },
  { weight: [[0.7, -0.5, 0.4]], bias: [0.2] },
]
