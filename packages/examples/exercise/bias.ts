/** @file Exercise 1, to be finished: the gradient of the biases. Copy it, and grade the copy with `--file`. */
import type { GradientInputs } from '@tapegrad/nn'

/**
 * dL/db of one layer and one sample: a number for each neuron. `delta` is dL/dz, `input` what the layer got (n of the
 * layer below), `z` and `n` are its own. Not all of them are needed.
 */
export function biasGradient(_layer: number, _inputs: GradientInputs): number[] | null {
  // const { delta, input, z, n } = _inputs
  return null // not done yet
}
