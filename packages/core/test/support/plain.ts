/**
 * @file Plain n-dimensional arrays with index-by-index loops: what the references of the op tests are written in, slow
 * and obvious on purpose. Imports nothing of the package.
 */

/** Numbers in row-major order. */
export interface Plain {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Every index of a shape, in row-major order; the one empty index for a 0-d shape. */
export function indicesOf(shape: readonly number[]): number[][] {
  let indices: number[][] = [[]]
  for (const size of shape) {
    indices = indices.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i]))
  }
  return indices
}

/** The array whose element at each index is `f(index)`. */
export function build(shape: readonly number[], f: (index: readonly number[]) => number): Plain {
  return { shape, data: indicesOf(shape).map(f) }
}

/** The element at an index; an index outside of the array is an error. */
export function at(x: Plain, index: readonly number[]): number {
  if (index.length !== x.shape.length) throw new RangeError(`[${index}] into an array of shape [${x.shape}]`)
  let position = 0
  index.forEach((i, axis) => {
    if (!(i >= 0 && i < x.shape[axis]!))
      throw new RangeError(`[${index}] into an array of shape [${x.shape}]`)
    position = position * x.shape[axis]! + i
  })
  return x.data[position]!
}

/** Shape under NumPy's rule: axes align at the right, and size 1 stretches. */
export function broadcastShape(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
    return sizes.find((size) => size !== 1) ?? 1
  })
}

/** The element of `x` that stands at `index` of a shape that `x` stretches to. */
export function stretchedAt(x: Plain, index: readonly number[]): number {
  const own = index.slice(index.length - x.shape.length)
  return at(
    x,
    own.map((i, axis) => (x.shape[axis] === 1 ? 0 : i)),
  )
}

/** `f` of the elements that meet at each index, after broadcasting. */
export function elementwise(f: (...values: number[]) => number): (...xs: Plain[]) => Plain {
  return (...xs) =>
    build(broadcastShape(...xs.map((x) => x.shape)), (index) => f(...xs.map((x) => stretchedAt(x, index))))
}

/** `f` of the values along `axes` (all of them when undefined), in row-major order, for each place of the other axes. */
export function fold(
  x: Plain,
  axis: number | readonly number[] | undefined,
  keepdims: boolean,
  f: (values: number[]) => number,
): Plain {
  const rank = x.shape.length
  const named = axis === undefined ? x.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : axis
  const reduced = named.map((a) => (a < 0 ? a + rank : a))
  const keptOf = (index: readonly number[]): string => index.filter((_, a) => !reduced.includes(a)).join()
  const kept = build(
    x.shape.map((size, a) => (reduced.includes(a) ? 1 : size)),
    (place) =>
      f(
        indicesOf(x.shape)
          .filter((index) => keptOf(index) === keptOf(place))
          .map((index) => at(x, index)),
      ),
  )
  return keepdims ? kept : { shape: x.shape.filter((_, a) => !reduced.includes(a)), data: kept.data }
}
