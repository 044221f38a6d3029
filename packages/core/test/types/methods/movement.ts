/** @file What every method of this family returns, and the function behind it. */
import * as ops from '../../../src/index.ts'
import { ones, type Shape, type Tensor, tensor, zeros } from '../../../src/index.ts'
import type { MovementMethods } from '../../../src/methods/movement.ts'
import { gradual, type Row, row, unknown } from '../row.ts'
import { any, axis, index, rows, t0, t3, t13, t21, t23, t234 } from './samples.ts'

const gradualIndex: Tensor = index

/** A row or more for every method: the compiler refuses the table if one is missing. */
export const movementShapes: { readonly [Name in keyof MovementMethods<Shape>]: readonly Row[] } = {
  reshape: [
    row([3, 2], t23.reshape([3, 2]), any.reshape([3, 2]), ops.reshape(t23, [3, 2])),
    row([3, unknown(2)], t23.reshape([3, -1]), ops.reshape(any, [3, -1])),
    row([], ones([1]).reshape([])),
    row(gradual(3, 2), t23.reshape(gradual(3, 2))),
  ],
  flatten: [
    row([unknown(6)], t23.flatten(), ops.flatten(t23)),
    row([unknown(6), 4], t234.flatten(0, 1), ops.flatten(t234, 0, -2)),
    row([2, unknown(12)], t234.flatten(1)),
    row([2, 3], t23.flatten(1, -1)),
    row([1], t0.flatten()),
    row(gradual(6), any.flatten()),
  ],
  permute: [
    row([4, 2, 3], t234.permute([2, 0, 1]), t234.permute([-1, 0, -2]), ops.permute(t234, [2, 0, 1])),
    row([3, unknown(2)], rows.permute([1, 0])),
    row([], t0.permute([])),
    row(gradual(3, 2), any.permute([1, 0]), t23.permute(gradual(1, 0))),
  ],
  transpose: [
    row([4, 3, 2], t234.transpose(), t234.transpose(0, 2), ops.transpose(t234), ops.transpose(t234, -1, 0)),
    row([2, 4, 3], t234.transpose(-1, 1)),
    row([2, 3], t23.transpose(0, 0)),
    row([], t0.transpose()),
    row(gradual(3, 2), any.transpose(), any.transpose(0, 1), t23.transpose(0, axis)),
  ],
  T: [row([4, 3, 2], t234.T), row([3, unknown(2)], rows.T), row(gradual(3, 2), any.T)],
  squeeze: [
    row([3], t13.squeeze(), t13.squeeze(0), t13.squeeze(-2), ops.squeeze(t13)),
    row([], ones([1, 1]).squeeze()),
    row([3], zeros([unknown(1), 3]).squeeze(0)),
    row(gradual(2, 3), any.squeeze(), rows.squeeze()),
    row(gradual(2), t21.squeeze(axis)),
  ],
  unsqueeze: [
    row([2, 1, 3], t23.unsqueeze(1), t23.unsqueeze(-2), ops.unsqueeze(t23, 1)),
    row([2, 3, 1], t23.unsqueeze(2), t23.unsqueeze(-1)),
    row([1, 2, 3], t23.unsqueeze(0)),
    row([1], t0.unsqueeze(0)),
    row(gradual(2, 1, 3), any.unsqueeze(1), t23.unsqueeze(axis)),
  ],
  broadcastTo: [
    row([4, 2, 3], t23.broadcastTo([4, 2, 3]), t21.broadcastTo([4, 2, 3]), any.broadcastTo([4, 2, 3])),
    row([4, 2, 3], ops.broadcastTo(t3, [4, 2, 3])),
    row([unknown(5), 3], t13.broadcastTo([unknown(5), 3])),
    row(gradual(5, 3), t13.broadcastTo(gradual(5, 3))),
  ],
  slice: [
    row([3], t23.slice([0]), t23.slice([-1, null]), ops.slice(t23, [0])),
    row([unknown(1), 3], t23.slice([[1, null]]), ops.slice(t23, [[0, 1]])),
    row([2, unknown(2)], t23.slice([null, [null, null, 2]])),
    row([unknown(1), 4], t234.slice([[0, 1], 2])),
    row([], t23.slice([axis, axis])),
    row([2, 3], t23.slice([])),
    row(gradual(3), any.slice([0]), t23.slice(gradual(0))),
  ],
  flip: [
    row([2, 3], t23.flip(), t23.flip(0), t23.flip([0, 1]), ops.flip(t23, -1)),
    row(gradual(2, 3), any.flip(0)),
  ],
  pad: [
    row(
      [unknown(4), 3],
      t23.pad([
        [1, 1],
        [0, 0],
      ]),
      ops.pad(t23, [
        [2, 0],
        [0, 0],
      ]),
    ),
    row(
      [unknown(2), unknown(4)],
      t23.pad(
        [
          [axis - 1, 0],
          [0, axis],
        ],
        7,
      ),
    ),
    row([], t0.pad([])),
    row(
      gradual(2, 4),
      any.pad([
        [0, 0],
        [0, 1],
      ]),
    ),
  ],
  take: [
    row([2, 2, 2, 4], t234.take(index, 1), ops.take(t234, index, -2)),
    row([3, 3], t23.take([0, 1, 0], 0)),
    row([unknown(1), 3], t23.take(gradual(0), 0)),
    row([2], t23.take(tensor(1, { dtype: 'int32' }), 1)),
    row(gradual(2, 2, 2), any.take(index, 1), t23.take(index, axis)),
  ],
  gather: [
    row([2, 2], t23.gather(index, 1), t23.gather(index, -1), ops.gather(t23, index, 1)),
    row([2, 2], any.gather(index, 1), t23.gather(index, axis), rows.gather(index, 1)),
    row(gradual(2, 2), t23.gather(gradualIndex, 1)),
  ],
  scatterAdd: [
    row([2, 3], t23.scatterAdd(index, ones([2, 2]), 1), ops.scatterAdd(t23, index, ones([2, 2]), -1)),
    row([unknown(2), 3], rows.scatterAdd(index, ones([2, 2]), 1)),
    row(gradual(2, 3), any.scatterAdd(index, ones([2, 2]), 1)),
  ],
  maskedFill: [
    row([2, 3], t23.maskedFill(t3.gt(0), 7), t21.maskedFill(t13.gt(0), 7), ops.maskedFill(t23, t21.gt(0), 0)),
    row(gradual(2, 3), any.maskedFill(t23.gt(0), 7)),
  ],
  tile: [
    row([2, unknown(6)], t23.tile(2), t23.tile([1, 2]), ops.tile(t23, [2])),
    row([2, 3], t13.tile([2, 1]), t21.tile(3)),
    row([4, unknown(4), 3], t23.tile([4, 2, 1]), rows.tile([4, 2, 1])),
    row([unknown(4), unknown(3)], t23.tile([axis + 1, axis])),
    row([2, 3], t23.tile([])),
    row([2, 3], t0.tile([2, 3])),
    row([2], t0.tile(2)),
    row(gradual(2, 6), any.tile(2), t23.tile(gradual(1, 2))),
  ],
  roll: [row([2, 3], t23.roll(1, 0), ops.roll(t23, -1, -1)), row(gradual(2, 3), any.roll(1, 0))],
  split: [
    row([2, 1], t23.split([1, 2], 1)[0], ops.split(t23, [1, 2], -1)[0]),
    row([unknown(2), 1], rows.split([2, 1], 1)[1]),
    row([2, 2], t23.split([1, 2], 1)[1]),
    row([2, unknown(2)], t23.split(2, 1)[0]!, ops.split(t23, [axis, 2], 1)[1]),
    row([2, unknown(2)], t23.split(gradual(2, 1), 1)[0]!),
    row(gradual(2, 2), any.split(2, 1)[0]!, t23.split([2, 1], axis)[0], any.split([2, 1], 1)[0]),
  ],
  tril: [row([2, 3], t23.tril(), t23.tril(1), ops.tril(t23)), row(gradual(2, 3), any.tril(-1))],
  triu: [row([2, 3], t23.triu(), t23.triu(1), ops.triu(t23)), row(gradual(2, 3), any.triu(-1))],
  diagonal: [
    row([3], ones([3, 3]).diagonal(), ops.diagonal(ones([3, 3]))),
    row([unknown(2)], t23.diagonal(), rows.diagonal()),
    row([4, unknown(2)], t234.diagonal()),
    row(gradual(2), any.diagonal()),
  ],
}
