/**
 * @file Convolution as matrix products: one image's windows become the columns of a matrix. Three kernels, one per member
 * of the sum over y[n, o, p] w[o, c, i] x[n, c, p stride + i dilation - padding]: by y, by x and by w. Imports matmul.ts.
 */
import { allocateArray, type DType, type TypedArray } from '../dtype.ts'
import { type Aval, emptyTensor, type Tensor } from '../tensor.ts'
import { contiguousOf } from './copy.ts'
import { type MatrixView, matmulInto } from './matmul.ts'

/** Heights and widths. */
export type Pair = readonly [height: number, width: number]

/** How windows lie on images. Sizes that strides cannot recover stand here too, so that every adjoint knows its shape. */
export interface Geometry {
  /** Size of the images under the windows. */
  readonly input: Pair
  readonly kernel: Pair
  /** How many windows there are. */
  readonly output: Pair
  readonly stride: Pair
  /** Zeros above and left of the image; those below and right follow from the number of windows. */
  readonly padding: Pair
  readonly dilation: Pair
  readonly groups: number
}

const area = ([height, width]: Pair): number => height * width

/** The windows [first, end) along one axis in which element `i` of the kernel lies on the image. */
function spanOf(g: Geometry, axis: 0 | 1, i: number): readonly [first: number, end: number] {
  const shift = i * g.dilation[axis] - g.padding[axis]
  const stride = g.stride[axis]
  const first = Math.max(0, Math.ceil(-shift / stride))
  return [first, Math.min(g.output[axis], Math.floor((g.input[axis] - 1 - shift) / stride) + 1)]
}

/**
 * Writes the windows of `channels` images from `start` on to `columns`: row (c, i, j), column (p, q). Elements on the
 * padding are left as they are: the same ones for every image, zeros from the start.
 */
function unfold(g: Geometry, channels: number, image: TypedArray, start: number, columns: TypedArray): void {
  const [height, width] = g.input
  const [down, across] = g.stride
  const windows = area(g.output)
  for (let c = 0, row = 0; c < channels; c++) {
    for (let i = 0; i < g.kernel[0]; i++) {
      const [top, bottom] = spanOf(g, 0, i)
      const y = c * height + i * g.dilation[0] - g.padding[0]
      for (let j = 0; j < g.kernel[1]; j++, row += windows) {
        const [left, right] = spanOf(g, 1, j)
        const x = start + j * g.dilation[1] - g.padding[1]
        for (let p = top; p < bottom; p++) {
          let from = x + (y + p * down) * width + left * across
          const end = row + p * g.output[1] + right
          for (let to = row + p * g.output[1] + left; to < end; to++, from += across)
            columns[to] = image[from]!
        }
      }
    }
  }
}

/** Adjoint of `unfold`: adds each element of the columns to the element of `image` that it was read from. */
function fold(g: Geometry, channels: number, columns: TypedArray, image: TypedArray): void {
  const [height, width] = g.input
  const [down, across] = g.stride
  const windows = area(g.output)
  for (let c = 0, row = 0; c < channels; c++) {
    for (let i = 0; i < g.kernel[0]; i++) {
      const [top, bottom] = spanOf(g, 0, i)
      const y = c * height + i * g.dilation[0] - g.padding[0]
      for (let j = 0; j < g.kernel[1]; j++, row += windows) {
        const [left, right] = spanOf(g, 1, j)
        const x = j * g.dilation[1] - g.padding[1]
        for (let p = top; p < bottom; p++) {
          let to = x + (y + p * down) * width + left * across
          const end = row + p * g.output[1] + right
          for (let from = row + p * g.output[1] + left; from < end; from++, to += across)
            image[to]! += columns[from]!
        }
      }
    }
  }
}

/** Whether every window is one element of the image, in order: its columns are the image. */
const isPointwise = ({ input, output, kernel, padding }: Geometry): boolean =>
  area(kernel) === 1 && area(input) === area(output) && padding[0] + padding[1] === 0

interface Operand {
  readonly data: TypedArray
  readonly start: number
}

function operand(x: Tensor): Operand {
  const dense = contiguousOf(x)
  return { data: dense.storage.data, start: dense.storage.base + dense.offset }
}

const rowMajor = (data: TypedArray, start: number, columns: number): MatrixView => ({
  data,
  start,
  row: columns,
  column: 1,
})
const transposed = (data: TypedArray, start: number, columns: number): MatrixView => ({
  data,
  start,
  row: 1,
  column: columns,
})

/** The columns of one image after the other; `columnsAt(start)` is valid until the next call. */
function columnReader(
  g: Geometry,
  channels: number,
  { data }: Operand,
  dtype: DType,
  op: string,
): (start: number) => Operand {
  if (isPointwise(g)) return (start) => ({ data, start })
  const columns = allocateArray(dtype, channels * area(g.kernel) * area(g.output), op)
  return (start) => {
    unfold(g, channels, data, start, columns)
    return { data: columns, start: 0 }
  }
}

/** y from x [N, C, H, W] and w [O, C / groups, kH, kW]: per image and group the product w [o, c i j] columns [c i j, p q]. */
export function convolve(x: Tensor, w: Tensor, g: Geometry, out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const [outputs, channels] = [w.shape[0]! / g.groups, w.shape[1]!]
  const [depth, windows] = [channels * area(g.kernel), area(g.output)]
  if (result.size === 0 || depth === 0) return result
  const [source, weight] = [operand(x), operand(w)]
  const columnsAt = columnReader(g, channels, source, out.dtype, 'conv2d')
  const { data, base } = result.storage
  for (let k = 0; k < x.shape[0]! * g.groups; k++) {
    const columns = columnsAt(source.start + k * channels * area(g.input))
    matmulInto(
      outputs,
      windows,
      depth,
      rowMajor(weight.data, weight.start + (k % g.groups) * outputs * depth, depth),
      rowMajor(columns.data, columns.start, windows),
      rowMajor(data, base + k * outputs * windows, windows),
    )
  }
  return result
}

/** x from y [N, O, P, Q] and w: per image and group the columns w^T y, each element added where `unfold` reads it. */
export function convolveTransposed(y: Tensor, w: Tensor, g: Geometry, out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const [outputs, channels] = [w.shape[0]! / g.groups, w.shape[1]!]
  const [depth, windows] = [channels * area(g.kernel), area(g.output)]
  if (result.size === 0 || outputs === 0 || windows === 0) return result
  const [source, weight] = [operand(y), operand(w)]
  const size = channels * area(g.input)
  const columns = allocateArray(out.dtype, depth * windows, 'convTranspose2d')
  // Sums of int32 are exact here, too, and wrap when they are stored.
  const image = allocateArray('float64', size, 'convTranspose2d')
  const { data, base } = result.storage
  for (let k = 0; k < y.shape[0]! * g.groups; k++) {
    matmulInto(
      depth,
      windows,
      outputs,
      transposed(weight.data, weight.start + (k % g.groups) * outputs * depth, depth),
      rowMajor(source.data, source.start + k * outputs * windows, windows),
      rowMajor(columns, 0, windows),
    )
    image.fill(0)
    fold(g, channels, columns, image)
    data.set(image, base + k * size)
  }
  return result
}

/** w from x and y: per group the sum over images of y [o, p q] columns^T [p q, c i j]. */
export function convolveWeight(x: Tensor, y: Tensor, g: Geometry, out: Aval): Tensor {
  const result = emptyTensor(out.shape, out.dtype)
  const [outputs, channels] = [out.shape[0]! / g.groups, out.shape[1]!]
  const [depth, windows] = [channels * area(g.kernel), area(g.output)]
  if (result.size === 0 || windows === 0) return result
  const [source, cotangent] = [operand(x), operand(y)]
  const columnsAt = columnReader(g, channels, source, out.dtype, 'conv2d')
  const size = outputs * depth
  const product = allocateArray(out.dtype, size, 'conv2d')
  const total = allocateArray('float64', result.size, 'conv2d')
  for (let k = 0; k < x.shape[0]! * g.groups; k++) {
    const columns = columnsAt(source.start + k * channels * area(g.input))
    matmulInto(
      outputs,
      depth,
      windows,
      rowMajor(cotangent.data, cotangent.start + k * outputs * windows, windows),
      transposed(columns.data, columns.start, windows),
      rowMajor(product, 0, depth),
    )
    const at = (k % g.groups) * size
    for (let i = 0; i < size; i++) total[at + i]! += product[i]!
  }
  result.storage.data.set(total, result.storage.base)
  return result
}
