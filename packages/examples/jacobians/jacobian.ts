/** @file Jacobians from the tape: by rows with vjp, by columns with jvp. Imports core. */
import { jvp, type Tensor, tensor, vjp } from '@tapegrad/core'

/** Row i holds the derivatives of y[i] by all elements of x, in the order of x. */
export type Jacobian = readonly (readonly number[])[]

type Fn = (x: Tensor) => Tensor

/** A tensor like `like` that is 1 at one place and 0 elsewhere. */
function unit(like: Tensor, place: number): Tensor {
  const values = new Float64Array(like.size)
  values[place] = 1
  return tensor(values).reshape(like.shape) as Tensor
}

const numbers = (x: Tensor): number[] => Array.from(x.data)

/** Reverse mode: pulling back the i-th unit vector of y gives row i. One pass for each output. */
export function jacobianByRows(f: Fn, x: Tensor): Jacobian {
  const [y, pull] = vjp(f, x)
  return numbers(y).map((_, i) => numbers(pull(unit(y, i))[0]))
}

/** Forward mode: pushing the j-th unit vector of x forward gives column j. One pass for each input. */
export function jacobianByColumns(f: Fn, x: Tensor): Jacobian {
  const columns = numbers(x).map((_, j) => numbers(jvp(f, [x], [unit(x, j)])[1]))
  return columns[0]!.map((_, i) => columns.map((column) => column[i]!))
}
