/** @file Per-sample gradients, vmap(grad(functionalCall)), of models with attention are those of a loop over the samples. */
import { Generator, grad, randint, randn, stack, type Tensor, tensor, vmap, zeros } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import {
  Dense,
  Embedding,
  functionalCall,
  LayerNorm,
  Module,
  MultiHeadAttention,
  sequential,
  TransformerBlock,
} from '@tapegrad/nn'
import { expect, it } from 'vitest'
import { EncoderDecoder } from './encoder-decoder.ts'

const generator = new Generator(17)
const f64 = { generator, dtype: 'float64' } as const
const N = 3
type State = Record<string, Tensor>

/** The gradients of all samples at once, beside those of one after the other. */
function compare(
  module: Module,
  inputs: readonly Tensor[],
  loss: (p: State, ...xs: Tensor[]) => Tensor,
): void {
  const state = module.stateDict()
  const gradient = grad(loss as (p: State, ...xs: Tensor[]) => Tensor<[]>) as (
    p: State,
    ...xs: Tensor[]
  ) => State
  const together = vmap(
    gradient as never,
    { inAxes: [null, ...inputs.map(() => 0)] } as never,
  ) as typeof gradient
  const all = together(state, ...inputs)
  const each = Array.from({ length: N }, (_, n) =>
    gradient(state, ...inputs.map((x) => x.slice([n]) as Tensor)),
  )
  expect(Object.keys(all)).toEqual(Object.keys(state))
  for (const [key, g] of Object.entries(all)) {
    expect(g.shape).toEqual([N, ...state[key]!.shape])
    // The same sums over other strides: a few roundings of numbers of order 1 to 10.
    expectClose(g, stack(each.map((one) => one[key]!)), { atol: 1e-13, rtol: 1e-12, what: key })
    // Samples differ, so a mean of them would not do.
    if (g.size > N) expect(g.slice([0]).toArray(), key).not.toEqual(g.slice([1]).toArray())
  }
}

it('of an encoder-decoder with a mask of its own for each sample', () => {
  const model = new EncoderDecoder({ symbols: 4, dim: 4, heads: 2, length: 3, blocks: 1 }, f64)
  const [source, target] = [randint(0, 4, [N, 3], { generator }), randint(0, 4, [N, 2], { generator })]
  const mask = tensor(
    [
      [1, 1, 1],
      [1, 0, 0],
      [0, 1, 1],
    ],
    { dtype: 'bool' },
  )
  compare(model, [source, target, mask] as Tensor[], (p, x, y, keys) =>
    functionalCall(model, p, x!, y!, keys).logits.square().sum(),
  )
})

it('of Embedding, TransformerBlock, LayerNorm and Dense, one after the other', () => {
  const model = sequential(
    new Embedding(5, 4, f64),
    new TransformerBlock(4, 2, { ...f64, mlpRatio: 2, causal: true }),
    new LayerNorm(4, f64),
    new Dense(4, 3, f64),
  )
  compare(model, [randint(0, 5, [N, 4], { generator }) as Tensor], (p, x) =>
    functionalCall(model, p, x!).square().sum(),
  )
})

it('of attention between sequences of different lengths', () => {
  class Reader extends Module {
    readonly attention = new MultiHeadAttention(4, 2, f64)
    forward(query: Tensor, memory: Tensor, mask: Tensor): Tensor {
      return this.attention.attend(query as never, memory as never, memory as never, { mask }) as Tensor
    }
  }
  const model = new Reader()
  // In the second sample the first query sees nothing.
  const mask = randint(0, 2, [N, 2, 3], { generator }).ne(0) as Tensor
  mask.slice([1, 0]).assign(zeros([3], { dtype: 'bool' }) as never)
  compare(model, [randn([N, 2, 4], f64), randn([N, 3, 4], f64), mask] as Tensor[], (p, q, m, allowed) =>
    functionalCall(model, p, q!, m!, allowed!).square().sum(),
  )
})
