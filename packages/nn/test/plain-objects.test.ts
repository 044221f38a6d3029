/** @file Where a module finds its tensors: objects without a prototype hold parameters as others do. */
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
