/** @file Module.summary: the table, and that it leaves the model as it was. */
import { ones, type Tensor, zeros } from '@tapegrad/core'
import { buffer, Dense, Layer, Module, parameter, Sigmoid, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

describe('summary', () => {
  const model = sequential(sequential(new Dense(4, 5), new Sigmoid()), new Dense(5, 3, { bias: false }))

  it('lists layers, output shapes and numbers of parameters', () => {
    model.layers[1].weight.requiresGrad = false
    expect(`\n${model.summary([7, 4])}\n`).toBe(`
Layer                                 Output shape  Parameters
──────────────────────────────────────────────────────────────
0 Sequential(Dense(4, 5), Sigmoid())  [7, 5]                 0
0.0 Dense(4, 5)                       [7, 5]                25
0.1 Sigmoid()                         [7, 5]                 0
1 Dense(5, 3, { bias: false })        [7, 3]                15
──────────────────────────────────────────────────────────────
40 parameters, 25 trainable
`)
  })

  it('of a single layer has that row', () => {
    expect(new Dense(4, 5).to('float64').summary([4])).toMatch(
      /^Layer .*\n─+\nDense\(4, 5\) +\[5\] +25\n─+\n25 /,
    )
  })

  it('counts own parameters of modules that hold others, and shared ones once', () => {
    class Block extends Module {
      readonly scale = parameter(ones([3]))
      readonly state = buffer(zeros([9]))
      readonly dense = new Dense(3, 3)
      readonly unused = new Sigmoid()
      forward(x: Tensor): Tensor {
        return this.dense.call(this.dense.call(x)).mul(this.scale)
      }
    }
    class Outer extends Module {
      readonly a = new Block()
      readonly b = this.a
      forward(x: Tensor): Tensor {
        return this.b.call(this.a.call(x))
      }
    }
    const table = new Outer().summary([2, 3])
    expect(table).toContain('\n15 parameters, 15 trainable')
    expect(table).toMatch(/^a Block\(\) +\[2, 3\] +3$/m)
    expect(table).toMatch(/^a\.dense Dense\(3, 3\) +\[2, 3\] +12$/m)
    expect(table).toMatch(/^b Block\(\) +\[2, 3\] +0$/m)
    expect(table).toMatch(/^b\.dense Dense\(3, 3\) +\[2, 3\] +0$/m)
    expect(table).toMatch(/^b\.unused Sigmoid\(\) +not called +0$/m)
  })

  it('runs in evaluation mode without recording, and leaves modes and methods as they were', () => {
    const seen: [boolean, boolean][] = []
    class Watch extends Layer<[], []> {
      forward(x: Tensor): Tensor {
        seen.push([this.training, x.requiresGrad])
        return x
      }
    }
    const watched = sequential(new Dense(2, 2), new Watch(), new Watch())
    watched.layers[2].eval()
    watched.summary([2])
    expect(seen).toEqual([
      [false, false],
      [false, false],
    ])
    expect([watched, ...watched.layers].map(({ training }) => training)).toEqual([true, true, true, false])
    expect(Object.hasOwn(watched.layers[1], 'forward')).toBe(false)
    expect(watched.call(zeros([2])).requiresGrad).toBe(true)
  })

  it('after an error leaves the model as it was, too', () => {
    expect(() => model.summary([7, 3])).toThrow(/^linear: .*; in layer 0\.0 \(Dense\(4, 5\)\)$/)
    expect(model.training).toBe(true)
    expect(Object.hasOwn(model.layers[1], 'forward')).toBe(false)
  })

  it('refuses what is not a shape', () => {
    for (const shape of [7, undefined, [1.5], [-1], ['4'], [Number.NaN]])
      expect(() => model.summary(shape as never)).toThrow(/^summary: the input shape must be/)
  })
})
