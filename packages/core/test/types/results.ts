/**
 * @file The type of every result, op by op. Compiled by types.test.ts, never run: what a shape is at run time is
 * compared with its type by shapes.test.ts.
 */
import {
  arange,
  concat,
  eye,
  full,
  grad,
  jvp,
  linspace,
  matmul,
  oneHot,
  ones,
  stack,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  where,
  zeros,
  zerosLike,
} from '../../src/index.ts'
import { is } from './equal.ts'

declare const n: number
declare const shape: number[]
declare const flag: boolean

const t0 = zeros([])
const t3 = zeros([3])
const t23 = zeros([2, 3])
const t13 = zeros([1, 3])
const t21 = zeros([2, 1])
const t34 = zeros([3, 4])
const t234 = zeros([2, 3, 4])
const tn3 = zeros([n, 3])
const any = zeros(shape)

// Constructors.
is<Tensor<[]>>()(t0)
is<Tensor<[2, 3]>>()(t23)
is<Tensor<[number, 3]>>()(tn3)
is<Tensor<number[]>>()(any)
is<Tensor<[2, 3]>>()(ones([2, 3], { dtype: 'float64' }))
is<Tensor<[2, 3]>>()(full([2, 3], 7))
is<Tensor<[3, 3]>>()(eye(3))
is<Tensor<[number]>>()(arange(3))
is<Tensor<[5]>>()(linspace(0, 1, 5))
is<Tensor<[2, 3]>>()(zerosLike(t23))
is<Tensor<[2, 3, 10]>>()(oneHot(t23, 10))

// Values.
declare const rows: number[][]
declare const ragged: (number | number[])[]
declare const numbers: Float64Array
is<Tensor<[]>>()(tensor(5))
is<Tensor<[]>>()(tensor(flag))
is<Tensor<[3]>>()(tensor([1, 2, 3]))
is<Tensor<[2, 2]>>()(
  tensor([
    [1, 2],
    [3, 4],
  ]),
)
is<Tensor<[2, 1]>>()(tensor([[true], [false]]))
is<Tensor<[0]>>()(tensor([]))
is<Tensor<[2, 0]>>()(tensor([[], []]))
is<Tensor<[number, number]>>()(tensor(rows))
is<Tensor<[2, number]>>()(tensor([[...shape], [...shape]]))
is<Tensor<[number]>>()(tensor(numbers))
is<Tensor<[number]>>()(tensor(numbers, { requiresGrad: true }))
is<Tensor<[2, 3]>>()(tensor(numbers, { shape: [2, 3] }))
is<Tensor<[4]>>()(
  tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { shape: [4], dtype: 'float64' },
  ),
)
tensor(ragged).add(1)

// Elementwise, with broadcasting.
is<Tensor<[2, 3]>>()(t23.add(t23))
is<Tensor<[2, 3]>>()(t23.add(t3))
is<Tensor<[2, 3]>>()(t3.add(t23))
is<Tensor<[2, 3]>>()(t13.mul(t21))
is<Tensor<[2, 3]>>()(t23.sub(1))
is<Tensor<[2, 3]>>()(t23.div(t0))
is<Tensor<[4, 2, 3]>>()(zeros([4, 1, 1]).add(t23))
is<Tensor<[2, 3]>>()(tn3.add(t23))
is<Tensor<[number, 3]>>()(tn3.add(t13))
is<Tensor<[number, 3]>>()(tn3.maximum(3))
is<Tensor>()(t23.add(any))
is<Tensor<[2, 3]>>()(t23.lt(t3))
is<Tensor<[2, 3]>>()(t23.exp())
is<Tensor<[2, 3]>>()(t23.clamp(0, 1))
is<Tensor<[2, 3]>>()(where(t21.gt(0), t13, 0))

// matmul.
is<Tensor<[2, 4]>>()(t23.matmul(t34))
is<Tensor<[2, 4]>>()(matmul(zeros([2, 3]), zeros([3, 4])))
is<Tensor<[number, 4]>>()(tn3.matmul(t34))
is<Tensor<[2]>>()(t23.matmul(t3))
is<Tensor<[4]>>()(t3.matmul(t34))
is<Tensor<[]>>()(t3.matmul(t3))
is<Tensor<[8, 2, 4]>>()(zeros([8, 2, 3]).matmul(t34))
is<Tensor<[8, 2]>>()(zeros([8, 2, 3]).matmul(t3))
is<Tensor<[8, 2, 4]>>()(zeros([8, 2, 3]).matmul(zeros([1, 3, 4])))
is<Tensor<[8, 7, 2, 4]>>()(zeros([8, 1, 2, 3]).matmul(zeros([7, 3, 4])))
is<Tensor<[2, number]>>()(zeros([2, n]).matmul(zeros([3, n])))
is<Tensor>()(t23.matmul(any))
is<Tensor<[7, 8, 4]>>()(
  zeros([7, 8, 3])
    .matmul(zeros([3, 4]))
    .add(zeros([4])),
)

// Reductions.
is<Tensor<[]>>()(t23.sum())
is<Tensor<[3]>>()(t23.sum(0))
is<Tensor<[2]>>()(t23.mean(-1))
is<Tensor<[2, 1]>>()(t23.max(-1, { keepdims: true }))
is<Tensor<[1, 1]>>()(t23.sum(undefined, { keepdims: true }))
is<Tensor<[4]>>()(t234.sum([0, 1]))
is<Tensor<[1, 3, 1]>>()(t234.std([0, -1], { keepdims: true, correction: 1 }))
is<Tensor<[2, 3]>>()(t23.sum([]))
is<Tensor<[]>>()(any.sum())
is<Tensor>()(any.sum(0))
is<Tensor>()(any.sum(undefined, { keepdims: true }))
is<Tensor>()(t23.sum(n))
is<Tensor>()(t23.sum(shape))
is<Tensor>()(t23.sum(0, { keepdims: flag }))
is<Tensor<[3]>>()(t23.argmax(0))
is<Tensor<[2, 3]>>()(t23.softmax(-1))

// Movement.
is<Tensor<[6]>>()(t23.reshape([6]))
is<Tensor<[2, number]>>()(t23.reshape([2, -1]))
is<Tensor>()(t23.reshape(shape))
is<Tensor<[number]>>()(t23.flatten())
is<Tensor<[2, number]>>()(t234.flatten(1))
is<Tensor<[number, 4]>>()(t234.flatten(0, 1))
is<Tensor<[3]>>()(t3.flatten())
is<Tensor<[1]>>()(t0.flatten())
is<Tensor>()(t23.flatten(n))
is<Tensor<[4, 2, 3]>>()(t234.permute([2, 0, 1]))
is<Tensor<[2, 4, 3]>>()(t234.permute([0, -1, 1]))
is<Tensor<[]>>()(t0.permute([]))
is<Tensor>()(t234.permute(shape))
is<Tensor<[3, 2]>>()(t23.transpose())
is<Tensor<[3, 2]>>()(t23.T)
is<Tensor<[4, 3, 2]>>()(t234.transpose(0, 2))
is<Tensor<[2, 4, 3]>>()(t234.transpose(-1, 1))
is<Tensor>()(t234.transpose(n, 1))
is<Tensor<[3]>>()(t13.squeeze())
is<Tensor<[3]>>()(t13.squeeze(0))
is<Tensor<[3]>>()(tn3.squeeze(0))
is<Tensor>()(tn3.squeeze())
is<Tensor<[2, 1, 3]>>()(t23.unsqueeze(1))
is<Tensor<[2, 3, 1]>>()(t23.unsqueeze(-1))
is<Tensor<[1]>>()(t0.unsqueeze(0))
is<Tensor>()(any.unsqueeze(0))
is<Tensor<[4, 2, 3]>>()(t23.broadcastTo([4, 2, 3]))
is<Tensor<[5, 3]>>()(tn3.broadcastTo([5, 3]))
is<Tensor<[number, 3]>>()(t13.broadcastTo([n, 3]))
is<Tensor<number[]>>()(t13.broadcastTo(shape))
declare const range: [number, number | null] | null
declare const ranges: (null | number)[]
is<Tensor<[number, 3]>>()(t23.slice([[0, 1]]))
is<Tensor<[2, number]>>()(t23.slice([null, [-1, null, -1]]))
is<Tensor<[3]>>()(t23.slice([n]))
is<Tensor<[number, 4]>>()(t234.slice([[1, null], 0]))
is<Tensor<[number, 3]>>()(t23.slice([range]))
is<Tensor<[2, 3]>>()(t23.slice([]))
is<Tensor>()(t23.slice(ranges))
is<Tensor>()(any.slice([0]))
is<Tensor<[2, 3]>>()(t23.flip([0, 1]))
is<Tensor<[number, 3]>>()(
  t23.pad([
    [1, 1],
    [0, 0],
  ]),
)
is<Tensor<[number, number]>>()(
  t23.pad(
    [
      [n, 1],
      [0, n],
    ],
    3,
  ),
)
is<Tensor>()(any.pad([[1, 1]]))

// Indexing and joining.
is<Tensor<[2, 5, 6, 4]>>()(t234.take(zeros([5, 6]), 1))
is<Tensor<[3]>>()(t23.take(t0, 0))
is<Tensor>()(t23.take(any, 0))
declare const same: Tensor<[2, 3]>[]
declare const different: Tensor[]
is<Tensor<[number, 3]>>()(concat([t23, zeros([5, 3])], 0))
is<Tensor<[2, number]>>()(concat([t23, zeros([2, 5])], -1))
is<Tensor<[number, 3]>>()(concat([t23, any]))
is<Tensor<[number, 3]>>()(concat(same))
is<Tensor>()(concat(different))
is<Tensor<[2, 2, 3]>>()(stack([t23, t23]))
is<Tensor<[2, 3, 2]>>()(stack([t23, tn3], -1))
is<Tensor<[number, 2, 3]>>()(stack(same))
is<Tensor>()(stack([t23, any], n))

// Derivatives.
const bilinear = (a: Tensor<[2, 3]>, b: Tensor<[3]>): Tensor<[]> => a.matmul(b).sum()
is<Tensor<[2, 3]>>()(grad(bilinear)(t23, t3))
is<Tensor<[3]>>()(grad(bilinear, { argnums: 1 })(t23, t3))
is<Tensor<[3]>>()(grad(bilinear, { argnums: [0, 1] })(t23, t3)[1])
is<Tensor<[]>>()(valueAndGrad(bilinear)(t23, t3)[0])
is<Tensor<[2, 3]>>()(valueAndGrad(bilinear)(t23, t3)[1])
is<Tensor<[3]>>()(grad((x: Tensor<[3]>) => grad((y: Tensor<[3]>) => y.square().sum())(x).sum())(t3))
is<Tensor<[1, 3]>>()(grad((x: Tensor<[1, 3]>) => x.sum(1))(t13))
grad((x: Tensor) => x.mul(x))
const [y, pull] = vjp((a: Tensor<[2, 3]>, b: Tensor<[3]>) => a.matmul(b), t23, t3)
is<Tensor<[2]>>()(y)
is<Tensor<[3]>>()(pull(zeros([2]))[1])
is<Tensor<[3]>>()(jvp((x: Tensor<[3]>) => x.mul(2), [t3], [t3])[1])
