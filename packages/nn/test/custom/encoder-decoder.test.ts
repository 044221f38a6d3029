/** @file A user's encoder-decoder with attention: keys, saved state, places in errors, derivatives, and that it learns. */
import { assertGradcheck, concat, full, Generator, randint, type Tensor, tensor, zeros } from '@tapegrad/core'
import { Adam, crossEntropy, Module } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { EncoderDecoder } from './encoder-decoder.ts'

const small = { symbols: 3, heads: 2, length: 3 }
const make = (seed: number, blocks = 2, dim = 4): EncoderDecoder =>
  new EncoderDecoder({ ...small, blocks, dim }, { dtype: 'float64', generator: new Generator(seed) })
const ids = (...rows: number[][]): Tensor => tensor(rows, { dtype: 'int32' }) as Tensor
const source = ids([0, 2, 1], [1, 1, 0])
const target = ids([2, 0], [0, 1])
const sourceMask = tensor(
  [
    [1, 1, 1],
    [1, 1, 0],
  ],
  { dtype: 'bool' },
) as Tensor

describe('an encoder-decoder', () => {
  it('has the paths of its fields as keys; the tied weight has one, and counts once', () => {
    const model = make(1)
    const keys = Object.keys(model.stateDict())
    const attention = ['in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias']
    const both = (name: string): string[] => [`${name}.weight`, `${name}.bias`]
    const blocks = (path: string, keysOfBlock: string[]): string[] =>
      [0, 1].flatMap((i) => keysOfBlock.map((key) => `${path}.blocks.${i}.${key}`))
    expect(keys).toEqual([
      'embedding.weight',
      'positions',
      ...blocks('encoder', [
        ...attention.map((key) => `self_attn.${key}`),
        ...['linear1', 'linear2', 'norm1', 'norm2'].flatMap(both),
      ]),
      ...blocks('decoder', [
        ...[0, 1, 2].flatMap((i) => both(`norms.${i}`)),
        ...['own', 'attention'].flatMap((name) => attention.map((key) => `${name}.${key}`)),
        ...both('mlp.up'),
        ...both('mlp.down'),
      ]),
      ...both('decoder.norm'),
      'output.bias',
    ])
    expect(model.namedParameters().map(([key]) => key)).toEqual(keys)
    const count = model.parameters().reduce((sum, { size }) => sum + size, 0)
    expect(model.summary(source, target)).toContain(`Total parameters: ${count} `)
  })

  it('loads its state, and files that have the tied weight under both keys', () => {
    const [one, two] = [make(1), make(2)]
    const run = (model: Module): unknown => (model as EncoderDecoder).call(source, target).logits.toArray()
    expect(run(two)).not.toEqual(run(one))
    const state = one.stateDict()
    two.loadStateDict({ ...state, 'output.weight': state['embedding.weight']! })
    expect(run(two)).toEqual(run(one))
    expect(two.output.weight).toBe(two.embedding.weight)
  })

  it('says in which part an error arose', () => {
    const model = make(1)
    const wide = zeros([2, 5], { dtype: 'bool' })
    expect(() => model.call(source, target, wide)).toThrow(
      /^MultiHeadAttention: keyMask is \[2, 5\].*; in layer encoder\.blocks\.0\.self_attn \(MultiHeadAttention\(4, 2\)\)$/,
    )
    const states = zeros([2, 3, 5], { dtype: 'float64' })
    expect(() => model.decoder.blocks[1]!.call(zeros([2, 2, 4], { dtype: 'float64' }), { states })).toThrow(
      /; in layer attention \(MultiHeadAttention\(4, 2\)\)$/,
    )
    model.decoder.blocks[1]!.attention.in_proj_weight.assign(Number.NaN)
    const narrow = model.decoder.blocks[1]!
    Object.assign(narrow.mlp, { up: narrow.mlp.down })
    expect(() => model.call(source, target)).toThrow(
      /; in layer decoder\.blocks\.1\.mlp\.up \(Dense\(8, 4\)\)$/,
    )
    expect(() => model.call(ids([0, 3, 0]), target)).toThrow(
      'Embedding: index 3 at [0, 1] is out of range: there are 3 rows, 0 to 2; in layer embedding (Embedding(3, 4))',
    )
  })

  it('passes gradcheck, parameters by their keys, in directions', () => {
    class Logits extends Module {
      // Norms take away what is added to all numbers of a vector alike: of 4 signs, 1 in 8 directions is that.
      readonly model = make(1, 1, 8)
      forward(): Tensor {
        return this.model.call(source, target, sourceMask).logits
      }
    }
    const { rows } = assertGradcheck(new Logits() as never, [], {
      directions: 2,
      modes: ['reverse', 'forward'],
    })
    expect(new Set(rows.map(({ path }) => path)).size).toBe(make(1, 1, 8).parameters().length)
  })

  it('pads: what the mask leaves out is as if it were not there', () => {
    const model = make(1)
    const padded = model.call(ids([1, 1, 0]), ids([0, 1]), tensor([[1, 1, 0]], { dtype: 'bool' }) as Tensor)
    const other = model.call(ids([1, 1, 2]), ids([0, 1]), tensor([[1, 1, 0]], { dtype: 'bool' }) as Tensor)
    expect(other.logits.toArray()).toEqual(padded.logits.toArray())
    const short = model.call(ids([1, 1]), ids([0, 1])).logits
    expect(short.allClose(padded.logits, { rtol: 1e-12 })).toBe(true)
  })
})

it('an encoder-decoder learns to reverse sequences', () => {
  const generator = new Generator(1)
  const START = 5
  const model = new EncoderDecoder({ symbols: 6, dim: 16, heads: 2, length: 4, blocks: 1 }, { generator })
  const optimizer = new Adam(model.parameters(), { lr: 0.01 })
  const shifted = (x: Tensor): Tensor =>
    concat([full([x.shape[0]!, 1], START, { dtype: 'int32' }), x.slice([null, [0, -1]])], 1) as Tensor
  for (let step = 0; step < 70; step++) {
    const x = randint(0, START, [16, 4], { generator }) as Tensor
    const y = x.flip(1) as Tensor
    const { logits } = model.call(x, shifted(y))
    optimizer.zeroGrad()
    ;(crossEntropy(logits.reshape([-1, 6]), y.reshape([-1]) as Tensor) as Tensor).backward()
    optimizer.step()
  }
  model.eval()
  // Symbol by symbol, from its own output: 4 of 5 symbols right by chance has the probability 10^-34.
  const x = randint(0, START, [40, 4], { generator }) as Tensor
  let written = full([40, 1], START, { dtype: 'int32' }) as Tensor
  for (let i = 0; i < 4; i++) {
    const next = model.call(x, written).logits.slice([null, -1]).argmax(-1) as Tensor
    written = concat([written, next.unsqueeze(1)], 1) as Tensor
  }
  const right = written.slice([null, [1, null]]).eq(x.flip(1)) as Tensor
  expect(right.mean().item()).toBeGreaterThan(0.8)
})
