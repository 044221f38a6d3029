/** @file Losses and models inside of vmap: per-sample gradients of a classifier are those of a loop. */
import { Generator, grad, randint, randn, stack, type Tensor, tensor, vmap } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { crossEntropy, Dense, functionalCall, sequential, Tanh } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const generator = new Generator(7)
const f64 = { generator, dtype: 'float64' } as const
const N = 4
const samples = Array.from({ length: N }, (_, b) => b)
const X = randn([N, 2], f64)
const classes = tensor([2, 0, 1, 2], { dtype: 'int32' })

describe('per-sample gradients of a classifier', () => {
  const model = sequential(new Dense(2, 5, { generator }), new Tanh(), new Dense(5, 3, { generator })).to(
    'float64',
  )
  const parameters = model.stateDict()
  type Parameters = typeof parameters
  const options = { labelSmoothing: 0.1 }

  it.each<[string, (p: Parameters, x: Tensor, c: Tensor) => Tensor]>([
    [
      'a batch of one',
      (p, x, c) => crossEntropy(functionalCall(model, p, x.unsqueeze(0)), c.unsqueeze(0) as Tensor),
    ],
    ['no batch', (p, x, c) => crossEntropy(functionalCall(model, p, x as never), c)],
    ['smoothed', (p, x, c) => crossEntropy(functionalCall(model, p, x as never), c, options)],
  ])('%s', (_, loss) => {
    const gradient = grad(loss as (p: Parameters, x: Tensor, c: Tensor) => Tensor<[]>)
    const together = vmap(gradient, { inAxes: [null, 0, 0] })(parameters, X, classes) as Parameters
    const apart = samples.map((b) => gradient(parameters, X.slice([b]), classes.slice([b])))
    expect(Object.keys(together)).toEqual(Object.keys(parameters))
    for (const [key, all] of Object.entries(together)) {
      expect(all.shape).toEqual([N, ...parameters[key]!.shape])
      // The same sums over other strides: a few roundings of numbers of order 1.
      expectClose(all, stack(apart.map((each) => each[key]!)), { atol: 1e-14 })
    }
  })
})

describe('crossEntropy', () => {
  it('with axes after that of the classes, and with a target that all share', () => {
    const logits = randn([N, 2, 3, 2, 4], f64)
    const target = randint(0, 3, [N, 2, 2, 4], { generator })
    const none = (z: Tensor, c: Tensor): Tensor => crossEntropy(z, c, { reduction: 'none' }) as Tensor
    const all = vmap(none)(logits, target)
    expectClose(all, stack(samples.map((b) => none(logits.slice([b]), target.slice([b])))), { atol: 1e-14 })
    const first = target.slice([0])
    const shared = vmap((z: Tensor) => none(z, first))(logits)
    expectClose(shared, stack(samples.map((b) => none(logits.slice([b]), first))), { atol: 1e-14 })
  })

  it('refuses a class that does not exist, once there are values', () => {
    const f = vmap((z: Tensor, c: Tensor) => crossEntropy(z, c) as Tensor)
    const logits = randn([2, 3], f64)
    for (const wrong of [3, -1])
      expect(() => f(logits, tensor([0, wrong], { dtype: 'int32' }))).toThrow(
        `oneHot: index ${wrong} (number 1) is out of range for 3 classes`,
      )
  })
})
