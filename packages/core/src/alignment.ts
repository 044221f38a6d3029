/** @file Shapes that do not broadcast, drawn one under the other, and what would help. Imports nothing. */

/** The sizes of a tensor's axes. */
export type Shape = readonly number[]

/** `[2, 3]`, sizes padded to `digits`. */
const show = (shape: Shape, digits = 0): string =>
  `[${shape.map((size) => `${size}`.padStart(digits)).join(', ')}]`

/**
 * What goes below the message about `shapes` that clash at axis -`axis`: a drawing, and what would help. The last `inner`
 * axes take no part in the broadcast. Of three shapes `a` may be what the first two make. For [32, 10] and [32]:
 *
 *   [32, 10]
 *       [32]
 *        ^^
 *   axes match from the right; reshape [32] to [32, 1]
 */
export function drawAlignment(shapes: readonly Shape[], axis: number, a: Shape, b: Shape, inner = 0): string {
  const digits = `${Math.max(...shapes.flat())}`.length
  const column = digits + ', '.length
  // Where the rows end: the longest begins after two blanks.
  const end = Math.max(...shapes.map((shape) => shape.length)) * column + 2
  return [
    '',
    ...shapes.map((shape) => show(shape, digits).padStart(end)),
    '^'.repeat(digits).padStart(end + 1 - axis * column + digits),
    `  axes match from the right${fixFor(shapes, a, b, inner)}`,
  ].join('\n')
}

/**
 * What makes the shorter of two shapes (`b`, if they are as long) stretch to the other: axes of size 1, or a transpose;
 * empty if it is a matter of sizes, or would not help all of `shapes`.
 */
function fixFor(shapes: readonly Shape[], a: Shape, b: Shape, inner: number): string {
  const [long, short] = a.length < b.length ? [b, a] : [a, b]
  const reshaped = short.slice(short.length - inner)
  // From the right, each axis of `long` takes the next size of `short` if it is the same, else 1: [32, 10] leaves 10 to
  // a 1 and takes 32. Sizes that are left over at the end fit nowhere.
  const sizes = short.slice(0, short.length - inner).filter((size) => size !== 1)
  for (let i = long.length - inner; i-- > 0 && sizes.length > 0; )
    reshaped.unshift(long[i] === sizes.at(-1) ? sizes.pop()! : 1)
  const stretches = (shape: Shape): boolean =>
    shape.every((size, i) => size === 1 || size === long[long.length - shape.length + i])
  if (!shapes.every((shape) => show(shape) === show(short) || stretches(shape))) return ''
  if (sizes.length === 0) return `; reshape ${show(short)} to ${show(reshaped)}`
  return inner === 0 && show(short.slice().reverse()) === show(long) ? `; transpose ${show(short)}` : ''
}
