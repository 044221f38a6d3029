/** @file Exercise 1, solved. */
import type { GradientInputs } from '@tapegrad/nn'

/**
 * z_i = sum over j of w_ij n_j, plus b_i. The bias b_i enters z_i alone, so dL/db_i = dL/dz_i · dz_i/db_i, and
 * dz_i/db_i = 1: there is no n in that term. What remains is delta.
 */
export function biasGradient(_layer: number, { delta }: GradientInputs): readonly number[] {
  return delta
}
