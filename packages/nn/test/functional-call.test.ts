/** @file functionalCall: a module run with other parameters than its own. */
import { grad, type Tensor, tensor, zeros } from '@tapegrad/core'
import { Dense, functionalCall, sequential, Tanh } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

describe('functionalCall', () => {
  const model = sequential(new Dense(2, 2), new Tanh(), new Dense(2, 1))
  const x = tensor([[1, -2]])

  it('runs the module with other parameters, and leaves its own in place', () => {
    const own = model.stateDict()
    const others = Object.fromEntries(Object.entries(own).map(([key, t]) => [key, t.mul(0)]))
    expect(functionalCall(model, { ...others, '2.bias': tensor([5]) }, x).toArray()).toEqual([[5]])
    expect(model.stateDict()).toEqual(own)
    expect(functionalCall(model, {}, x).toArray()).toEqual(model.call(x).toArray())
  })

  it('makes a model a function of its parameters, for grad', () => {
    const loss = (p: Record<string, Tensor>): Tensor => functionalCall(model, p, x).square().sum()
    const gradients = grad(loss)(model.stateDict())
    model.call(x).square().sum().backward()
    for (const [key, parameter] of model.namedParameters())
      expect(gradients[key]!.toArray(), key).toEqual(parameter.grad!.toArray())
  })

  it('puts its own parameters back after an error', () => {
    const before = model.parameters()
    expect(() => functionalCall(model, { '0.weight': zeros([2, 2]) }, zeros([3]))).toThrow(/in layer 0/)
    expect(model.parameters().every((p, i) => p === before[i])).toBe(true)
  })

  it('replaces a shared parameter wherever it stands', () => {
    const dense = new Dense(1, 1, { bias: false })
    const tied = sequential(dense, dense)
    expect(functionalCall(tied, { '0.weight': tensor([[3]]) }, tensor([1])).toArray()).toEqual([9])
  })

  it('refuses unknown keys, wrong shapes, other values and async modules', () => {
    expect(() => functionalCall(model, { weight: zeros([2]) }, x)).toThrow(
      'functionalCall: the module has no weight; its keys are 0.weight, 0.bias, 2.weight, 2.bias',
    )
    expect(() => functionalCall(model, { '2.bias': zeros([2]) }, x)).toThrow(
      'functionalCall: 2.bias has shape [2], it must be [1]',
    )
    expect(() => functionalCall(model, { '2.bias': 1 as never }, x)).toThrow(
      /^functionalCall: 2\.bias must be a tensor/,
    )
    expect(() => functionalCall({} as Dense, {}, x)).toThrow(/^functionalCall: expected a module/)
    expect(() => functionalCall(model, null as never, x)).toThrow(
      /^functionalCall: expected an object of tensors/,
    )
  })
})
