/** @file Exercise 2, solved. */
import type { DeltaInputs } from '@tapegrad/nn'

/**
 * n_j enters the z of every neuron i above, with the weight w_ij, so dL/dn_j = sum over i of w_ij delta_i: column j of W,
 * which is row j of its transpose. And n_j = f(z_j), so delta_j = dL/dz_j = f'(z_j) dL/dn_j, with f' = f (1 - f).
 */
export function delta(_layer: number, { n, W, deltaNext }: DeltaInputs): number[] {
  return n.map((nj, j) => {
    const behind = deltaNext.reduce((sum, above, i) => sum + W[i]![j]! * above, 0)
    return nj * (1 - nj) * behind
  })
}
