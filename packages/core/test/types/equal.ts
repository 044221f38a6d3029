/** @file Statements about types: exact equality of a tensor's type with what is expected. Imports the package. */
import type { Tensor } from '../../src/index.ts'

/** Whether A and B are the very same type: gradual dimensions count as different from literal ones. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** `is<Tensor<[2, 3]>>()(x)` compiles only if the type of x is exactly that. */
export function is<Expected extends Tensor>() {
  return <Actual extends Tensor>(
    _actual: Actual,
    ..._proof: Equal<Actual, Expected> extends true ? [] : [{ got: Actual; expected: Expected }]
  ): void => {}
}
