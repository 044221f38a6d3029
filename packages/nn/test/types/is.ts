/** @file `is`: states the exact type of a value. For the programs of this folder, which are compiled and never run. */

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** `is<X>()(value)` compiles only if the type of the value is exactly X. */
export const is =
  <Expected>() =>
  <Actual>(
    _actual: Actual,
    ..._proof: Equal<Actual, Expected> extends true ? [] : [{ got: Actual }]
  ): void => {}
