/**
 * @file Three primitives of one family: the parts of the sum over y[n, o, p] w[o, c, i] x[n, c, p stride + i dilation -
 * padding] that is linear in x, w and y. Each is what remains when one of them is left out, so the derivatives of each
 * are the other two. Imports kernels/conv.ts and ops/.
 */
import { convolve, convolveTransposed, convolveWeight, type Geometry } from '../../kernels/conv.ts'
import { type BatchRule, type Primitive, primitive, SAVES_BOTH } from '../../primitive.ts'
import { checkSize, type Shape } from '../../shape.ts'
import { apply } from '../../tape.ts'
import type { Tensor } from '../../tensor.ts'
import { permute, reshape } from '../reshape.ts'

/** What stands before the two spatial axes of x, w and y: n images, g groups, c inputs and o outputs of a group. */
const AXES = { x: 'ngc', w: 'goc', y: 'ngo' } as const
type Part = keyof typeof AXES
type Letter = 'n' | 'g' | 'c' | 'o'
type Sizes = Record<Letter, number>

/** The axis that two parts share and the third has not: a batch of those two alone makes that axis longer. */
const SHARED = { x: 'o', w: 'n', y: 'c' } as const

/** Groups are 0 only where a batch is empty. */
const perGroup = (channels: number, groups: number): number => (groups === 0 ? 0 : channels / groups)

/** y [N, O, P, Q] from x [N, C, H, W] and w [O, C / groups, kH, kW]. */
export const convolvePrimitive: Primitive<Geometry> = /* @__PURE__ */ primitive<Geometry>({
  name: 'conv2d',
  shape: ([x, w], g) => {
    const shape = [x!.shape[0]!, w!.shape[0]!, ...g.output]
    checkSize('conv2d', shape)
    return { shape, dtype: x!.dtype }
  },
  kernel: ([x, w], g, out) => convolve(x!, w!, g, out),
  vjp: [
    (ct, [, w], _out, g) => apply(transposedPrimitive, [ct, w!], g),
    (ct, [x], _out, g) => apply(weightPrimitive, [x!, ct], g),
  ],
  jvp: 'multilinear',
  batch: /* @__PURE__ */ batchRule('x', 'w', 'y', () => convolvePrimitive),
  saves: SAVES_BOTH,
})

/** x from y and w: every element of y spread over its window. */
export const transposedPrimitive: Primitive<Geometry> = /* @__PURE__ */ primitive<Geometry>({
  name: 'convTranspose2d',
  shape: ([y, w], g) => {
    const shape = [y!.shape[0]!, w!.shape[1]! * g.groups, ...g.input]
    checkSize('convTranspose2d', shape)
    return { shape, dtype: y!.dtype }
  },
  kernel: ([y, w], g, out) => convolveTransposed(y!, w!, g, out),
  vjp: [
    (ct, [, w], _out, g) => apply(convolvePrimitive, [ct, w!], g),
    (ct, [y], _out, g) => apply(weightPrimitive, [ct, y!], g),
  ],
  jvp: 'multilinear',
  batch: /* @__PURE__ */ batchRule('y', 'w', 'x', () => transposedPrimitive),
  saves: SAVES_BOTH,
})

/** w from x and y: each weight's factor in the sum. */
const weightPrimitive: Primitive<Geometry> = /* @__PURE__ */ primitive<Geometry>({
  name: 'convWeight2d',
  shape: ([x, y], g) => {
    const shape = [y!.shape[1]!, perGroup(x!.shape[1]!, g.groups), ...g.kernel]
    checkSize('conv2d', shape)
    return { shape, dtype: x!.dtype }
  },
  kernel: ([x, y], g, out) => convolveWeight(x!, y!, g, out),
  vjp: [
    (ct, [, y], _out, g) => apply(transposedPrimitive, [y!, ct], g),
    (ct, [x], _out, g) => apply(convolvePrimitive, [x!, ct], g),
  ],
  jvp: 'multilinear',
  batch: /* @__PURE__ */ batchRule('x', 'y', 'w', () => weightPrimitive),
  saves: SAVES_BOTH,
})

/**
 * Batching never copies an input for each example: where two parts carry the batch it lengthens the axis that only
 * they have (images, inputs or outputs of a group), where all three do each example is a group of its own.
 */
function batchRule(
  first: Part,
  second: Part,
  result: Part,
  self: () => Primitive<Geometry>,
): BatchRule<Geometry> {
  return ([a, b], [batchedA, batchedB], g, size) => {
    const letter = batchedA && batchedB ? 'g' : SHARED[batchedA ? second : first]
    const sizes: Sizes = { n: 0, g: g.groups, c: 0, o: 0 }
    measure(sizes, first, batchedA ? a!.shape.slice(1) : a!.shape)
    measure(sizes, second, batchedB ? b!.shape.slice(1) : b!.shape)
    const left = batchedA ? joinBatch(a!, first, letter, sizes) : a!
    const right = batchedB ? joinBatch(b!, second, letter, sizes) : b!
    const groups = letter === 'g' ? g.groups * size : g.groups
    return splitBatch(apply(self(), [left, right], { ...g, groups }), result, letter, sizes, size)
  }
}

function measure(sizes: Sizes, part: Part, shape: Shape): void {
  if (part === 'w') {
    sizes.o = perGroup(shape[0]!, sizes.g)
    sizes.c = shape[1]!
  } else {
    sizes.n = shape[0]!
    sizes[part === 'x' ? 'c' : 'o'] = perGroup(shape[1]!, sizes.g)
  }
}

/** Sizes of the three axes as the two that a part has. */
const merge = (part: Part, [a, b, c]: readonly number[]): Shape =>
  part === 'w' ? [a! * b!, c!] : [a!, b! * c!]

/** The batch, at axis 0 of `x`, becomes the slower part of the axis named `letter`. */
function joinBatch(x: Tensor, part: Part, letter: Letter, sizes: Sizes): Tensor {
  const axes = [...AXES[part]] as Letter[]
  const at = axes.indexOf(letter)
  const apart = reshape(x, [x.shape[0]!, ...axes.map((axis) => sizes[axis]), ...x.shape.slice(3)])
  const order = [1, 2, 3]
  order.splice(at, 0, 0)
  const joined = axes.map((axis) => (axis === letter ? x.shape[0]! : 1) * sizes[axis])
  return reshape(permute(apart, [...order, 4, 5]), [...merge(part, joined), ...x.shape.slice(3)])
}

/** The way back. */
function splitBatch(x: Tensor, part: Part, letter: Letter, sizes: Sizes, size: number): Tensor {
  const axes = [...AXES[part]] as Letter[]
  const at = axes.indexOf(letter)
  const alone = axes.map((axis) => sizes[axis])
  const apart = reshape(x, [...alone.slice(0, at), size, ...alone.slice(at), ...x.shape.slice(2)])
  const order = [0, 1, 2, 3].filter((axis) => axis !== at)
  return reshape(permute(apart, [at, ...order, 4, 5]), [size, ...merge(part, alone), ...x.shape.slice(2)])
}
