/**
 * @file Windows as ops: unfold and fold, each the adjoint of the other, and the arguments that say how windows lie.
 * Imports kernels/windows.ts and ops/.
 */
import { describe, fail } from '../../errors.ts'
import { addWindows, viewWindows, type Windows } from '../../kernels/windows.ts'
import { type Primitive, primitive, SAVES_NOTHING } from '../../primitive.ts'
import { checkShape, type Shape, showShape } from '../../shape.ts'
import { apply } from '../../tape.ts'
import type { Tensor } from '../../tensor.ts'
import { pad, slice } from '../slice.ts'

const unfoldPrimitive: Primitive<Windows> = /* @__PURE__ */ primitive<Windows>({
  name: 'unfold',
  shape: ([x], { size, kernel, count }) => ({
    shape: [...x!.shape.slice(0, -size.length), ...kernel, ...count],
    dtype: x!.dtype,
  }),
  kernel: ([x], windows, out) => viewWindows(x!, windows, out),
  vjp: [(ct, _inputs, _out, windows) => apply(foldPrimitive, [ct], windows)],
  jvp: 'linear',
  batch: 'elementwise',
  saves: SAVES_NOTHING,
})

const foldPrimitive: Primitive<Windows> = /* @__PURE__ */ primitive<Windows>({
  name: 'fold',
  shape: ([x], { size }) => ({ shape: [...x!.shape.slice(0, -2 * size.length), ...size], dtype: x!.dtype }),
  kernel: ([x], windows, out) => addWindows(x!, windows, out),
  vjp: [(ct, _inputs, _out, windows) => apply(unfoldPrimitive, [ct], windows)],
  jvp: 'linear',
  batch: 'elementwise',
  saves: SAVES_NOTHING,
})

/** The elements under each window on padded images: [..., ...kernel, ...count], a view. */
export function unfold(x: Tensor, windows: Windows): Tensor {
  const { padding } = windows
  const rest = x.shape.slice(padding.length).map(() => [0, 0] as const)
  const widths = [...rest, ...padding.map((n) => [Math.floor(n), Math.ceil(n)] as const)]
  return apply(unfoldPrimitive, [padding.some((n) => n > 0) ? pad(x, widths) : x], windows)
}

/** Its adjoint: adds the elements of all windows back to images, and cuts the padding off. */
export function fold(x: Tensor, windows: Windows): Tensor {
  const sums = apply(foldPrimitive, [x], windows)
  const { padding, size } = windows
  const rest = sums.shape.slice(padding.length).map(() => null)
  return slice(sums, [...rest, ...padding.map((n, axis) => [n, size[axis]! - n] as const)])
}

// ── arguments ────────────────────────────────────────────────────────────────

/** The option `name` for each of `rank` axes: one whole number for all of them or, for two, a pair. */
export function sizesOf(op: string, name: string, value: unknown, least: 0 | 1, rank: number): Shape {
  // Not value.every, which skips holes.
  const sizes = rank > 1 && Array.isArray(value) ? Array.from<unknown>(value) : new Array(rank).fill(value)
  if (sizes.length !== rank || !sizes.every((size) => Number.isInteger(size) && size >= least))
    fail(
      op,
      `${name} must be a whole number >= ${least}${rank > 1 ? ', or a pair [h, w] of them' : ''}, got ${describe(value)}`,
    )
  // Adding 0 makes -0 a 0.
  return sizes.map((size) => size + 0)
}

/** Throws unless `x` has `rank` axes behind the channels and at most a batch before them. */
export function checkImages(op: string, x: Tensor, rank: number): void {
  const form = rank > 1 ? 'C, H, W]' : 'C, L]'
  if (x.ndim !== rank + 1 && x.ndim !== rank + 2)
    fail(
      op,
      `the input must be [N, ${form} or [${form}, got ${showShape(x.shape)}${x.ndim === rank ? '; for one channel write x.unsqueeze(0)' : ''}`,
    )
}

/** As many windows as fit on padded images: floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 per axis. */
export function windowsOn(
  op: string,
  images: Shape,
  padding: Shape,
  kernel: Shape,
  stride: Shape,
  dilation: Shape,
): Windows {
  const size = images.map((n, axis) => n + 2 * padding[axis]!)
  const reach = kernel.map((n, axis) => (n - 1) * dilation[axis]! + 1)
  if (reach.some((n, axis) => n > size[axis]!))
    fail(
      op,
      `the windows cover ${showShape(reach)}, more than the padded input, ${showShape(size)}; use a smaller kernel or dilation, or more padding`,
    )
  const count = size.map((n, axis) => Math.floor((n - reach[axis]!) / stride[axis]!) + 1)
  return { size, padding, kernel, count, stride, dilation }
}

/** Throws unless arrays can hold padded images and what is unfolded of them; `lead` is what stands before their sizes. */
export function checkWindows(op: string, lead: Shape, { size, kernel, count }: Windows): void {
  checkShape(op, [...lead, ...size])
  checkShape(op, [...lead, ...kernel, ...count])
}
