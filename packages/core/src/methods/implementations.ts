/** @file What stands behind methods: free functions of the same names, the tensor first. Imports tensor.ts (types only). */
import type { Tensor } from '../tensor.ts'

export type Implementations<Name extends string> = Readonly<
  Record<Name, (x: Tensor, ...rest: never[]) => unknown>
>
