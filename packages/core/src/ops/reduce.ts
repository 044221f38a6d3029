/** @file Reductions besides sum: extremes and their positions, product. Imports kernels/reduce.ts and the files above. */
import type { DType } from '../dtype.ts'
import { fail } from '../errors.ts'
import { argmaxFold, argminFold, type Fold, maxFold, minFold, reduce } from '../kernels/reduce.ts'
import { primitive, SAVES_NOTHING } from '../primitive.ts'
import { allAxes, normalizeAxes, normalizeAxis, reducedShape, showShape, sizeOf } from '../shape.ts'
import type { Axes, AxesArg, Reduce, Shape } from '../shape-types.ts'
import type { Aval, Tensor } from '../tensor.ts'
import {
  expandReduced,
  keepdimsOf,
  type ReduceOptions,
  type ReduceParams,
  type Reduction,
  reduction,
  shiftReduction,
  sumAxes,
} from './broadcast.ts'
import { eq } from './compare.ts'
import { div, mul } from './elementwise.ts'
import { cast } from './memory.ts'
import { checkNumeric, checkTensor } from './operand.ts'
import { permute, reshape } from './reshape.ts'
import { cumprod } from './scan.ts'
import { pad, slice } from './slice.ts'

interface ReductionDefinition {
  readonly fold: Fold
  readonly check: (op: string, x: Aval, axes: readonly number[]) => void
  /** The dtype of the result; that of the input unless told. */
  readonly result?: DType
  /** The derivative of the result with respect to each element; without it none flows. */
  readonly slope?: (x: Tensor, out: Tensor, params: ReduceParams) => Tensor
}

/** A reduction of which each number of the result depends on the elements that it was made of, and on no others. */
export function reducing(
  name: string,
  { fold, check, result, slope }: ReductionDefinition,
  axesOf?: typeof normalizeAxes,
): Reduction {
  const p = primitive<ReduceParams>({
    name,
    shape: ([x], { axes, keepdims }) => {
      check(name, x!, axes)
      return { shape: reducedShape(x!.shape, axes, keepdims), dtype: result ?? x!.dtype }
    },
    kernel: ([x], { axes }, out) => reduce(fold, x!, axes, out),
    vjp: [
      slope
        ? (ct, [x], out, params) => mul(expandReduced(ct, x!.shape, params), slope(x!, out, params))
        : null,
    ],
    jvp: ([dx], [x], out, params) =>
      dx && slope ? sumAxes(mul(dx, slope(x!, out, params)), params.axes, params.keepdims) : null,
    batch: 'shiftAxes',
    shift: shiftReduction,
    saves: slope ? { inputs: [0], output: true } : SAVES_NOTHING,
  })
  return reduction(p, axesOf)
}

function checkNotEmpty(op: string, { shape }: Aval, axes: readonly number[]): void {
  const empty = axes.find((axis) => shape[axis] === 0)
  if (empty !== undefined)
    fail(op, `axis ${empty} of ${showShape(shape)} is empty; the ${op} of no elements is not defined`)
}

/** max and min: every element that ties for the extreme gets an equal share of the gradient, as torch.amax. */
const extreme = (name: string, fold: Fold): Reduction =>
  reducing(name, {
    fold,
    check: (op, x, axes) => {
      checkNumeric(op, x)
      checkNotEmpty(op, x, axes)
    },
    slope: (x, out, params) => {
      const ties = cast(eq(x, expandReduced(out, x.shape, params)), x.dtype)
      return div(ties, expandReduced(sumAxes(ties, params.axes, params.keepdims), x.shape, params))
    },
  })

/** Largest element over `axis` (one, several, or all); NaN when there is one. Ties share the gradient equally. */
export const max: Reduction = /* @__PURE__ */ extreme('max', maxFold)

/** Smallest element over `axis` (one, several, or all); NaN when there is one. Ties share the gradient equally. */
export const min: Reduction = /* @__PURE__ */ extreme('min', minFold)

/** Product over `axis` (one, several, or all); 1 for no elements. The gradient is right where elements are 0. */
export function prod<S extends Shape, const X extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
  options?: ReduceOptions<K>,
): Tensor<Reduce<S, X, K>>
export function prod(x: Tensor, axis?: Axes, options?: ReduceOptions): Tensor {
  checkTensor('prod', x)
  const axes = normalizeAxes('prod', axis, x.ndim)
  const shape = reducedShape(x.shape, axes, keepdimsOf('prod', options))
  const kept = allAxes(x.ndim).filter((i) => !axes.includes(i))
  const count = sizeOf(axes.map((i) => x.shape[i]!))
  const rows = reshape(permute(x, [...kept, ...axes]), [...kept.map((i) => x.shape[i]!), count])
  // The last of the running products; of no elements there is none but that of a 1.
  const factors = count > 0 ? rows : pad(rows, [...kept.map(() => [0, 0] as const), [0, 1]], 1)
  return reshape(slice(cumprod(factors, -1), [...kept.map(() => null), -1]), shape)
}

/** The type under which positions of extremes are public. */
type Position = <S extends Shape, const X extends number | undefined = undefined>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
) => Tensor<Reduce<S, X, false>>

const position = (name: string, fold: Fold): Position =>
  reducing(name, { fold, check: checkNotEmpty, result: 'int32' }, (op, axis, rank) =>
    axis === undefined ? allAxes(rank) : [normalizeAxis(op, axis, rank)],
  ) as Position

/** Position of the largest element along `axis`, int32; without an axis, its position in the flattened tensor. Of equals the first. */
export const argmax: Position = /* @__PURE__ */ position('argmax', argmaxFold)

/** Position of the smallest element along `axis`, int32; without an axis, its position in the flattened tensor. Of equals the first. */
export const argmin: Position = /* @__PURE__ */ position('argmin', argminFold)
