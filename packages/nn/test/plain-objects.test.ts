/** @file Modules written in plain JavaScript: objects without a prototype, a forgotten forward. */
import { type Tensor, zeros } from '@tapegrad/core'
import { Module, parameter } from '@tapegrad/nn'
import { expect, it } from 'vitest'

it('parameters in an object without a prototype are found', () => {
  class Bag extends Module {
    readonly held: Record<string, Tensor> = Object.assign(Object.create(null), { w: parameter(zeros([2])) })
    forward(x: Tensor): Tensor {
      return x.add(this.held.w!)
    }
  }
  expect(new Bag().namedParameters().map(([key]) => key)).toEqual(['held.w'])
})

it('a forgotten forward is an error that says so', () => {
  class Empty extends (Module as unknown as new () => { call(): unknown }) {}
  expect(() => new Empty().call()).toThrow('call: Empty() has no forward(...); write one')
})
