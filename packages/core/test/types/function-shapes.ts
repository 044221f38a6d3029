/** @file What functions return that are not methods: joining, choosing, making tensors. */
import {
  arange,
  concat,
  eye,
  full,
  linear,
  linspace,
  oneHot,
  ones,
  onesLike,
  permutation,
  rand,
  randint,
  randn,
  stack,
  stopGradient,
  type Tensor,
  tensor,
  where,
  zeros,
  zerosLike,
} from '../../src/index.ts'
import { einsumShapes } from './einsum-shapes.ts'
import { gradual, type Row, row, unknown } from './row.ts'

const t3 = ones([3])
const t13 = ones([1, 3])
const t21 = ones([2, 1])
const t23 = ones([2, 3])
const t234 = ones([2, 3, 4])
const any: Tensor = ones([2, 3])
const rows = zeros([unknown(2), 3])
const index = tensor(new Int32Array([0, 1, 1, 0]), { shape: [2, 2] })

/** Functions that are not methods. */
export const functions: Readonly<Record<string, readonly Row[]>> = {
  einsum: einsumShapes,
  where: [
    row([2, 3], where(t23.gt(0), t23, t3), where(t21.gt(0), t13, 0), where(t3.gt(0), 1, t21)),
    row([2, 3], where(t23.gt(0), 1, 0)),
    row(gradual(2, 3), where(any.gt(0), t23, 0), where(t23.gt(0), any, 0)),
  ],
  concat: [
    row([unknown(7), 3], concat([t23, ones([5, 3])]), concat([rows, ones([5, 3])], -2)),
    row([2, unknown(6)], concat([t23, any], 1), concat([t23, rows], -1)),
    row(gradual(4, 3), concat([any, t23]), concat(gradual(1, 1).map(() => any))),
  ],
  stack: [
    row([2, 2, 3], stack([t23, t23]), stack([t23, rows])),
    row([2, 3, 2], stack([t23, t23], -1)),
    row([unknown(2), 2, 3], stack(gradual(1, 1).map(() => t23))),
    row(gradual(2, 2, 3), stack([any, any])),
  ],
  linear: [
    row([2, 4], linear(t23, ones([4, 3]), ones([4])), linear(t23, ones([4, 3]))),
    row([4], linear(t3, ones([4, 3]), ones([4]))),
    row([2, 3, 5], linear(t234, ones([5, 4]), ones([5]))),
    row(gradual(2, 4), linear(any, ones([4, 3]))),
  ],
  stopGradient: [row([2, 3], stopGradient(t23))],
  constructors: [
    row([2, 3], zeros([2, 3]), ones([2, 3]), full([2, 3], 7), zerosLike(t23), onesLike(t23)),
    row(gradual(2, 3), zeros(gradual(2, 3)), ones(any.shape), full(gradual(2, 3), true), zerosLike(any)),
    row([3, 3], eye(3)),
    row([unknown(3)], arange(3), arange(0, 6, 2)),
    row([5], linspace(0, 1, 5)),
    row([2, 2, 10], oneHot(index, 10)),
  ],
  random: [
    row([2, 3], rand([2, 3]), randn([2, 3]), randint(0, 9, [2, 3])),
    row(gradual(2, 3), rand(gradual(2, 3)), randn(gradual(2, 3)), randint(0, 9, gradual(2, 3))),
    row([unknown(5)], permutation(5)),
  ],
  tensor: [
    row([], tensor(5), tensor(true)),
    row(
      [2, 3],
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      tensor([
        [true, true, false],
        [false, true, true],
      ]),
    ),
    row(
      [2, 3],
      tensor(new Float32Array(6), { shape: [2, 3] }),
      tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] }),
    ),
    row([0], tensor([])),
    row([2, 0], tensor([[], []])),
    row([unknown(6)], tensor(new Float64Array(6)), tensor(gradual(1, 2, 3, 4, 5, 6))),
    row([2, unknown(1)], tensor([gradual(1), gradual(2)])),
  ],
}
