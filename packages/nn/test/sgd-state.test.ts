/** @file The state of SGD: saved, loaded, and refused where it is that of another optimizer. */
import { ones, tensor } from '@tapegrad/core'
import { SGD, type SGDOptions } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from './support/close.ts'
import { leaf, train } from './support/sgd-steps.ts'

describe('the state', () => {
  it.each<SGDOptions>([
    { momentum: 0.9 },
    { momentum: 0.9, dampening: 0.2 },
    { momentum: 0.5, nesterov: true },
    {},
  ])('saved and loaded, training goes on as if it had not stopped: %o', (options) => {
    const p = leaf()
    const optimizer = new SGD([p], { lr: 0.1, ...options })
    train(optimizer, p, 3)
    const saved = optimizer.stateDict()
    const q = p.detach().clone()
    q.requiresGrad = true
    train(optimizer, p, 3, 3)

    const resumed = new SGD([q], { lr: 0.7, ...options })
    resumed.loadStateDict(saved)
    expect(resumed.lr).toBe(0.1)
    train(resumed, q, 3, 3)
    expect(flat(q)).toEqual(flat(p))
  })

  it('has a key for each group and each parameter', () => {
    const options = { momentum: 0.9, dampening: 0.1 }
    const dict = new SGD(
      [{ params: [leaf(), leaf()] }, { params: [leaf()], momentum: 0 }],
      options,
    ).stateDict()
    expect(Object.keys(dict)).toEqual([
      'groups.0.lr',
      'groups.1.lr',
      'state.0.momentum_buffer',
      'state.0.share',
      'state.1.momentum_buffer',
      'state.1.share',
    ])
  })

  it('refuses a state of another kind, and keeps its own', () => {
    const p = leaf()
    const optimizer = new SGD([p], { lr: 0.1, momentum: 0.9 })
    expect(() => optimizer.loadStateDict(new SGD([p], { lr: 0.5 }).stateDict())).toThrow(
      'loadStateDict: missing keys: state.0.momentum_buffer; unexpected keys: none',
    )
    expect(optimizer.lr).toBe(0.1)
    const other = new SGD([ones([2], { requiresGrad: true })], { momentum: 0.9 }).stateDict()
    expect(() => optimizer.loadStateDict(other)).toThrow(
      /^loadStateDict: state\.0\.momentum_buffer has shape \[2\]/,
    )
    expect(() => optimizer.loadStateDict(undefined as never)).toThrow(/^loadStateDict: expected an object/)
    const negative = { ...optimizer.stateDict(), 'groups.0.lr': tensor(-1) }
    expect(() => optimizer.loadStateDict(negative)).toThrow(
      /^loadStateDict: groups\.0\.lr must be a finite number >= 0, got -1/,
    )
  })
})
