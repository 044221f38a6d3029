/** @file Module: what belongs to it, how it is called and shown. */
import { mul, ones, TapegradError, type Tensor, tensor, zeros } from '@tapegrad/core'
import { buffer, Dense, Layer, Module, parameter, Sigmoid, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { Affine, Nested } from './support/modules.ts'

describe('marks', () => {
  it('make parameters and buffers; parameter() turns requiresGrad on and returns the tensor itself', () => {
    const t = ones([2])
    expect(parameter(t)).toBe(t)
    expect(t.requiresGrad).toBe(true)
    const b = ones([2])
    expect(buffer(b)).toBe(b)
    expect(b.requiresGrad).toBe(false)
  })

  it('give keys by field path, in order; a name replaces the field; unmarked tensors are left out', () => {
    const module = new Nested()
    expect(module.namedParameters().map(([key]) => key)).toEqual([
      'first.weight',
      'first.bias',
      'list.0.weight',
      'list.0.bias',
      'list.1.weight',
      'list.1.bias',
      'byName.left',
      'weight_ih_l0',
    ])
    expect(module.parameters()).toEqual(module.namedParameters().map(([, tensor]) => tensor))
    expect(module.parameters()[7]).toBe(module.own)
    expect(module.buffers()).toEqual([
      module.first.count,
      module.list[0]!.count,
      module.list[1]!.count,
      module.byName.deeper[0],
    ])
  })

  it('stay when a parameter is frozen', () => {
    const module = new Affine()
    module.weight.requiresGrad = false
    expect(module.parameters()).toEqual([module.weight, module.bias])
    expect(module.weight.requiresGrad).toBe(false)
  })

  it('do not show in private fields', () => {
    class Hidden extends Module {
      readonly #weight = parameter(ones([2]))
      forward(): Tensor {
        return this.#weight
      }
    }
    expect(new Hidden().parameters()).toEqual([])
  })

  it('count a shared parameter, and a shared module, once', () => {
    class Tied extends Module {
      readonly a = new Dense(3, 3)
      readonly b = this.a
      readonly c = { weight: this.a.weight }
      forward(): void {}
    }
    expect(new Tied().namedParameters().map(([key]) => key)).toEqual(['a.weight', 'a.bias'])
  })

  it('are found once in a module that holds its parent', () => {
    class Child extends Module {
      parent: Module | null = null
      readonly weight = parameter(ones([1]))
      forward(): void {}
    }
    class Parent extends Module {
      readonly child = new Child()
      constructor() {
        super()
        this.child.parent = this
      }
      forward(): void {}
    }
    expect(new Parent().namedParameters().map(([key]) => key)).toEqual(['child.weight'])
  })

  it('refuse what cannot be a parameter', () => {
    expect(() => parameter([1, 2] as never)).toThrow(
      /^parameter: the argument must be a tensor, got \[1, 2\]/,
    )
    expect(() => parameter(tensor([1], { dtype: 'int32' }))).toThrow(/^parameter: a tensor of dtype int32/)
    expect(() => parameter(mul(parameter(ones([2])), 2))).toThrow(
      /^parameter: the tensor was computed by mul/,
    )
    expect(() => parameter(ones([2]), '')).toThrow(/^parameter: the name must be a non-empty string/)
    expect(() => buffer(undefined as never)).toThrow(/^buffer: the argument must be a tensor, got undefined/)
    expect(() => buffer(ones([2]), 3 as never)).toThrow(/^buffer: the name must be/)
  })

  it('refuse two tensors of one name', () => {
    class Twice extends Module {
      readonly a = parameter(ones([1]), 'w')
      readonly b = parameter(ones([1]), 'w')
      forward(): void {}
    }
    expect(() => new Twice().stateDict()).toThrow(/^Module: two tensors are called w;/)
  })
})

describe('call', () => {
  it('passes all arguments to forward and returns what it returns', () => {
    expect(new Affine().call(tensor([1, 2, 3]), 2).toArray()).toEqual([12, 12])
    class Pair extends Module {
      forward(...xs: number[]): [number, number[]] {
        return [xs.length, xs]
      }
    }
    expect(new Pair().call(1, 2, 3)).toEqual([3, [1, 2, 3]])
  })

  it('says in which layer an error arose', () => {
    class Inner extends Module {
      readonly layers = [new Dense(2, 3), new Dense(4, 1)]
      forward(x: Tensor): Tensor {
        return this.layers[1]!.call(this.layers[0]!.call(x))
      }
    }
    class Outer extends Module {
      readonly block = new Inner()
      forward(x: Tensor): Tensor {
        return this.block.call(x)
      }
    }
    const message =
      'linear: input [3] does not end in 4, the inputs of weight [1, 4] = [out, in]; in layer block.layers.1 (Dense(4, 1))'
    let error: unknown
    try {
      new Outer().call(zeros([2]))
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(TapegradError)
    expect((error as TapegradError).message).toBe(message)
    expect((error as TapegradError).op).toBe('linear')
    // The stack is what Node prints: it must say the same, and still lead to where the error arose.
    expect((error as TapegradError).stack!.split('\n')[0]).toBe(`TapegradError: ${message}`)
    expect((error as TapegradError).stack).toMatch(/ at linear /)
  })

  it('says so for errors of other kinds too, and leaves alone what is not an error', () => {
    class Thrower extends Layer<[], []> {
      readonly #what: unknown
      constructor(what: unknown) {
        super()
        this.#what = what
      }
      forward(): Tensor {
        throw this.#what
      }
    }
    const thrownBy = (what: unknown): unknown => {
      try {
        sequential(new Sigmoid(), new Thrower(what)).call(zeros([2]))
      } catch (error) {
        return error
      }
      return undefined
    }
    expect((thrownBy(new TypeError('x is $& undefined')) as Error).message).toBe(
      'x is $& undefined; in layer 1 (Thrower()), whose input comes from layer 0 (Sigmoid())',
    )
    expect(thrownBy('text')).toBe('text')
    expect((thrownBy(new DOMException('host')) as Error).message).toBe('host')
  })

  it('works in a module whose layers are in private fields', () => {
    class Hidden extends Module {
      readonly #dense = new Dense(2, 1)
      forward(x: Tensor): Tensor {
        return this.#dense.call(x)
      }
    }
    expect(() => new Hidden().call(zeros([3]))).toThrow(/; in Dense\(2, 1\)$/)
  })
})

describe('train and eval', () => {
  it('switch the module and all inside', () => {
    const module = new Nested()
    expect([module.training, module.list[1]!.training]).toEqual([true, true])
    expect(module.eval()).toBe(module)
    expect([module.training, module.first.training, module.list[1]!.training]).toEqual([false, false, false])
    module.list[0]!.train()
    expect([module.training, module.list[0]!.training]).toEqual([false, true])
    expect(module.train().list[1]!.training).toBe(true)
  })
})

describe('toString', () => {
  it('names modules as they are made', () => {
    expect(String(new Affine())).toBe('Affine()')
    expect(String(sequential(new Dense(4, 3), new Sigmoid(), new Dense(3, 2, { bias: false })))).toBe(
      'Sequential(Dense(4, 3), Sigmoid(), Dense(3, 2, { bias: false }))',
    )
  })
})
