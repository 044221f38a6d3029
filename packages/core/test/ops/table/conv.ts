/** @file Rows of convolutions, by the sum over every element of every window. */
import type { Tensor } from '../../../src/tensor.ts'
import { at, build, type Plain } from '../../support/plain.ts'
import { uniform } from '../../support/sample.ts'
import { NUMBERS, ops, type Row } from './row.ts'

type Shape = readonly number[]
type Pair = readonly [number, number]

interface Options {
  readonly stride?: number | Pair
  readonly padding?: number | Pair | 'same'
  readonly dilation?: number | Pair
  readonly groups?: number
  readonly outputPadding?: number | Pair
}

const pair = (value: number | Pair): Pair => (typeof value === 'number' ? [value, value] : value)

/** y[n, o, p, q] by its definition; `before` and `count` say where windows lie and how many there are. */
function correlate(x: Plain, w: Plain, options: Options, before: Pair, count: Pair): Plain {
  const [stride, dilation] = [pair(options.stride ?? 1), pair(options.dilation ?? 1)]
  const [outputs, channels, height, width] = w.shape as [number, number, number, number]
  const perGroup = outputs / (options.groups ?? 1)
  return build([x.shape[0]!, outputs, ...count], ([n, o, p, q]) => {
    let sum = 0
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const row = p! * stride[0] + i * dilation[0] - before[0]
          const column = q! * stride[1] + j * dilation[1] - before[1]
          if (row < 0 || row >= x.shape[2]! || column < 0 || column >= x.shape[3]!) continue
          sum += at(x, [n!, Math.floor(o! / perGroup) * channels + c, row, column]) * at(w, [o!, c, i, j])
        }
      }
    }
    return sum
  })
}

export function convReference(x: Plain, w: Plain, options: Options): Plain {
  const [stride, dilation] = [pair(options.stride ?? 1), pair(options.dilation ?? 1)]
  const axes = [0, 1] as const
  const reach = axes.map((a) => dilation[a] * (w.shape[2 + a]! - 1))
  if (options.padding === 'same') {
    const before = reach.map((r) => Math.floor(r / 2)) as unknown as Pair
    return correlate(x, w, options, before, x.shape.slice(2) as unknown as Pair)
  }
  const padding = pair(options.padding ?? 0)
  const count = axes.map(
    (a) => Math.floor((x.shape[2 + a]! + 2 * padding[a] - reach[a]! - 1) / stride[a]) + 1,
  )
  return correlate(x, w, options, padding, count as unknown as Pair)
}

/** Every element of x spread over its window of the result. */
export function transposeReference(x: Plain, w: Plain, options: Options): Plain {
  const [stride, dilation] = [pair(options.stride ?? 1), pair(options.dilation ?? 1)]
  const [padding, extra] = [pair((options.padding as number | Pair) ?? 0), pair(options.outputPadding ?? 0)]
  const groups = options.groups ?? 1
  const [count, channels, height, width] = x.shape as [number, number, number, number]
  const [, own, kernelHeight, kernelWidth] = w.shape as [number, number, number, number]
  const size = (a: 0 | 1, n: number, k: number): number =>
    (n - 1) * stride[a] - 2 * padding[a] + dilation[a] * (k - 1) + extra[a] + 1
  const shape = [count, own * groups, size(0, height, kernelHeight), size(1, width, kernelWidth)]
  const data = new Array<number>(shape.reduce((a, b) => a * b)).fill(0)
  const visit = (n: number, c: number, h: number, v: number, o: number, i: number, j: number): void => {
    const row = h * stride[0] - padding[0] + i * dilation[0]
    const column = v * stride[1] - padding[1] + j * dilation[1]
    if (row < 0 || row >= shape[2]! || column < 0 || column >= shape[3]!) return
    const output = Math.floor(c / (channels / groups)) * own + o
    const to = ((n * shape[1]! + output) * shape[2]! + row) * shape[3]! + column
    data[to]! += at(x, [n, c, h, v]) * at(w, [c, o, i, j])
  }
  build([...x.shape, own, kernelHeight, kernelWidth], (index) => {
    visit(...(index as unknown as Parameters<typeof visit>))
    return 0
  })
  return { shape, data }
}

/** A reference of batches for single images too, with a bias added to each channel. */
function withForms(rank: number, reference: (x: Plain, w: Plain) => Plain): (...xs: Plain[]) => Plain {
  return (x, weight, bias) => {
    const single = x!.shape.length < rank
    const batch = single ? { shape: [1, ...x!.shape], data: x!.data } : x!
    const y = reference(batch, weight!)
    const z = build(y.shape, (index) => at(y, index) + (bias === undefined ? 0 : at(bias, [index[1]!])))
    return single ? { shape: z.shape.slice(1), data: z.data } : z
  }
}

function convRow(op: string, shapes: readonly Shape[], options: Options, reference: Row['reference']): Row {
  return {
    op,
    title: `${shapes.map((shape) => `[${shape}]`).join(' ')} ${JSON.stringify(options)}`,
    inputs: shapes.map((shape) => ({ shape, sample: uniform(-2, 2) })),
    args: [options],
    ...(shapes.length === 3 && {
      call: (x: Tensor, weight: Tensor, bias: Tensor) => ops[op]!(x, weight, { ...options, bias }),
    }),
    reference,
    order: 3,
    dtypes: NUMBERS,
    // A sum of at most 32 products, rounded, and in the transpose a sum of such sums.
    roundings: 32,
  }
}

const conv2dRow = (shapes: readonly Shape[], options: Options = {}): Row =>
  convRow(
    'conv2d',
    shapes,
    options,
    withForms(4, (x, w) => convReference(x, w, options)),
  )

const transposeRow = (shapes: readonly Shape[], options: Options = {}): Row =>
  convRow(
    'convTranspose2d',
    shapes,
    options,
    withForms(4, (x, w) => transposeReference(x, w, options)),
  )

/** Along one axis: the same on images of height 1. */
function conv1dRow(shapes: readonly Shape[], options: Options = {}): Row {
  const high = (x: Plain): Plain => ({ shape: [...x.shape.slice(0, -1), 1, x.shape.at(-1)!], data: x.data })
  const flat = (x: Plain): Plain => ({ shape: x.shape.filter((_, i) => i !== 2), data: x.data })
  const along = (value: number | Pair, other: number): Pair => [other, value as number]
  const lifted: Options = {
    stride: along(options.stride ?? 1, 1),
    padding: options.padding === 'same' ? 'same' : along(options.padding ?? 0, 0),
    dilation: along(options.dilation ?? 1, 1),
    groups: options.groups ?? 1,
  }
  return convRow(
    'conv1d',
    shapes,
    options,
    withForms(3, (x, w) => flat(convReference(high(x), high(w), lifted))),
  )
}

export const convRows: readonly Row[] = [
  conv2dRow([
    [2, 2, 3, 3],
    [2, 2, 2, 2],
  ]),
  conv2dRow([[2, 3, 4], [1, 2, 2, 3], [1]]),
  conv2dRow([[2, 1, 3, 4], [2, 1, 2, 2], [2]], { padding: 1, stride: 2 }),
  conv2dRow(
    [
      [1, 2, 3, 4],
      [2, 1, 2, 3],
    ],
    { padding: 'same', groups: 2 },
  ),
  conv2dRow(
    [
      [1, 1, 4, 5],
      [2, 1, 2, 2],
    ],
    { stride: [2, 1], padding: [1, 2], dilation: [1, 3] },
  ),
  conv2dRow(
    [
      [1, 4, 2, 3],
      [4, 2, 2, 2],
    ],
    { groups: 2, padding: [0, 1], stride: [1, 2] },
  ),
  conv2dRow(
    [
      [1, 1, 2, 3],
      [1, 1, 4, 4],
    ],
    { padding: 'same', dilation: 2 },
  ),
  conv2dRow([
    [2, 2, 2, 2],
    [3, 2, 1, 1],
  ]),
  conv2dRow(
    [
      [1, 2, 3],
      [1, 1, 1, 1],
    ],
    { stride: 2, padding: 1 },
  ),
  // Windows of one element that are not the whole image: its columns must not be taken for it.
  conv2dRow(
    [
      [1, 2, 3, 3],
      [2, 2, 1, 1],
    ],
    { stride: 2 },
  ),
  conv1dRow([[2, 2, 4], [2, 2, 3], [2]]),
  conv1dRow(
    [
      [2, 5],
      [4, 1, 2],
    ],
    { stride: 2, padding: 1, dilation: 2, groups: 2 },
  ),
  conv1dRow(
    [
      [1, 1, 5],
      [1, 1, 4],
    ],
    { padding: 'same' },
  ),
  transposeRow([
    [2, 2, 2, 2],
    [2, 2, 2, 2],
  ]),
  transposeRow(
    [
      [1, 2, 2, 2],
      [2, 2, 1, 1],
    ],
    { dilation: 2, outputPadding: 1 },
  ),
  transposeRow([[2, 1, 2, 2], [1, 2, 3, 2], [2]], { stride: 2, padding: 1, outputPadding: 1 }),
  transposeRow(
    [
      [2, 2, 3],
      [2, 1, 2, 2],
    ],
    { groups: 2, stride: [1, 3], outputPadding: [0, 2] },
  ),
  transposeRow(
    [
      [1, 1, 2, 3],
      [1, 1, 2, 2],
    ],
    { dilation: [3, 2], padding: [1, 0], outputPadding: [2, 1] },
  ),
  transposeRow(
    [
      [1, 4, 2, 1],
      [4, 2, 1, 2],
    ],
    { groups: 2 },
  ),
]
