/** @file What MultiHeadAttention and TransformerBlock refuse, in their own words; how they are shown. */
import { Generator, randn, TapegradError, type Tensor, tensor, zeros } from '@tapegrad/core'
import { type AttentionMasks, MultiHeadAttention, TransformerBlock } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const generator = new Generator(5)
const attention = new MultiHeadAttention(4, 2, { generator })
const x = randn([2, 3, 4], { generator }) as Tensor
const bool = (...shape: number[]): Tensor => zeros(shape, { dtype: 'bool' }).logicalNot() as Tensor

/** The call throws this, and says which layer it was. */
const refuses = (call: () => unknown, message: string): void => {
  expect(call).toThrow(TapegradError)
  expect(call).toThrow(message)
}

describe('MultiHeadAttention', () => {
  it.each<[unknown[], string]>([
    [[0, 1], 'dim must be a whole number >= 1, got 0'],
    [[4.5, 1], 'dim must be a whole number >= 1, got 4.5'],
    [['4', 2], 'dim must be a whole number >= 1, got "4"'],
    [[4], 'the number of heads must be a whole number >= 1, got undefined'],
    [[4, 0], 'the number of heads must be a whole number >= 1, got 0'],
    [[4, 3], 'dim 4 cannot be divided among 3 heads'],
    [[4, 2, { bias: 0 }], 'bias must be true or false, got 0'],
    [[4, 2, { causal: 'yes' }], 'causal must be true or false, got "yes"'],
  ])('is not made of %j', (args, message) => {
    refuses(
      () => new (MultiHeadAttention as new (...args: unknown[]) => unknown)(...args),
      `MultiHeadAttention: ${message}`,
    )
  })

  it('is not made with another probability than one', () => {
    for (const dropout of [-0.1, 1.5, Number.NaN, '0.5', null])
      refuses(() => new MultiHeadAttention(4, 2, { dropout: dropout as number }), 'p must be a probability')
  })

  it.each<[string, () => unknown, string]>([
    ['no tensor', () => attention.call([1, 2] as never), 'the query must be a tensor, got [1, 2]'],
    [
      'one axis',
      () => attention.call(zeros([4]) as never),
      'expected the input to be [..., length, 4], got [4]',
    ],
    [
      'keys of another size',
      () => attention.attend(x, zeros([2, 5, 6]) as never, zeros([2, 5, 6]) as never),
      'expected the key to be [..., length, 4], got [2, 5, 6]',
    ],
    [
      'another batch of keys',
      () => attention.attend(x, zeros([1, 5, 4]), zeros([1, 5, 4])),
      'queries [2, 3, 4] and keys [1, 5, 4] must have the same axes before [length, 4]',
    ],
    [
      'fewer values than keys',
      () => attention.attend(x, zeros([2, 5, 4]), zeros([2, 4, 4]) as never),
      'there must be one value per key, got keys [2, 5, 4] and values [2, 4, 4]',
    ],
    [
      'no values',
      () => (attention.attend as (...args: unknown[]) => unknown)(x, x),
      'the value must be a tensor',
    ],
  ])('refuses %s', (_, call, message) => {
    refuses(call, `MultiHeadAttention: ${message}`)
    expect(call).toThrow(/; in MultiHeadAttention\(4, 2\)$/)
  })

  it.each<[AttentionMasks | object, string]>([
    [{ mask: [[true]] }, 'mask must be a bool tensor, true where a query may see a key, or a float32 tensor'],
    [{ mask: zeros([3, 3], { dtype: 'int32' }) }, 'that is added to the scores, got int32'],
    [{ mask: zeros([3, 3], { dtype: 'float64' }) }, 'that is added to the scores, got float64'],
    [
      { mask: bool(2, 3) },
      'the mask is [2, 3], expected [queries, keys] = [3, 3], with axes [2, 2] of batch and heads, or batch alone, before it; which keys are padding is told by keyMask, [2, 3]',
    ],
    [{ mask: bool(3) }, 'the mask is [3], expected [queries, keys]'],
    [{ mask: bool(3, 3, 3) }, 'the mask is [3, 3, 3], expected'],
    [{ mask: bool(2, 3, 3, 3) }, 'the mask is [2, 3, 3, 3], expected'],
    [{ mask: bool(1, 1, 1, 3, 3) }, 'the mask is [1, 1, 1, 3, 3], expected'],
    [
      { keyMask: zeros([2, 3]) },
      'keyMask must be a bool tensor, true for keys that count, got float32; compare first',
    ],
    [{ keyMask: null }, 'keyMask must be a bool tensor, true for keys that count, got null'],
    [{ keyMask: bool(3, 2) }, 'keyMask is [3, 2], expected [...batch, keys] = [2, 3]'],
    [{ keyMask: bool(2, 1, 3) }, 'keyMask is [2, 1, 3], expected'],
    [{ keyMask: bool() }, 'keyMask is [], expected'],
    [{ causal: 1 }, 'causal must be true or false, got 1'],
    [{ attnMask: bool(3, 3) }, 'there is no option "attnMask"; there are mask, keyMask, causal'],
  ])('refuses the mask %o', (masks, message) => {
    refuses(() => attention.call(x, masks as AttentionMasks), `MultiHeadAttention: `)
    refuses(() => attention.attend(x, x, x, masks as AttentionMasks), message)
  })

  it('shows how it was made', () => {
    expect(`${new MultiHeadAttention(8, 2)}`).toBe('MultiHeadAttention(8, 2)')
    const options = { bias: false, causal: true, dropout: 0.25 }
    expect(`${new MultiHeadAttention(8, 4, options)}`).toBe(
      'MultiHeadAttention(8, 4, { bias: false, causal: true, dropout: 0.25 })',
    )
  })
})

describe('TransformerBlock', () => {
  const block = new TransformerBlock(4, 2, { generator })

  it('refuses a width that is no whole number', () => {
    for (const mlpRatio of [0, -1, 0.3, Number.NaN, '2', null, 2n, Symbol('two'), Object.create(null)])
      refuses(
        () => new TransformerBlock(4, 2, { mlpRatio: mlpRatio as number }),
        'TransformerBlock: mlpRatio times dim 4 must be a whole number >= 1, got mlpRatio',
      )
  })

  it('says in which of its layers an error arose', () => {
    expect(() => block.call(x, { mask: bool(2, 2) })).toThrow(
      /; in layer self_attn \(MultiHeadAttention\(4, 2\)\)/,
    )
    expect(() => block.call(zeros([2, 3, 5]) as never)).toThrow(/; in layer norm1 \(LayerNorm\(4\)\)/)
  })

  it('sees no later position where it is causal, and draws its dropout from the generator', () => {
    const causal = new TransformerBlock(4, 2, { causal: true, generator })
    const y = causal.call(x)
    const other = causal.call(
      tensor([[9, 9, 9, 9]])
        .broadcastTo([2, 1, 4])
        .mul(1) as never,
    )
    expect(other.shape).toEqual([2, 1, 4])
    const first = causal.call(x.slice([null, [0, 1]]) as Tensor)
    expect(first.allClose(y.slice([null, [0, 1]]), { rtol: 1e-6 })).toBe(true)
    expect(
      block
        .call(x)
        .slice([null, [0, 1]])
        .allClose(block.call(x.slice([null, [0, 1]]) as Tensor)),
    ).toBe(false)
    const run = (): unknown =>
      new TransformerBlock(4, 2, { dropout: 0.5, generator: new Generator(8) }).call(x).toArray()
    expect(run()).toEqual(run())
    expect(new TransformerBlock(4, 2, { dropout: 1, generator }).call(x).toArray()).toEqual(x.toArray())
  })

  it('shows how it was made', () => {
    expect(`${block}`).toBe('TransformerBlock(4, 2)')
    const options = { mlpRatio: 1.5, dropout: 0.1, causal: true }
    expect(`${new TransformerBlock(4, 1, options)}`).toBe(
      'TransformerBlock(4, 1, { mlpRatio: 1.5, dropout: 0.1, causal: true })',
    )
  })
})
