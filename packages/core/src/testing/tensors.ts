/**
 * @file The arbitrary of tensors: every shape, dtype and memory layout, with shrinking of its own. Imports layouts.ts,
 * shapes.ts and fast-check.ts.
 */
import type { Arbitrary, Random, Stream, Value } from 'fast-check'
import { checkDType, type DType, isFloat } from '../dtype.ts'
import { checkFlag, checkOptions, describe, fail } from '../errors.ts'
import { checkShape, contiguousStrides, sizeOf, unravel } from '../shape.ts'
import type { Shape } from '../shape-types.ts'
import type { Tensor } from '../tensor.ts'
import { fastCheck } from './fast-check.ts'
import { LAYOUTS, type Layout, place, repeatedAxes } from './layouts.ts'
import { boundsOf, SHAPE_OPTIONS, type ShapeArbOptions, shapesWithin } from './shapes.ts'

export interface TensorArbOptions<S extends Shape = Shape> extends ShapeArbOptions {
  /** One shape, or an arbitrary of shapes; else any shape within minRank, maxRank, minSide and maxSide. */
  readonly shape?: readonly [...S] | Arbitrary<S>
  /** One dtype, or several to choose from. Default 'float32'. */
  readonly dtype?: DType | readonly DType[]
  /** The least element. Default -8, or `max` if that is less. */
  readonly min?: number
  /** The largest element. Default 8, or `min` if that is more. */
  readonly max?: number
  /** false draws NaN, too. Default true. */
  readonly noNaN?: boolean
  /** false draws Infinity and -Infinity, too. Default true. */
  readonly noInfinity?: boolean
  /** Elements of your own instead of those from `min` to `max`, for example `fc.double()`. */
  readonly elements?: Arbitrary<number>
  /** Which memory layouts to choose from; true (the default) for all, false for 'contiguous' alone. */
  readonly layouts?: boolean | readonly Layout[]
  /** Whether the tensors are leaves. Default false. */
  readonly requiresGrad?: boolean
}
const RANGE_OPTIONS = ['min', 'max', 'noNaN', 'noInfinity'] as const
const OPTIONS: readonly string[] = [
  'shape',
  'dtype',
  ...RANGE_OPTIONS,
  'elements',
  'layouts',
  'requiresGrad',
  ...SHAPE_OPTIONS,
]

const OP = 'tensorArb'

/** Each element is drawn and shrunk on its own: more of them look like a hang. */
const MOST_ELEMENTS = 100_000

/** A tensor before it is built: what shrinks. Elements are in row-major order. */
interface Sketch {
  readonly shape: Value<Shape>
  readonly layout: Layout
  /** Which axis the layout `repeated` repeats. */
  readonly axis: number
  readonly elements: readonly Value<number>[]
}

/**
 * Tensors of any shape and memory layout. Elements of a float dtype are multiples of a power of 2 between min and max, of
 * 14 binary digits at most (multiples of 1/1024 unless told): short to read, exact in float32, and no product of a few of
 * them underflows; those of int32 are whole numbers. `elements` takes over where others are wanted. Memory before, after
 * and between the elements is NaN (for int32 and bool some other number), so that reading it shows.
 *
 * Shrinks to the first of the layouts (contiguous), to a smaller shape with a part of the same elements, and to elements
 * near 0. The elements of the counterexample are therefore its own, whatever the shape was in which it was found.
 */
export function tensorArb<const S extends Shape = Shape>(
  options: TensorArbOptions<S> = {},
): Arbitrary<Tensor<S>> {
  checkOptions(OP, options, OPTIONS)
  const dtypes = dtypesOf(options.dtype)
  const layouts = layoutsOf(options.layouts)
  const shapes = shapesOf(options)
  const requiresGrad = checkFlag(OP, 'requiresGrad', options.requiresGrad ?? false)
  for (const dtype of dtypes)
    if (requiresGrad && !isFloat(dtype))
      fail(OP, `a tensor of dtype ${dtype} cannot require gradients; use 'float32' or 'float64'`)
  checkRange(options, dtypes)
  const fc = fastCheck(OP)
  const each = dtypes.map((dtype) =>
    sketches(shapes, elementsOf(options, dtype), layouts).map((sketch): Tensor<S> => {
      const x = build(sketch, dtype)
      if (requiresGrad) x.requiresGrad = true
      // What fast-check prints: the tensor as it was drawn, whatever the property has done to it.
      Object.defineProperty(x, fc.toStringMethod, { value: () => textOf(sketch, dtype) })
      return x as unknown as Tensor<S>
    }),
  )
  return each.length === 1 ? each[0]! : fc.oneof({ withCrossShrink: true }, ...each)
}

function dtypesOf(dtype: unknown = 'float32'): readonly DType[] {
  if (!Array.isArray(dtype)) return [checkDType(OP, dtype)]
  if (dtype.length === 0) fail(OP, 'dtype is an empty list; name one dtype at least')
  return Array.from(dtype, (each) => checkDType(OP, each))
}

function layoutsOf(layouts: unknown = true): readonly Layout[] {
  if (layouts === true) return LAYOUTS
  if (layouts === false) return ['contiguous']
  if (!Array.isArray(layouts) || layouts.length === 0)
    fail(OP, `layouts must be true, false or a list of names, got ${describe(layouts)}`)
  for (const each of layouts)
    if (!LAYOUTS.includes(each))
      fail(OP, `there is no layout ${describe(each)}; there are ${LAYOUTS.join(', ')}`)
  return layouts.slice()
}

const isArbitrary = (x: unknown): x is Arbitrary<never> =>
  typeof x === 'object' && x !== null && 'generate' in x && 'shrink' in x

function shapesOf(options: TensorArbOptions): Arbitrary<Shape> {
  const { shape } = options
  if (shape === undefined) {
    const bounds = boundsOf(OP, options)
    const { maxRank, maxSide } = bounds
    const most = maxSide ** maxRank
    if (most > MOST_ELEMENTS)
      fail(
        OP,
        `maxRank ${maxRank} and maxSide ${maxSide} allow ${most} elements; at most ${MOST_ELEMENTS} are drawn one by one`,
      )
    return shapesWithin(OP, bounds)
  }
  for (const name of SHAPE_OPTIONS)
    if (options[name as keyof ShapeArbOptions] !== undefined)
      fail(OP, `shape is given, so ${name} says nothing; leave one of them out`)
  return isArbitrary(shape) ? shape : fastCheck(OP).constant(checkedShape(shape))
}

function checkedShape(shape: unknown): Shape {
  const checked = checkShape(OP, shape)
  if (sizeOf(checked) > MOST_ELEMENTS)
    fail(
      OP,
      `shape [${checked.join(', ')}] has ${sizeOf(checked)} elements; at most ${MOST_ELEMENTS} are drawn one by one. ` +
        'Draw a seed instead, and make the tensor with rand',
    )
  return checked
}

/** Throws where a bound makes no sense, or says nothing. */
function checkRange(options: TensorArbOptions, dtypes: readonly DType[]): void {
  const { elements } = options
  if (elements !== undefined && !isArbitrary(elements))
    fail(OP, `elements must be an arbitrary, as in fc.double(), got ${describe(elements)}`)
  for (const name of RANGE_OPTIONS) {
    const value = options[name]
    if (value === undefined) continue
    if (elements !== undefined) fail(OP, `elements is given, so ${name} says nothing; leave one of them out`)
    if (dtypes.every((dtype) => dtype === 'bool'))
      fail(OP, `${name} says nothing for dtype bool; leave it out`)
    if (name === 'noNaN' || name === 'noInfinity') {
      if (!checkFlag(OP, name, value) && !dtypes.some(isFloat))
        fail(OP, `dtype ${dtypes[0]} has no NaN and no Infinity; leave ${name} out`)
    } else if (!Number.isFinite(value))
      fail(
        OP,
        `${name} must be a finite number, got ${describe(value)}; for others there are noInfinity and elements`,
      )
  }
}

function elementsOf(options: TensorArbOptions, dtype: DType): Arbitrary<number> {
  const fc = fastCheck(OP)
  if (options.elements !== undefined) return options.elements
  if (dtype === 'bool') return fc.nat(1)
  const min = options.min ?? Math.min(-8, options.max ?? 0)
  const max = options.max ?? Math.max(8, min)
  if (min > max) fail(OP, `min ${min} is above max ${max}`)
  const largest = Math.max(Math.abs(min), Math.abs(max))
  const step = dtype === 'int32' || largest === 0 ? 1 : 2 ** (Math.floor(Math.log2(largest)) - 13)
  // Not -0, which would be drawn often.
  const [first, last] = [Math.ceil(min / step) + 0, Math.floor(max / step) + 0]
  const kind = dtype === 'int32' ? 'whole number' : `multiple of ${step}`
  if (first > last)
    fail(OP, `there is no ${kind} from ${min} to ${max}; use elements for numbers of your own`)
  if (dtype === 'int32' && (first < -(2 ** 31) || last >= 2 ** 31))
    fail(OP, `${first} to ${last} is more than int32 holds; use ${-(2 ** 31)} to ${2 ** 31 - 1} at most`)
  const numbers = fc.integer({ min: first, max: last }).map((n) => n * step)
  const { noNaN = true, noInfinity = true } = options
  const others = [...(noNaN ? [] : [Number.NaN]), ...(noInfinity ? [] : [Infinity, -Infinity])]
  if (!isFloat(dtype) || others.length === 0) return numbers
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: numbers, weight: 7 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  )
}

/** For each element the first one that lies in the same memory. */
function representatives(shape: Shape, layout: Layout, axis: number): readonly number[] {
  const repeated = repeatedAxes(layout, shape.length, axis)
  const strides = contiguousStrides(shape)
  return Array.from({ length: sizeOf(shape) }, (_, k) =>
    unravel(k, shape).reduce((sum, i, a) => sum + (repeated.includes(a) ? 0 : i * strides[a]!), 0),
  )
}

function build({ shape, layout, axis, elements }: Sketch, dtype: DType): Tensor {
  const values = elements.map(({ value }) => {
    const fits =
      dtype === 'bool'
        ? value === 0 || value === 1
        : isFloat(dtype)
          ? typeof value === 'number'
          : (value | 0) === value
    if (!fits) fail(OP, `elements drew ${describe(value)}, which is not of dtype ${dtype}`)
    return value
  })
  return place(shape.value, values, dtype, layout, axis)
}

/** The tensor, with its layout where that may be why it is a counterexample. */
function textOf(sketch: Sketch, dtype: DType): string {
  const x = build(sketch, dtype)
  if (x.contiguous) return String(x)
  return `${x} (${sketch.layout}: strides [${x.strides.join(', ')}], offset ${x.offset})`
}

/** Parts of row-major elements that fill a smaller shape: the first and the last along every axis, or of all. */
function partsFor<T>(from: Shape, to: Shape, elements: readonly T[]): (readonly T[])[] {
  const size = sizeOf(to)
  if (size > elements.length) return []
  if (from.length !== to.length || to.some((n, axis) => n > from[axis]!))
    return size === 0 ? [[]] : [elements.slice(0, size), elements.slice(-size)]
  const strides = contiguousStrides(from)
  return [0, 1].map((last) =>
    Array.from({ length: size }, (_, k) => {
      const index = unravel(k, to)
      return elements[index.reduce((sum, i, a) => sum + (i + last * (from[a]! - to[a]!)) * strides[a]!, 0)]!
    }),
  )
}

/** The arbitrary behind all of it. Made here, since its base class may not be there when this file is loaded. */
function sketches(
  shapes: Arbitrary<Shape>,
  elements: Arbitrary<number>,
  layouts: readonly Layout[],
): Arbitrary<Sketch> {
  const fc = fastCheck(OP)
  // Properties assign to tensors and let them accumulate gradients: while other arguments shrink, fast-check makes a new
  // one for each run.
  const cloneable = (sketch: Sketch): Value<Sketch> =>
    new fc.Value({ ...sketch, [fc.cloneMethod]: () => sketch }, undefined)

  function* smaller({ shape, layout, axis, elements: all }: Sketch): IterableIterator<Value<Sketch>> {
    const owners = representatives(shape.value, layout, axis)
    if (layout !== layouts[0]) yield cloneable(settled({ shape, layout: layouts[0]!, axis, elements: all }))
    for (const next of shapes.shrink(shape.value, shape.context)) {
      for (const part of partsFor(shape.value, next.value, all))
        yield cloneable(settled({ shape: next, layout, axis, elements: part }))
    }
    for (const k of new Set(owners)) {
      const { value, context } = all[k]!
      for (const next of elements.shrink(value, context))
        yield cloneable({ shape, layout, axis, elements: all.map((x, i) => (owners[i] === k ? next : x)) })
    }
  }

  class Sketches extends fc.Arbitrary<Sketch> {
    override generate(random: Random, bias: number | undefined): Value<Sketch> {
      const shape = shapes.generate(random, bias)
      checkedShape(shape.value)
      const layout = layouts[random.nextInt(0, layouts.length - 1)]!
      const axis = random.nextInt(0, Math.max(shape.value.length - 1, 0))
      const drawn: Value<number>[] = []
      representatives(shape.value, layout, axis).forEach((owner, k) => {
        drawn.push(owner === k ? elements.generate(random, bias) : drawn[owner]!)
      })
      return cloneable({ shape, layout, axis, elements: drawn })
    }
    override canShrinkWithoutContext(_: unknown): _ is Sketch {
      return false
    }
    override shrink(sketch: Sketch): Stream<Value<Sketch>> {
      return fc.stream(smaller(sketch))
    }
  }
  return new Sketches()
}

/** With equal elements where the layout makes them share their memory; the axis is one that the shape has. */
function settled({ shape, layout, axis: old, elements }: Sketch): Sketch {
  const axis = Math.min(old, Math.max(shape.value.length - 1, 0))
  const owners = representatives(shape.value, layout, axis)
  return { shape, layout, axis, elements: owners.map((owner) => elements[owner]!) }
}
