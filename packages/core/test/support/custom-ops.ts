/** @file Ops for the tests of defineOp, and ways to write them down. Imports the package. */
import {
  add,
  defineOp,
  matmul,
  mul,
  type Shape,
  sigmoid,
  sub,
  type Tensor,
  tensor,
  transpose,
} from '@tapegrad/core'

export const float64 = (values: number[], shape: number[] = [values.length]): Tensor =>
  tensor(Float64Array.from(values), { shape })

/** The elements, in row-major order. */
export const numbers = (x: Tensor): number[] => Array.from(x.data)

/** x sigmoid(x), its backward in tensor ops. */
export const swish = defineOp({
  name: 'swish',
  forward: <S extends Shape>(x: Tensor<S>): Tensor<S> => mul(x, sigmoid(x)) as Tensor<S>,
  backward: (ct, { inputs: [x], output }) => {
    const s = sigmoid(x)
    return [mul(ct, add(s, mul(output, sub(1, s))))]
  },
})

/** a b, both rules in tensor ops. */
export const product = defineOp({
  name: 'product',
  forward: (a: Tensor, b: Tensor) => matmul(a, b),
  backward: (ct, { inputs: [a, b] }) => [matmul(ct, transpose(b)), matmul(transpose(a), ct)],
  jvp: ([da, db], { inputs: [a, b] }) => add(matmul(da, b), matmul(a, db)),
})

/** x³, in a loop. */
export const cube = (x: Tensor): Tensor =>
  tensor(
    Float64Array.from(x.data, (v) => v ** 3),
    { shape: x.shape },
  )

/** 3 x² d, in a loop. */
export const slope = (x: Tensor, d: Tensor): Tensor => {
  const ds = d.data
  return tensor(
    Float64Array.from(x.data, (v, i) => 3 * v * v * ds[i]!),
    { shape: x.shape },
  )
}

/** An op from fields that TypeScript would not let through. */
export const define = (fields: Record<string, unknown>): ((...args: unknown[]) => Tensor) => {
  const sound = { name: 'op', forward: (x: Tensor) => mul(x, 2), backward: (ct: Tensor) => [ct] as const }
  return defineOp({ ...sound, ...fields }) as (...args: unknown[]) => Tensor
}
