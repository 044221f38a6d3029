/** @file Module.summary: modules with a `forward` of their own, frozen ones, and parameters beside submodules. */
import { ones, type Tensor, zeros } from '@tapegrad/core'
import { Dense, Module, parameter, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

class Field extends Module {
  readonly dense = new Dense(2, 3)
  readonly forward = (x: Tensor): Tensor => this.dense.call(x)
}

describe('summary leaves', () => {
  it('a forward that is an own field as it was', () => {
    const model = new Field()
    const before = Object.getOwnPropertyDescriptors(model)
    expect(model.summary([4, 2])).toMatch(/^dense +Dense\(2, 3\) +\[4, 3\] +9 +\d+$/m)
    expect(Object.getOwnPropertyDescriptors(model)).toEqual(before)
    expect(model.call(zeros([4, 2])).shape).toEqual([4, 3])
  })

  it('and sees it inside another module', () => {
    class Outer extends Module {
      readonly inner = new Field()
      forward(x: Tensor): Tensor {
        return this.inner.call(x)
      }
    }
    expect(new Outer().summary([2])).toMatch(/^inner +Field\(\) +\[3\] +0 +\d+$/m)
  })

  it('frozen modules as they are, and sees them', () => {
    const model = sequential(new Dense(2, 3), new Dense(3, 1))
    Object.freeze(model.layers[0])
    const table = model.summary([2])
    expect(table).toMatch(/^0 +Dense\(2, 3\) +\[3\] +9 +\d+$/m)
    expect(table).toMatch(/^1 +Dense\(3, 1\) +\[1\] +4 +\d+$/m)
    expect(Object.freeze(new Field()).summary([2])).toMatch(/^dense +Dense\(2, 3\) +\[3\] +9 +\d+$/m)
  })
})

describe('the rows of summary add up to the footer', () => {
  it('with parameters beside submodules', () => {
    class Scaled extends Module {
      readonly scale = parameter(ones([3]))
      readonly dense = new Dense(2, 3)
      forward(x: Tensor): Tensor {
        return this.dense.call(x).mul(this.scale)
      }
    }
    const table = new Scaled().summary([2])
    expect(table).toMatch(
      /^\(root\) +Scaled\(\) +\[3\] +3 +12\ndense +Dense\(2, 3\) +\[3\] +9 +36\n─+\nTotal parameters: 12 \(48 bytes\)/m,
    )
  })

  it('with a layer used twice, counted where it first stands', () => {
    const shared = new Dense(2, 2)
    const table = sequential(shared, shared).summary([2])
    expect(table).toMatch(
      /^0 +Dense\(2, 2\) +\[2\] +6 +24\n1 +Dense\(2, 2\) +\[2\] +0 +0\n─+\nTotal parameters: 6 \(24 bytes\)/m,
    )
  })
})
