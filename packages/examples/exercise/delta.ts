/** @file Exercise 2, to be finished: the error term of every layer. Copy it, and grade the copy with `--file`. */
import type { DeltaInputs } from '@tapegrad/nn'

/**
 * delta = dL/dz of one layer and one sample: a number for each neuron. `W` and `deltaNext` are those of the layer above,
 * W[above][here]. At the output layer the loss plays the layer above: W is the identity, and deltaNext is dL/dn.
 */
export function delta(_layer: number, _inputs: DeltaInputs): number[] | null {
  // const { z, n, W, deltaNext } = _inputs
  return null // not done yet
}
