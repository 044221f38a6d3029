/**
 * @file Shape types in the middle of ordinary programs: containers, unions, generic code, classes, reassignment.
 * Compiled by types.test.ts, never run. A line below `@ts-expect-error` must not compile.
 */
import { concat, grad, type Tensor, tensor, valueAndGrad, zeros } from '../../src/index.ts'
import { is } from './equal.ts'

declare const n: number
declare const flag: boolean

// Gradual dimensions go both ways, in whatever container.
type Rows = Tensor<[number, 3]>
type Two = Tensor<[2, 3]>
type Wrong = Tensor<[2, 4]>
declare const promise: Promise<Rows>
declare const array: Rows[]
declare const f: (x: Rows) => Rows
declare const map: Map<string, Rows>
declare const record: Record<string, Rows>
const narrowed: [Promise<Two>, Two[], (x: Two) => Two, Map<string, Two>, Record<string, Two>] = [
  promise,
  array,
  f,
  map,
  record,
]
const widened: [Promise<Rows>, Rows[], (x: Rows) => Rows] = [narrowed[0], narrowed[1], narrowed[2]]
const plainer: [Promise<Tensor>, Tensor[], (x: Tensor) => Tensor] = widened
export const narrowedAgain: [Promise<Two>, Two[], (x: Two) => Two] = plainer
// @ts-expect-error 3 is not 4
export const wrongPromise: Promise<Wrong> = promise
// @ts-expect-error 3 is not 4
export const wrongArray: Wrong[] = array
// @ts-expect-error 3 is not 4
export const wrongFunction: (x: Wrong) => Wrong = f
export const list: Tensor[] = [zeros([2, 3]), zeros([3]), zeros([n])]
export const mapped: Tensor[] = list.map((x) => x.add(1).relu())
export const reduced: Tensor = list.reduce((a, b) => a.add(b))

// Reassignment.
let x = zeros([2, 3])
x = zeros([n, 3])
x = list[0]!
x = x.add(1).relu()
// @ts-expect-error 4 rows into 2
x = zeros([4, 3])
// @ts-expect-error another rank
x = zeros([2, 3, 1])
let state: Rows = zeros([2, 3])
for (let i = 0; i < 3; i++) state = state.matmul(zeros([3, 3])).tanh()
let longer: Rows = zeros([1, 3])
longer = concat([longer, state], 0)
const best: Two | undefined = flag ? x : undefined
is<Two>()(best!.add(1))

// Unions of shapes.
const union = flag ? zeros([2, 3]) : zeros([4, 3])
export const results: Tensor[] = [
  union.relu(),
  union.add(1),
  union.sum(0),
  union.matmul(zeros([3, 5])),
  union.T,
]
export const either: Rows = union
// @ts-expect-error fits neither
union.add(zeros([3, 3]))
is<Tensor<[]>>()((flag ? zeros([2, 2]) : zeros([3, 3])).det())
// @ts-expect-error [4, 3] holds no square matrices
;(flag ? zeros([3, 3]) : zeros([4, 3])).det()
const twoOrFour = flag ? 2 : 4
is<Tensor<[2 | 4, 5]>>()(zeros([twoOrFour, 3]).matmul(zeros([3, 5])))
// @ts-expect-error neither 2 nor 4 is 7
zeros([3, twoOrFour]).matmul(zeros([7, 5]))

const either01 = flag ? 0 : 1
is<Tensor>()(x.sum(either01))
is<Tensor<[number, 3]>>()(x.permute([either01, 1]))
is<Tensor>()(x.unsqueeze(either01))
is<Tensor>()(zeros([flag ? 1 : 2, 3]).squeeze())
// @ts-expect-error 2 is no axis
x.sum(flag ? 0 : 2)

// Numbers from settings are gradual; `as const` keeps them.
const settings = { hidden: 64 }
const constants = { hidden: 64 } as const
is<Tensor<[3, number]>>()(zeros([3, settings.hidden]))
is<Tensor<[3, 64]>>()(zeros([3, constants.hidden]))
class Net {
  hidden = 64
  readonly out = 10
  w = zeros([3, this.hidden])
  v = zeros([this.hidden, this.out])
  forward(input: Tensor<[number, 3]>): Tensor<[number, 10]> {
    return input.matmul(this.w).sigmoid().matmul(this.v)
  }
}
is<Tensor<[number, 10]>>()(new Net().forward(zeros([7, 3])))

// Generic code.
export function linear<B extends number, I extends number, O extends number>(
  input: Tensor<[B, I]>,
  weight: Tensor<[I, O]>,
  bias: Tensor<[O]>,
): Tensor<[B, O]> {
  return input.matmul(weight).add(bias)
}
is<Tensor<[7, 5]>>()(linear(zeros([7, 4]), zeros([4, 5]), zeros([5])))
export function normalize<B extends number>(input: Tensor<[B, 4]>): Tensor<[B, 4]> {
  const centred = input.sub(input.mean(-1, { keepdims: true }))
  return centred.div(centred.square().mean(-1, { keepdims: true }).sqrt())
}
export function residual<B extends number>(
  input: Tensor<[B, 4]>,
  layer: (x: Tensor<[B, 4]>) => Tensor<[B, 4]>,
): Tensor<[B, 4]> {
  return input.add(layer(input)).relu()
}
export function attention<T extends number>(q: Tensor<[T, 16]>, k: Tensor<[T, 16]>, v: Tensor<[T, 16]>) {
  return q.matmul(k.T).div(4).softmax(-1).matmul(v)
}
export function precision<N extends number>(covariance: Tensor<[N, N]>): Tensor<[N, N]> {
  return covariance.inv().tril()
}
is<Tensor<[9, 16]>>()(attention(zeros([9, 16]), zeros([9, 16]), zeros([9, 16])))
export function gaussian<S extends readonly number[]>(input: Tensor<S>): Tensor<S> {
  return input.square().mul(-0.5).exp()
}
export function swish<S extends readonly number[]>(input: Tensor<S>): Tensor<S> {
  return input.mul(input.sigmoid())
}
// Of an unknown rank no axis is known: say Tensor, and the checks move to run time.
export function center<S extends readonly number[]>(input: Tensor<S>): Tensor<S> {
  const y: Tensor = input
  return y.sub(y.mean(-1, { keepdims: true }))
}

// Derivatives have the shape of what they belong to.
const weights = { w: zeros([3, 4]), layers: [zeros([4])] }
const loss = (p: typeof weights, input: Tensor<[number, 3]>): Tensor<[]> =>
  input.matmul(p.w).add(p.layers[0]!).square().sum()
is<Tensor<[3, 4]>>()(grad(loss)(weights, zeros([2, 3])).w)
is<Tensor<[3, 4]>>()(valueAndGrad(loss)(weights, zeros([2, 3]))[1].w)

// A plain Tensor is gradual everywhere.
export function plain(a: Tensor, b: Tensor): Two {
  const axis: number = n
  const steps: Tensor[] = [
    a.add(b).pow(2).clamp(0, 1),
    a.matmul(b),
    a.sum(axis),
    a.mean([0, axis], { keepdims: true }),
    a.reshape([2, -1]),
    a.permute([1, 0]),
    a.transpose(0, 1),
    a.T,
    a.squeeze(0),
    a.unsqueeze(axis),
    a.broadcastTo(b.shape),
    a.slice([null, 0, [1, null]]),
    a.pad([[1, 1]]),
    a.flip(0),
    a.take(b, axis),
    a.softmax(-1),
    a.inv().tril(),
  ]
  a.backward()
  zeros([n, 1]).backward()
  zeros([n]).backward(null, { createGraph: true })
  return concat(steps, 0)
}

// What types cannot see, an annotation says.
export const loaded: Tensor<[number, 4]> = tensor(JSON.parse('[[1, 2, 3, 4]]'))
