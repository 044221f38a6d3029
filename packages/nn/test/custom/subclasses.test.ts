/** @file Subclasses of built-in layers with parameters of their own, forward that returns trees, forward that is async. */
import { assertGradcheck, ones, type Tensor, tensor, zeros } from '@tapegrad/core'
import { Dense, functionalCall, Module, parameter, ReLU, Sequential, SGD, Tanh } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

describe('a subclass of Sequential', () => {
  class Scaled extends Sequential<[Dense<2, 3>, Tanh]> {
    readonly scale = parameter(tensor([1, 2, 3]))
    readonly extra = { skip: new Dense(2, 3, { bias: false }) }
    constructor() {
      super(new Dense(2, 3), new Tanh())
    }
    override forward(x: Tensor): Tensor {
      return super.forward(x).mul(this.scale).add(this.extra.skip.call(x)) as Tensor
    }
  }
  const keys = ['0.weight', '0.bias', 'scale', 'extra.skip.weight']

  it('keeps the keys of its layers, and has its own parameters after them', () => {
    const model = new Scaled()
    expect(Object.keys(model.stateDict())).toEqual(keys)
    const other = new Scaled()
    other.loadStateDict(model.stateDict())
    const x = ones([2])
    expect(other.call(x).toArray()).toEqual(model.call(x).toArray())
    const moved = functionalCall(model, { scale: zeros([3]) }, x)
    expect(moved.toArray()).toEqual(model.extra.skip.call(x).toArray())
    expect(model.summary([2])).toContain('Total parameters: 18 ')
    model.eval()
    expect(model.extra.skip.training).toBe(false)
  })

  it('passes gradcheck, which finds all of them', () => {
    const { rows } = assertGradcheck(new Scaled() as never, [tensor([0.5, -1])])
    expect([...new Set(rows.map(({ path }) => path))]).toEqual([...keys, '[0]'])
  })

  it('is placed in errors as it is', () => {
    expect(() => new Scaled().call(zeros([5]) as never)).toThrow(/; in layer 0 \(Dense\(2, 3\)\)$/)
  })
})

describe('a subclass of Dense', () => {
  class Gated extends Dense<2, 2> {
    readonly gate = parameter(ones([2]))
    constructor() {
      super(2, 2, { bias: false })
    }
    override forward(x: Tensor): Tensor {
      return super.forward(x).mul(this.gate.sigmoid()) as Tensor
    }
  }

  it('has its parameters beside those of Dense, and flows as Dense does', () => {
    const model = new Sequential(new Gated(), new ReLU(), new Dense(2, 1))
    expect(Object.keys(model.stateDict())).toEqual(['0.weight', '0.gate', '2.weight', '2.bias'])
    const y: Tensor<[4, 1]> = model.call(zeros([4, 2]))
    expect(y.shape).toEqual([4, 1])
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    model
      .call(ones([4, 2]))
      .sum()
      .backward()
    optimizer.step()
    expect(model.parameters().every((p) => p.grad !== null)).toBe(true)
  })
})

describe('forward', () => {
  class Heads extends Module {
    readonly heads = { mean: new Dense(2, 1), spread: [new Dense(2, 1), new Dense(2, 2)] }
    forward(
      { x, scale }: { x: Tensor<[2]>; scale?: number },
      ...more: Tensor<[2]>[]
    ): { mean: Tensor<[1]>; spread: readonly [Tensor<[1]>, Tensor<[2]>]; seen: number } {
      const { mean, spread } = this.heads
      return {
        mean: mean.call(x).mul(scale ?? 1),
        spread: [spread[0]!.call(x) as Tensor<[1]>, spread[1]!.call(x) as Tensor<[2]>],
        seen: more.length,
      }
    }
  }

  it('takes and returns objects, tuples and lists of arguments, with their types', () => {
    const model = new Heads()
    const x = ones([2])
    const { mean, spread, seen } = model.call({ x, scale: 2 }, x, x)
    const shapes: [Tensor<[1]>, Tensor<[2]>, number] = [mean, spread[1], seen]
    expect(shapes.map((y) => (typeof y === 'number' ? y : y.shape))).toEqual([[1], [2], 2])
    const replaced = functionalCall(model, { 'heads.spread.1.bias': ones([2]).mul(50) }, { x })
    expect(replaced.spread[1].gt(40).all().item()).toBe(true)
    expect(Object.keys(model.stateDict()).slice(2, 4)).toEqual([
      'heads.spread.0.weight',
      'heads.spread.0.bias',
    ])
    expect(() => model.call({ x: zeros([3]) as never })).toThrow(/; in layer heads\.mean \(Dense\(2, 1\)\)$/)
  })

  class Fetching extends Module {
    readonly layer = new Dense(2, 1)
    async forward(x: Tensor, fail: 'now' | 'later' | 'never'): Promise<Tensor> {
      if (fail === 'now') this.layer.call(zeros([3]) as never)
      await Promise.resolve()
      return this.layer.call((fail === 'later' ? zeros([3]) : x) as never) as Tensor
    }
  }

  it('may be async: call returns the promise, and functionalCall refuses it', async () => {
    const model = new Fetching()
    const y = await model.call(ones([2]), 'never')
    y.sum().backward()
    expect(model.layer.weight.grad!.toArray()).toEqual([[1, 1]])
    expect(() => functionalCall(model, {}, ones([2]), 'never')).toThrow('functionalCall: forward is async')
    // The layer where it arose is named; the module around it has returned long ago.
    for (const when of ['now', 'later'] as const)
      await expect(model.call(ones([2]), when)).rejects.toThrow(/; in Dense\(2, 1\)$/)
  })
})
