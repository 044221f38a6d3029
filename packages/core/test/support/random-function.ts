/** @file Random smooth functions of two matrices, for properties that must hold for all of them. Imports ops. */
import { tensorArb } from '@tapegrad/core/testing'
import fc from 'fast-check'
import {
  add,
  concat,
  cos,
  div,
  exp,
  log,
  logSoftmax,
  logsumexp,
  matmul,
  mean,
  mul,
  neg,
  permute,
  sigmoid,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
} from '../../src/index.ts'

/** One operation on the stack of values, all [3, 3]. */
type Step = readonly [name: string, first: number, second: number]

const unary: Record<string, (x: Tensor) => Tensor> = {
  sin,
  cos,
  tanh,
  sigmoid,
  softplus,
  neg,
  expOfTanh: (x) => exp(tanh(x)),
  logOfSquare: (x) => log(add(square(x), 0.5)),
  root: (x) => sqrt(add(square(x), 0.3)),
  square: (x) => square(mul(x, 0.5)),
  transpose: (x) => transpose(x),
  permute: (x) => permute(x, [1, 0]),
  softmax: (x) => softmax(x, 1),
  logSoftmax: (x) => logSoftmax(x, 0),
  center: (x) => sub(x, mean(x, 0)),
  total: (x) => add(x, sum(x, 1, { keepdims: true })),
  spread: (x) => mul(x, logsumexp(x, 0)),
  roll: (x) => concat([slice(x, [[1, null]]), slice(x, [[0, 1]])], 0),
}
const binary: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
  add,
  sub,
  mul,
  matmul,
  ratio: (x, y) => div(x, add(square(y), 1)),
}
const names = [...Object.keys(unary), ...Object.keys(binary)]

/** Applies each step to earlier values (by number, modulo how many there are); the result is the last one. */
export function compose(steps: readonly Step[]): (x: Tensor, y: Tensor) => Tensor {
  return (x, y) => {
    const values = [x, y]
    for (const [name, first, second] of steps) {
      const a = values[values.length - 1 - (first % values.length)]!
      const b = values[second % values.length]!
      values.push(unary[name]?.(a) ?? binary[name]!(a, b))
    }
    return values.at(-1)!
  }
}

export const stepsArb: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(fc.constantFrom(...names), fc.nat(2), fc.nat(20)) as fc.Arbitrary<Step>,
  { minLength: 1, maxLength: 8 },
)

/** Hundredths up to 2; in layouts that let each element be another one. */
export const matrixArb: fc.Arbitrary<Tensor> = tensorArb({
  shape: [3, 3] as number[],
  dtype: 'float64',
  elements: fc.integer({ min: -100, max: 100 }).map((n) => n / 50),
  layouts: ['contiguous', 'transposed', 'sliced', 'reversed'],
})
