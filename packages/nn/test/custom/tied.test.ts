/** @file Parameters that several places of a module share: counted once, saved once, trained once, never torn apart. */
import { grad, ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import { Dense, Embedding, functionalCall, Module, parameter, SGD, sequential, Tanh } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

/** Vectors of symbols in, scores of symbols out, by one table. */
class Tied extends Module {
  readonly table = new Embedding(3, 2)
  readonly output = { weight: this.table.weight as Tensor, bias: parameter(zeros([3])) }
  forward(ids: Tensor): Tensor {
    const { weight, bias } = this.output
    return (this.table.call(ids) as Tensor).matmul(weight.T).add(bias)
  }
}

const ids = tensor([2, 0], { dtype: 'int32' }) as Tensor

describe('a shared parameter', () => {
  it('is one parameter for the optimizer, whose step moves it once, by the sum of its gradients', () => {
    const model = new Tied()
    const { weight } = model.table
    expect(model.parameters()).toEqual([weight, model.output.bias])
    const start = weight.clone()
    // The two places, each with a table of its own.
    const [first, second] = grad(
      (a: Tensor, b: Tensor) => a.take(ids, 0).matmul(b.transpose()).square().sum() as Tensor<[]>,
      { argnums: [0, 1] },
    )(weight.detach() as Tensor, weight.detach() as Tensor) as [Tensor, Tensor]
    const optimizer = new SGD(model.parameters(), { lr: 0.125 })
    model.call(ids).square().sum().backward()
    expect(weight.grad!.allClose(first.add(second) as never, { rtol: 1e-6 })).toBe(true)
    optimizer.step()
    expect(weight.allClose(start.sub(first.add(second).mul(0.125) as never) as never, { rtol: 1e-6 })).toBe(
      true,
    )
    expect(model.output.weight).toBe(weight)
  })

  it('counts once in the table, where it stands first', () => {
    const text = new Tied().summary(ids)
    expect(text).toMatch(/table +Embedding\(3, 2\) +\[2, 2\] +6 /)
    expect(text).toContain('Total parameters: 9 ')
  })

  it('is saved once and loaded from either key, or from both where they agree', () => {
    const model = new Tied()
    expect(Object.keys(model.stateDict())).toEqual(['table.weight', 'output.bias'])
    const [weight, bias] = [ones([3, 2]), zeros([3])]
    const load = (dict: Record<string, Tensor>): unknown => {
      model.loadStateDict({ 'table.weight': zeros([3, 2]), 'output.bias': zeros([3]) })
      model.loadStateDict({ 'output.bias': bias, ...dict })
      return model.table.weight.toArray()
    }
    const loaded = weight.toArray()
    expect(load({ 'table.weight': weight })).toEqual(loaded)
    expect(load({ 'output.weight': weight })).toEqual(loaded)
    expect(load({ 'table.weight': weight, 'output.weight': weight.clone() })).toEqual(loaded)
    // Of another dtype, and NaN.
    const odd = tensor([[0.1, 0.2], [Number.NaN, 0], [1, 2]], { dtype: 'float64' }) // biome-ignore format: a table
    expect(load({ 'table.weight': odd.to('float32'), 'output.weight': odd })).toEqual(
      odd.to('float32').toArray(),
    )
    expect(() => model.loadStateDict({ 'output.bias': bias })).toThrow(
      'missing keys: table.weight, output.weight',
    )
  })

  it('is not loaded from values that differ', () => {
    const model = new Tied()
    const before = model.stateDict()
    for (const strict of [true, false])
      expect(() =>
        model.loadStateDict(
          { 'output.bias': ones([3]), 'table.weight': zeros([3, 2]), 'output.weight': ones([3, 2]) },
          { strict },
        ),
      ).toThrow(
        'loadStateDict: table.weight and output.weight are one tensor, but differ in the dict; delete one',
      )
    expect(model.stateDict()).toEqual(before)
  })

  it('is replaced everywhere by functionalCall, under either key, and by one tensor alone', () => {
    const model = new Tied()
    const weight = ones([3, 2])
    const expected = functionalCall(model, { 'table.weight': weight }, ids).toArray()
    expect(functionalCall(model, { 'output.weight': weight }, ids).toArray()).toEqual(expected)
    const both = { 'table.weight': weight, 'output.weight': weight }
    expect(functionalCall(model, both, ids).toArray()).toEqual(expected)
    expect(() => functionalCall(model, { ...both, 'output.weight': ones([3, 2]) }, ids)).toThrow(
      'functionalCall: output.weight is a shared tensor, and has another value under an earlier key; give it once',
    )
  })

  it('can be read by a getter, of a class or of an object', () => {
    class Reading extends Module {
      readonly table = new Embedding(3, 2)
      readonly held = Object.defineProperty({} as { weight: Tensor }, 'weight', {
        enumerable: true,
        get: () => this.table.weight,
      })
      get weight(): Tensor {
        return this.table.weight as Tensor
      }
      forward(): Tensor {
        return this.weight.add(this.held.weight) as Tensor
      }
    }
    const model = new Reading()
    expect(Object.keys(model.stateDict())).toEqual(['table.weight'])
    expect(functionalCall(model, { 'table.weight': ones([3, 2]) }).toArray()).toEqual(
      ones([3, 2]).mul(2).toArray(),
    )
    expect(model.table.weight.requiresGrad).toBe(true)
  })
})

describe('a shared module', () => {
  it('runs twice, trains once, and is found in errors and tables', () => {
    const shared = new Dense(2, 2)
    const model = sequential(shared, new Tanh(), shared)
    expect(Object.keys(model.stateDict())).toEqual(['0.weight', '0.bias'])
    model
      .call(ones([1, 2]))
      .sum()
      .backward()
    const { grad: both } = shared.weight
    // Once through each place, the other held.
    const apart = ([0, 2] as const).map((place) => {
      const copies = sequential(new Dense(2, 2), new Tanh(), new Dense(2, 2))
      for (const i of [0, 2] as const) copies.layers[i].loadStateDict(shared.stateDict())
      copies
        .call(ones([1, 2]))
        .sum()
        .backward()
      return copies.layers[place].weight.grad!
    })
    expect(both!.allClose(apart[0]!.add(apart[1]!), { rtol: 1e-6 })).toBe(true)
    // A file may name it by any place.
    const state = shared.stateDict()
    expect(model.loadStateDict({ '2.weight': state.weight!, '0.bias': state.bias! }).unexpected).toEqual([])
    expect(model.summary([1, 2])).toContain('Total parameters: 6 ')
  })
})
