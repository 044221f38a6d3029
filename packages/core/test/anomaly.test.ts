/** @file detectAnomaly: the first op that makes a NaN or an infinity, its operands, its place, and what to do. */
import { describe, expect, it } from 'vitest'
import { detectAnomaly, grad, type Tensor, tensor, vmap, where } from '../src/index.ts'
import { messageOf } from './support/messages.ts'

const f64 = { dtype: 'float64' } as const
const leaf = (values: number[]): Tensor => tensor(values, { ...f64, requiresGrad: true })

describe('forward', () => {
  it('names the op, the index, the operands and the line of the caller', () => {
    const message = messageOf(() =>
      detectAnomaly(() => {
        const x = tensor(
          [
            [1, 2],
            [3, 0],
          ],
          f64,
        )
        return x.exp().mul(0).add(x.log())
      }),
    )
    expect(message).toMatch(
      /^detectAnomaly: log\(0\) made -Infinity at \[1, 1\], called at .*anomaly\.test\.ts:\d+:\d+/,
    )
    expect(message).toContain('keep its argument away from 0')
  })
  it('stops at the first, not where it shows', () => {
    const message = messageOf(() => detectAnomaly(() => tensor([-1], f64).sqrt().mul(2).sum()))
    expect(message).toContain('sqrt(-1) made NaN at [0]')
  })
  it('of two operands shows both', () => {
    expect(messageOf(() => detectAnomaly(() => tensor([1, 2], f64).div(tensor([1, 0], f64))))).toContain(
      'div(2, 0) made Infinity at [1]',
    )
  })
  it('says what helps where exp overflows', () => {
    expect(messageOf(() => detectAnomaly(() => tensor([1000]).exp()))).toContain('subtract the maximum first')
  })
  it('lets in what was there before, and leaves finite programs alone', () => {
    expect(detectAnomaly(() => tensor([Infinity, 1]).mul(2).toArray())).toEqual([Infinity, 2])
    const x = leaf([1, 2])
    const result = detectAnomaly(() => {
      const loss = x.square().sum()
      loss.backward()
      return loss.item()
    })
    expect(result).toBe(5)
    expect(x.grad!.toArray()).toEqual([2, 4])
    expect(detectAnomaly(() => tensor([1, 2]).clone().assign(3).toArray())).toEqual([3, 3])
  })
})

describe('backward', () => {
  it('names the op whose gradient it is, and the line where that was called', () => {
    const x = leaf([4, 0])
    const message = messageOf(() => detectAnomaly(() => x.sqrt().sum().backward()))
    expect(message).toMatch(
      /^detectAnomaly: div\(0\.5, 0\) made Infinity at \[1\], in the derivative of sqrt, called at .*anomaly\.test\.ts:\d+/,
    )
  })
  it('where(): the branch not taken leaks NaN, and the message says how to stop it', () => {
    const f = (x: Tensor): Tensor<[]> => where(x.gt(0), x.log(), 0).sum() as Tensor<[]>
    const x = tensor([1, 0], f64)
    // log(0) is an infinity already in the forward pass; look at the gradient alone.
    const gradient = (): unknown => grad((t: Tensor) => where(t.gt(0), t.sqrt(), 0).sum() as Tensor<[]>)(x)
    const message = messageOf(() => detectAnomaly(gradient))
    expect(message).toContain('div(0, 0) made NaN at [1], in the derivative of sqrt')
    expect(message).toContain('0 times the infinite slope of sqrt is NaN')
    expect(message).toContain('where(mask, f(where(mask, x, 1)), 0)')
    const safe = (t: Tensor): Tensor<[]> => where(t.gt(0), where(t.gt(0), t, 1).sqrt(), 0).sum() as Tensor<[]>
    expect((detectAnomaly(() => grad(safe)(x)) as Tensor).toArray()).toEqual([0.5, 0])
    expect(messageOf(() => detectAnomaly(() => grad(f)(x)))).toContain('log(0) made -Infinity at [1]')
  })
  it('after a backward pass, forward is forward again', () => {
    const x = leaf([1])
    const message = messageOf(() =>
      detectAnomaly(() => {
        x.square().sum().backward()
        return x.detach().sub(1).log()
      }),
    )
    expect(message).toContain('log(0) made -Infinity at [0], called at')
  })
})

it('works around and inside of vmap, and refuses what is no function', () => {
  const rows = tensor(
    [
      [1, 2],
      [3, 0],
    ],
    f64,
  )
  expect(messageOf(() => detectAnomaly(() => vmap((x: Tensor) => x.log().sum())(rows)))).toContain(
    'log(0) made',
  )
  expect(messageOf(() => detectAnomaly(3 as never))).toBe('detectAnomaly: expected a function, got 3')
})
