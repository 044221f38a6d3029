/** @file gradcheck of modules: any object that runs and names its parameters. */
import { describe, expect, it } from 'vitest'
import {
  add,
  assign,
  gradcheck,
  matmul,
  mul,
  noGrad,
  sin,
  type Tensor,
  tanh,
  tensor,
  transpose,
} from '../src/index.ts'
import { f64, loose } from './support/f64.ts'
import { planted } from './support/planted.ts'

const leaf = (values: number[] | number[][]): Tensor => tensor(values, { requiresGrad: true }) as Tensor

class Affine {
  weight = leaf([
    [0.5, -1],
    [2, 0.25],
  ])
  bias = leaf([0.1, 0.2])
  /** No parameter: as a buffer or a constant would be. */
  scale = tensor([1, 2]) as Tensor
  calls = tensor([0], { dtype: 'int32' }) as Tensor
  op: (x: Tensor) => Tensor = tanh
  namedParameters(): [string, Tensor][] {
    return [
      ['weight', this.weight],
      ['bias', this.bias],
    ]
  }
  call(x: Tensor): Tensor {
    noGrad(() => assign(this.calls, add(this.calls, 1)))
    return mul(this.op(add(matmul(x, transpose(this.weight)), this.bias)), this.scale)
  }
}

class Stack {
  #layers = [new Affine(), new Affine()]
  constructor(shared = false) {
    if (shared) this.#layers[1]!.weight = this.#layers[0]!.weight
  }
  get layers(): Affine[] {
    return this.#layers
  }
  fields(): object {
    return this.#layers
  }
  namedParameters(): [string, Tensor][] {
    const seen = new Set<Tensor>()
    return this.#layers
      .flatMap((layer, i) =>
        layer.namedParameters().map(([name, x]): [string, Tensor] => [`${i}.${name}`, x]),
      )
      .filter(([, x]) => !seen.has(x) && seen.add(x))
  }
  forward(x: Tensor): Tensor {
    return this.#layers.reduce((h, layer) => layer.call(h), x)
  }
}

const x = tensor([
  [1, -0.5],
  [0.3, 2],
]) as Tensor

describe('a module', () => {
  it('is checked by its parameters, by name, and by its inputs', () => {
    const { ok, rows } = gradcheck(new Affine(), [x])
    expect(ok).toBe(true)
    expect(rows.map(({ path }) => path)).toEqual([
      ...new Array(4).fill('weight'),
      ...new Array(2).fill('bias'),
      ...new Array(4).fill('[0]'),
    ])
  })

  it('may hold others, in arrays and where `fields` says', () => {
    const { ok, rows } = gradcheck(new Stack(), [x])
    expect(ok).toBe(true)
    expect(new Set(rows.map(({ path }) => path))).toEqual(
      new Set(['0.weight', '0.bias', '1.weight', '1.bias', '[0]']),
    )
  })

  it('may share a parameter: both uses count', () => {
    const stack = new Stack(true)
    const { ok, rows } = gradcheck(stack, [x])
    expect(ok).toBe(true)
    expect(new Set(rows.map(({ path }) => path))).toEqual(new Set(['0.weight', '0.bias', '1.bias', '[0]']))
    expect(stack.layers[1]!.weight).toBe(stack.layers[0]!.weight)
  })

  it('is left as it was', () => {
    const module = new Affine()
    const { weight, bias, scale, calls } = module
    const before = [weight, bias, scale].map((t) => Array.from(t.data))
    gradcheck(module, [x], { order: 2 })
    expect([module.weight, module.bias, module.scale, module.calls]).toEqual([weight, bias, scale, calls])
    expect(module.weight).toBe(weight)
    expect([weight, bias, scale].map((t) => Array.from(t.data))).toEqual(before)
    expect(weight.dtype).toBe('float32')
    expect(weight.grad).toBeNull()
    expect(calls.item()).toBe(0)
  })

  it('is left as it was when it throws', () => {
    const module = new Affine()
    const { weight } = module
    expect(() => gradcheck(module, [f64([1, 2, 3])])).toThrow(/matmul/)
    expect(module.weight).toBe(weight)
  })

  it('with a wrong op in it is found wrong below that op, with the cause', () => {
    const module = new Stack()
    module.layers[0]!.op = planted('wave', sin, [(ct, [x]) => mul(ct, sin(x!))])
    const { rows } = gradcheck(module, [x], { modes: ['reverse'] })
    const wrong = rows.filter(({ verdict }) => verdict === 'wrong')
    expect(new Set(wrong.map(({ path }) => path))).toEqual(new Set(['0.weight', '0.bias', '[0]']))
    for (const { cause } of wrong) expect(cause).toBe('the pullback is wrong, in op wave')
  })

  it('whose parameters cannot be reached is refused', () => {
    const hidden = leaf([1])
    const module = { namedParameters: () => [['hidden', hidden]], call: (x: Tensor) => mul(x, hidden) }
    expect(() => loose(gradcheck)(module, [x])).toThrow(/parameter hidden is in none of the module's fields/)
  })
})
