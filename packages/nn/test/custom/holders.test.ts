/** @file Where a module's parameters may stand, and that none is lost in silence: Maps, instances, frozen objects, cycles. */
import { assertGradcheck, ones, type Tensor, zeros } from '@tapegrad/core'
import { Dense, functionalCall, Module, parameter, SGD } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

/** A module with whatever fields. */
class Holder extends Module {
  constructor(fields: object) {
    super()
    Object.assign(this, fields)
  }
  forward(): Tensor {
    return zeros([1])
  }
}

const dense = (): Dense<2, 1> => new Dense(2, 1, { bias: false })
const keys = (module: Module): string[] => module.namedParameters().map(([key]) => key)

describe('parameters and modules', () => {
  it('are seen in arrays and plain objects, of any depth', () => {
    const p = () => parameter(zeros([1]))
    expect(
      keys(new Holder({ a: [[p(), { b: dense() }]], c: { d: [p()], e: { f: p() } }, g: dense() })),
    ).toEqual(['a.0.0', 'a.0.1.b.weight', 'c.d.0', 'c.e.f', 'g.weight'])
  })

  class Helper {
    readonly parts: unknown
    constructor(parts: unknown) {
      this.parts = parts
    }
  }

  it.each<[string, (part: unknown) => object, string]>([
    ['a Map', (part) => new Map([['x', part]]), 'Map'],
    ['a Map of arrays', (part) => new Map([['x', [part]]]), 'Map'],
    ['a Set', (part) => new Set([part]), 'Set'],
    ['an instance of a class', (part) => new Helper(part), 'Helper'],
    ['an instance that holds an array', (part) => new Helper([part]), 'Helper'],
  ])('in %s are an error, not lost', (_, hold, kind) => {
    for (const [part, shown] of [
      [dense(), 'Dense(2, 1, { bias: false })'],
      [parameter(zeros([1])), 'a marked tensor'],
    ] as const) {
      const module = new Holder({ inner: new Holder({ field: hold(part) }) })
      const message = `Module: inner.field is a ${kind}, where ${shown} is not seen; hold it in an array or a plain object, or in a #private field`
      for (const attempt of [
        () => module.parameters(),
        () => module.stateDict(),
        () => module.loadStateDict({}),
        () => module.train(),
        () => module.to('float64'),
        () => module.summary(),
        () => functionalCall(module, {}),
      ])
        expect(attempt).toThrow(message)
      // Beside the field: an index of what the module sees.
      expect(keys(new Holder({ all: [part], field: hold(part) }))).toHaveLength(1)
    }
  })

  it('that hold nothing marked are left alone: tensors, data, optimizers, the module itself', () => {
    const layer = dense()
    const module = new Holder({
      layer,
      cache: new Map([['x', zeros([2])]]),
      names: new Set(['a']),
      numbers: new Float32Array(3),
      optimizer: new SGD(layer.parameters(), { lr: 0.1 }),
      date: new Date(0),
      nothing: null,
    })
    Object.assign(module, { helper: new Helper(module) })
    expect(keys(module)).toEqual(['layer.weight'])
  })

  it('that #private fields and accessors hold are no part of the module', () => {
    class Student extends Module {
      readonly own = dense()
      readonly #teacher = dense()
      forward(x: Tensor): Tensor {
        return this.own.call(x).sub(this.#teacher.call(x)) as Tensor
      }
    }
    expect(keys(new Student())).toEqual(['own.weight'])
  })

  it('of frozen objects train, but cannot be replaced', () => {
    const model = new Holder({ held: Object.freeze({ weight: parameter(ones([1])) }), layer: dense() })
    expect(keys(model)).toEqual(['held.weight', 'layer.weight'])
    expect(() => functionalCall(model, { 'layer.weight': zeros([1, 2]), 'held.weight': zeros([1]) })).toThrow(
      'functionalCall: held.weight cannot be replaced: what holds it is frozen, or has a getter that gives another tensor',
    )
    expect(model.parameters().map((p) => p.size)).toEqual([1, 2])
    expect(model.parameters().every((p) => p.requiresGrad)).toBe(true)
    expect(functionalCall(model, { 'layer.weight': zeros([1, 2]) }).toArray()).toEqual([0])
  })
})

describe('modules that hold each other', () => {
  it('are found by every path that does not go in a circle', () => {
    const [a, b] = [new Holder({}), new Holder({ w: parameter(zeros([1])) })]
    Object.assign(a, { other: b })
    Object.assign(b, { other: a })
    expect(keys(a)).toEqual(['other.w'])
    expect(keys(b)).toEqual(['w'])
    expect(a.eval().training || b.training).toBe(false)
  })

  it('all of them all others: an error that says so, where there would be millions of paths', () => {
    const all: Module[] = Array.from({ length: 10 }, () => new Holder({}))
    for (const module of all) Object.assign(module, { all: [...all] })
    expect(() => new Holder({ all }).parameters()).toThrow(
      /^Module: all\.0\.all\..*: modules hold each other; hold one in a #private field/,
    )
  })
})

describe('modules that change', () => {
  class Lazy extends Module {
    layer: Dense | null = null
    forward(x: Tensor): Tensor {
      this.layer ??= new Dense(x.shape.at(-1)!, 1)
      return this.layer.call(x) as Tensor
    }
  }

  it('have the parts that they have made so far', () => {
    const model = new Lazy()
    expect(keys(model)).toEqual([])
    expect(() => functionalCall(model, { 'layer.weight': zeros([1, 3]) }, ones([3]))).toThrow(
      'functionalCall: the module has no layer.weight; its keys are none',
    )
    model.call(ones([3]))
    expect(keys(model)).toEqual(['layer.weight', 'layer.bias'])
    expect(assertGradcheck(model as never, [ones([3])]).rows).toHaveLength(7)
  })

  it('are seen as they are; an optimizer holds what there was when it was made', () => {
    const model = new Lazy()
    model.call(ones([2]))
    const old = model.layer!
    const optimizer = new SGD(model.parameters(), { lr: 1 })
    model.layer = new Dense(2, 1)
    expect(model.parameters()).toEqual([model.layer.weight, model.layer.bias])
    const before = model.layer.weight.toArray()
    model
      .call(ones([2]))
      .sum()
      .backward()
    optimizer.step()
    expect(model.layer.weight.toArray()).toEqual(before)
    expect(old.weight.grad).toBe(null)
    // To exchange values, not tensors, is to load.
    old.loadStateDict(model.layer.stateDict())
    expect(old.weight.toArray()).toEqual(before)
  })
})
