/** @file Short ways to make float64 tensors of gradual shape, for tests of the tape. Imports the package. */
import { grad, jvp, type Tensor, tensor, vjp } from '../../src/index.ts'
import type { NestedValues } from '../../src/movement-types.ts'

/** An untracked float64 tensor. */
export const f64 = (value: NestedValues): Tensor => tensor(value, { dtype: 'float64' })

/** A float64 leaf. */
export const leaf = (value: NestedValues): Tensor => tensor(value, { dtype: 'float64', requiresGrad: true })

/** Nested arrays; null stays null. */
export const values = (x: Tensor | null): unknown => (x === null ? null : x.toArray())

/** For arguments that TypeScript would refuse. */
export const loose = <F>(f: F): ((...args: unknown[]) => any) => f as never

/** A function of one 0-d float64 tensor. */
export type ScalarFn = (x: Tensor) => Tensor

/** Its derivative in reverse mode, in forward mode, and each of them through the other interface. */
export const reverse =
  (f: ScalarFn): ScalarFn =>
  (x) =>
    grad(f)(x)
export const pulled =
  (f: ScalarFn): ScalarFn =>
  (x) => {
    const [y, pull] = vjp(f, x)
    return pull(y.detach().mul(0).add(1))[0]
  }
export const forward =
  (f: ScalarFn): ScalarFn =>
  (x) =>
    jvp(f, [x], [f64(1)])[1]
