/** @file The state of a module: converted, saved and loaded. */
import { eye, ones, tensor, zeros } from '@tapegrad/core'
import { Dense, Module, parameter, Sequential, SGD } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { Affine, Nested } from './support/modules.ts'

describe('to', () => {
  it('converts floating-point parameters and buffers in place, and keeps tensors, marks and integers', () => {
    const module = new Affine()
    const { weight } = module
    weight.grad = ones([2, 3])
    expect(module.to('float64')).toBe(module)
    expect(module.weight).toBe(weight)
    expect(module.parameters()).toEqual([weight, module.bias])
    expect([weight.dtype, module.bias.dtype, module.count.dtype]).toEqual(['float64', 'float64', 'int32'])
    expect(weight.data).toBeInstanceOf(Float64Array)
    expect(weight.grad?.dtype).toBe('float64')
    expect(weight.requiresGrad).toBe(true)
    const y = module.call(tensor(new Float64Array([1, 2, 3]), { shape: [3] }), 1)
    expect(y.dtype).toBe('float64')
    y.sum().backward()
    // 1, set above, plus the gradient x.
    expect(weight.grad?.toArray()).toEqual([
      [2, 3, 4],
      [2, 3, 4],
    ])
  })

  it('reads a transposed parameter right', () => {
    const view = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]).T
    class Transposed extends Module {
      readonly weight = parameter(view)
      forward(): void {}
    }
    expect(new Transposed().to('float64').weight.toArray()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
  })

  it('refuses other dtypes', () => {
    expect(() => new Affine().to('int32' as never)).toThrow(
      /^to: the dtype must be float32 or float64, got "int32"/,
    )
  })

  it('makes an optimizer from before refuse, not silently do nothing', () => {
    const module = new Affine()
    const optimizer = new SGD(module.parameters(), { lr: 1 })
    module.to('float64')
    module
      .call(tensor(new Float64Array([1, 2, 3]), { shape: [3] }), 1)
      .sum()
      .backward()
    expect(() => optimizer.step()).toThrow(/^SGD: a parameter was converted to float64/)
  })
})

describe('stateDict and loadStateDict', () => {
  it('strict is true or false', () => {
    const model = new Dense(1, 1)
    for (const strict of ['no', 0, null])
      expect(() => model.loadStateDict(model.stateDict(), { strict: strict as never })).toThrow(
        /^loadStateDict: strict must be true or false, got /,
      )
  })

  it('go round, over parameters and buffers', () => {
    const [source, target] = [new Nested(), new Nested()]
    for (const [i, tensor] of [...source.parameters(), ...source.buffers()].entries()) tensor.assign(i + 1)
    const dict = source.stateDict()
    expect(Object.keys(dict)).toHaveLength(12)
    expect(target.loadStateDict(dict)).toEqual({ missing: [], unexpected: [] })
    expect(target.stateDict()).toEqual(dict)
    expect(target.list[1]!.bias.toArray()).toEqual([6, 6])
    expect(target.first.count.item()).toBe(9)
  })

  it('take a snapshot: later steps do not change it', () => {
    const module = new Affine()
    const dict = module.stateDict()
    module.weight.assign(5)
    expect(dict.weight!.toArray()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ])
    expect(dict.weight!.requiresGrad).toBe(false)
  })

  it('convert between the floating-point dtypes', () => {
    const target = new Affine().to('float64')
    target.loadStateDict(new Affine().stateDict())
    expect(target.weight.dtype).toBe('float64')
  })

  it('save a shared tensor once, and load it under any of its keys', () => {
    const tied = (): Sequential => {
      const dense = new Dense(2, 2)
      return new Sequential(dense, dense) as Sequential
    }
    const dict = tied().stateDict()
    expect(Object.keys(dict)).toEqual(['0.weight', '0.bias'])
    const target = tied()
    const weight = eye(2)
    target.loadStateDict({ '1.weight': weight, '0.bias': zeros([2]), '1.bias': zeros([2]) })
    expect(target.parameters()[0]!.toArray()).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  it('refuse what does not agree, name keys and shapes, and then load nothing', () => {
    const module = new Affine()
    const good = module.stateDict()
    const { bias: _, ...lacking } = good
    expect(() => module.loadStateDict(lacking)).toThrow(
      'loadStateDict: missing keys: bias; unexpected keys: none',
    )
    expect(() => module.loadStateDict({ ...good, extra: ones([1]) })).toThrow(
      'loadStateDict: missing keys: none; unexpected keys: extra',
    )
    const other = { ...good, weight: zeros([2, 3]), bias: ones([3]) }
    expect(() => module.loadStateDict(other)).toThrow(
      'loadStateDict: bias has shape [3] in the dict, it must be [2]',
    )
    expect(module.weight.toArray()[0 as never]).toEqual([1, 1, 1])
    expect(() => module.loadStateDict({ ...good, count: tensor(1) })).toThrow(
      'loadStateDict: count is float32 in the dict, it must be int32',
    )
    expect(() => module.loadStateDict({ ...good, bias: [0, 0] as never })).toThrow(
      /^loadStateDict: the value of bias must be a tensor/,
    )
    expect(() => module.loadStateDict(null as never)).toThrow(
      /^loadStateDict: expected an object of tensors, got null/,
    )
    expect(() => module.loadStateDict(ones([2]) as never)).toThrow(
      /^loadStateDict: expected an object of tensors/,
    )
  })

  it('with strict: false load what agrees and report the rest', () => {
    const module = new Affine()
    expect(module.loadStateDict({ bias: ones([2]), extra: ones([1]) }, { strict: false })).toEqual({
      missing: ['weight', 'count'],
      unexpected: ['extra'],
    })
    expect(module.bias.toArray()).toEqual([1, 1])
    expect(() => module.loadStateDict({ bias: ones([3]) }, { strict: false })).toThrow(/bias has shape \[3\]/)
  })

  it('tell the tape: a backward pass that needs the old values throws', () => {
    const module = new Affine()
    const y = module.call(tensor([1, 2, 3], { requiresGrad: true }), 1).sum()
    module.loadStateDict(new Affine().stateDict())
    expect(() => y.backward()).toThrow(/was overwritten by assign\(\)/)
  })
})
