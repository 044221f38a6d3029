/** @file Reductions besides sum: extremes and their positions, product. Imports kernels/reduce.ts and the files above. */
import { fail } from '../errors.ts'
import {
  argmaxFold,
  argminFold,
  type Fold,
  maxFold,
  minFold,
  productFold,
  reduce,
  wrappingProductFold,
} from '../kernels/reduce.ts'
import { type Primitive, primitive } from '../primitive.ts'
import { allAxes, normalizeAxes, normalizeAxis, reducedShape, showShape, sizeOf } from '../shape.ts'
import type { Axes, AxesArg, Reduce, Shape } from '../shape-types.ts'
import { apply } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import {
  broadcastTo,
  expandReduced,
  keepdimsOf,
  type ReduceOptions,
  type ReduceParams,
  type Reduction,
  shiftReduction,
  sumAxes,
} from './broadcast.ts'
import { eq } from './compare.ts'
import { div, mul } from './elementwise.ts'
import { cast } from './memory.ts'
import { checkNumeric, checkTensor } from './operand.ts'
import { flatten, permute, reshape } from './reshape.ts'
import { flip, pad, slice } from './slice.ts'

function checkNotEmpty(op: string, x: { readonly shape: readonly number[] }, axes: readonly number[]): void {
  const empty = axes.find((axis) => x.shape[axis] === 0)
  if (empty !== undefined)
    fail(op, `axis ${empty} of ${showShape(x.shape)} is empty; the ${op} of no elements is not defined`)
}

/** max and min: every element that ties for the extreme gets an equal share of the gradient, as torch.amax. */
function extreme(name: 'max' | 'min', fold: Fold): Primitive<ReduceParams> {
  const shares = (x: Tensor, out: Tensor, params: ReduceParams): Tensor => {
    const ties = cast(eq(x, expandReduced(out, x.shape, params)), x.dtype)
    return div(ties, expandReduced(sumAxes(ties, params.axes, params.keepdims), x.shape, params))
  }
  return primitive<ReduceParams>({
    name,
    shape: ([x], { axes, keepdims }) => {
      checkNumeric(name, x!)
      checkNotEmpty(name, x!, axes)
      return { shape: reducedShape(x!.shape, axes, keepdims), dtype: x!.dtype }
    },
    kernel: ([x], { axes }, out) => reduce(fold, x!, axes, out),
    vjp: [(ct, [x], out, params) => mul(expandReduced(ct, x!.shape, params), shares(x!, out, params))],
    jvp: ([dx], [x], out, params) =>
      dx! && sumAxes(mul(dx!, shares(x!, out, params)), params.axes, params.keepdims),
    batch: 'shiftAxes',
    shift: shiftReduction,
    saves: { inputs: [0], output: true },
  })
}

/** The public form of a reduction. */
export function reduction(p: Primitive<ReduceParams>): Reduction {
  const op = (x: Tensor, axis?: Axes, options?: ReduceOptions): Tensor => {
    checkTensor(p.name, x)
    const axes = normalizeAxes(p.name, axis, x.ndim)
    return apply(p, [x], { axes, keepdims: keepdimsOf(p.name, options) })
  }
  return op as Reduction
}

/** Largest element over `axis` (one, several, or all); NaN when there is one. Ties share the gradient equally. */
export const max: Reduction = /* @__PURE__ */ reduction(/* @__PURE__ */ extreme('max', maxFold))

/** Smallest element over `axis` (one, several, or all); NaN when there is one. Ties share the gradient equally. */
export const min: Reduction = /* @__PURE__ */ reduction(/* @__PURE__ */ extreme('min', minFold))

// ── prod ─────────────────────────────────────────────────────────────────────

/** Product over the last axis. */
const productPrimitive = /* @__PURE__ */ primitive({
  name: 'prod',
  shape: ([x]) => ({ shape: x!.shape.slice(0, -1), dtype: x!.dtype === 'bool' ? 'int32' : x!.dtype }),
  kernel: ([x], _params, out) =>
    reduce(out.dtype === 'int32' ? wrappingProductFold : productFold, x!, [x!.ndim - 1], out),
  vjp: [(ct, [x]) => mul(broadcastTo(reshape(ct, [...ct.shape, 1]), x!.shape), productOfOthers(x!))],
  jvp: ([dx], [x]) => dx! && sumAxes(mul(dx!, productOfOthers(x!)), [x!.ndim - 1], false),
  batch: 'elementwise',
  saves: { inputs: [0], output: false },
})

/**
 * For each element the product of all others along the last axis. Not out / x, which is NaN at a zero: the product of
 * those before times the product of those behind.
 */
const productOfOthers = (x: Tensor): Tensor => mul(productBefore(x), flip(productBefore(flip(x, -1)), -1))

/** Exclusive running product along the last axis: each pass doubles how far back it reaches. */
function productBefore(x: Tensor): Tensor {
  const size = x.shape[x.ndim - 1]!
  const shifted = (y: Tensor, by: number): Tensor => {
    const all = allAxes(y.ndim - 1).map(() => null)
    const widths = all.map(() => [0, 0] as const)
    return pad(slice(y, [...all, [0, size - by]]), [...widths, [by, 0]], 1)
  }
  if (size === 0) return x
  let product = shifted(x, 1)
  for (let reach = 1; reach < size; reach *= 2) product = mul(product, shifted(product, reach))
  return product
}

/** Product over `axis` (one, several, or all); 1 for no elements. The gradient is right where elements are 0. */
export function prod<S extends Shape, const X extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
  options?: ReduceOptions<K>,
): Tensor<Reduce<S, X, K>>
export function prod(x: Tensor, axis?: Axes, options?: ReduceOptions): Tensor {
  checkTensor('prod', x)
  const axes = normalizeAxes('prod', axis, x.ndim)
  const keepdims = keepdimsOf('prod', options)
  const kept = allAxes(x.ndim).filter((i) => !axes.includes(i))
  const keptShape = kept.map((i) => x.shape[i]!)
  const count = sizeOf(axes.map((i) => x.shape[i]!))
  const rows = reshape(axes.length === 1 && axes[0] === x.ndim - 1 ? x : permute(x, [...kept, ...axes]), [
    ...keptShape,
    count,
  ])
  const product = apply(productPrimitive, [rows], undefined)
  return keepdims ? reshape(product, reducedShape(x.shape, axes, true)) : product
}

// ── argmax, argmin ───────────────────────────────────────────────────────────

/** The type under which positions of extremes are public. */
type Position = <S extends Shape, const X extends number | undefined = undefined>(
  x: Tensor<S>,
  axis?: AxesArg<S, X>,
) => Tensor<Reduce<S, X, false>>

function position(name: 'argmax' | 'argmin', fold: Fold): Position {
  const p = primitive<number>({
    name,
    shape: ([x], axis) => {
      checkNotEmpty(name, x!, [axis])
      return { shape: reducedShape(x!.shape, [axis], false), dtype: 'int32' }
    },
    kernel: ([x], axis, out) => reduce(fold, x!, [axis], out),
    vjp: [null],
    jvp: () => null,
    batch: 'shiftAxes',
    shift: (axis) => axis + 1,
    saves: { inputs: [], output: false },
  })
  const op = (x: Tensor, axis?: number): Tensor => {
    checkTensor(name, x)
    if (axis === undefined) return apply(p, [flatten(x)], 0)
    return apply(p, [x], normalizeAxis(name, axis, x.ndim))
  }
  return op as Position
}

/** Position of the largest element along `axis`, int32; without an axis, its position in the flattened tensor. Of equals the first. */
export const argmax: Position = /* @__PURE__ */ position('argmax', argmaxFold)

/** Position of the smallest element along `axis`, int32; without an axis, its position in the flattened tensor. Of equals the first. */
export const argmin: Position = /* @__PURE__ */ position('argmin', argminFold)
