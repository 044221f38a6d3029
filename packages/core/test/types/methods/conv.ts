/** @file What every method of this family returns, and the function behind it. */
import * as ops from '../../../src/index.ts'
import { ones, type Shape, type Tensor } from '../../../src/index.ts'
import type { ConvMethods } from '../../../src/methods/conv.ts'
import { gradual, type Row, row, unknown } from '../row.ts'

const images = ones([2, 4, 6, 6])
const image = ones([4, 6, 6])
const unbatched = ones([unknown(4), 6, 6])
const any: Tensor = ones([2, 4, 6, 6])
const kernels = ones([8, 4, 3, 3])
const grouped = ones([8, 2, 3, 3])
const signals = ones([2, 4, 6])
const signal = ones([4, 6])
const filters = ones([8, 4, 3])
const turned = ones([4, 3, 2, 2])

/** A row or more for every method: the compiler refuses the table if one is missing. */
export const convShapes: { readonly [Name in keyof ConvMethods<Shape>]: readonly Row[] } = {
  conv1d: [
    row([2, 8, unknown(4)], signals.conv1d(filters), ops.conv1d(signals, filters, { bias: ones([8]) })),
    row(
      [8, unknown(6)],
      signal.conv1d(filters, { padding: 'same' }),
      ops.conv1d(signal, filters, { padding: 1 }),
    ),
    row([2, 8, unknown(4)], signals.conv1d(ones([8, 2, 3]), { groups: 2 })),
    row(gradual(2, 8, 4), (signals as Tensor).conv1d(filters)),
  ],
  conv2d: [
    row(
      [2, 8, unknown(4), unknown(4)],
      images.conv2d(kernels),
      images.conv2d(grouped, { groups: 2 }),
      ops.conv2d(images, kernels, { bias: ones([8]) }),
      images.conv2d(grouped, { groups: unknown(2) }),
    ),
    row(
      [8, unknown(6), unknown(6)],
      image.conv2d(kernels, { padding: 'same' }),
      unbatched.conv2d(kernels, { padding: 1 }),
    ),
    row([2, unknown(8), unknown(4), unknown(4)], images.conv2d(ones([unknown(8), 4, 3, 3]))),
    row(gradual(2, 8, 4, 4), any.conv2d(kernels), ops.conv2d(any, any.reshape(gradual(8, 4, 3, 3)))),
  ],
  convTranspose2d: [
    row([2, 3, unknown(7), unknown(7)], images.convTranspose2d(turned), ops.convTranspose2d(images, turned)),
    row([3, unknown(12), unknown(12)], image.convTranspose2d(turned, { stride: 2 })),
    row([2, unknown(6), unknown(7), unknown(7)], images.convTranspose2d(turned, { groups: 2 })),
    row(gradual(2, 3, 7, 7), any.convTranspose2d(turned)),
  ],
  maxPool2d: [
    row(
      [2, 4, unknown(3), unknown(3)],
      images.maxPool2d({ kernelSize: 2 }),
      ops.maxPool2d(images, { kernelSize: 2 }),
    ),
    row([4, unknown(3), unknown(3)], image.maxPool2d({ kernelSize: [2, 2] })),
    row([unknown(4), unknown(3), unknown(3)], unbatched.maxPool2d({ kernelSize: 2 })),
    row(gradual(2, 4, 3, 3), any.maxPool2d({ kernelSize: 2 })),
  ],
  avgPool2d: [
    row(
      [2, 4, unknown(3), unknown(3)],
      images.avgPool2d({ kernelSize: 2 }),
      ops.avgPool2d(images, { kernelSize: 2 }),
    ),
    row([4, unknown(3), unknown(3)], image.avgPool2d({ kernelSize: 2, padding: 0 })),
    row(gradual(2, 4, 3, 3), any.avgPool2d({ kernelSize: 2 })),
  ],
}
