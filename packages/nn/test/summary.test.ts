/** @file Module.summary: the table, and that it leaves the model as it was. */
import { ones, type Tensor, zeros } from '@tapegrad/core'
import { buffer, Dense, Layer, Module, parameter, Sigmoid, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

describe('summary', () => {
  const model = sequential(sequential(new Dense(4, 5), new Sigmoid()), new Dense(5, 3, { bias: false }))

  it('lists layers, output shapes and numbers of parameters', () => {
    model.layers[1].weight.requiresGrad = false
    expect(`\n${model.summary([7, 4])}\n`).toBe(`
Layer  Type                                Output shape  Parameters  Bytes
──────────────────────────────────────────────────────────────────────────
0      Sequential(Dense(4, 5), Sigmoid())  [7, 5]                 0      0
0.0    Dense(4, 5)                         [7, 5]                25    100
0.1    Sigmoid()                           [7, 5]                 0      0
1      Dense(5, 3, { bias: false })        [7, 3]                15     60
──────────────────────────────────────────────────────────────────────────
Total parameters: 40 (160 bytes)
Trainable: 25 (100 bytes)
Frozen: 15 (60 bytes)
`)
  })

  it('of a single layer has that row', () => {
    expect(new Dense(4, 5).to('float64').summary([4])).toMatch(
      /^Layer .*\n─+\n\(root\) +Dense\(4, 5\) +\[5\] +25 +200\n─+\nTotal parameters: 25 \(200 bytes\)\nTrainable: 25 \(200 bytes\)$/,
    )
  })

  it('writes large numbers with commas, buffers apart, and cuts long names', () => {
    class Wide extends Module {
      readonly inner = new Dense(1000, 1234)
      readonly mean = buffer(zeros([5000], { dtype: 'float64' }))
      readonly steps = buffer(zeros([], { dtype: 'int32' }))
      forward(x: Tensor): Tensor {
        return this.inner.call(x)
      }
      override toString(): string {
        return `Wide(${'a very long name '.repeat(9)})`
      }
    }
    const table = new Wide().summary([2, 1000])
    expect(table).toMatch(/^inner +Dense\(1000, 1234\) +\[2, 1234\] +1,235,234 +4,940,936$/m)
    expect(table).toMatch(
      /\nTotal parameters: 1,235,234 \(4,940,936 bytes\)\nTrainable: 1,235,234 \(4,940,936 bytes\)\nBuffers: 5,001 \(40,004 bytes\)$/,
    )
    expect(sequential(new Wide() as never).summary([2, 1000])).toMatch(
      /^0 +Wide\(a very long name .{17}… {2}/m,
    )
  })

  it('takes a shape for each argument of forward, and tensors', () => {
    class Mix extends Module {
      readonly left = new Dense(2, 3)
      forward(x: Tensor, indices: Tensor): { sums: Tensor; pair: [Tensor, string] } {
        return { sums: this.left.call(x), pair: [indices, 'text'] }
      }
    }
    const indices = zeros([4, 1], { dtype: 'int32' })
    const table = new Mix().summary([4, 2], indices)
    expect(table).toMatch(/^left +Dense\(2, 3\) +\[4, 3\] +9 +36$/m)
    expect(sequential(new Dense(2, 3)).summary(ones([4, 2]))).toContain('[4, 3]')
    class Outer extends Module {
      readonly mix = new Mix()
      forward(x: Tensor, i: Tensor): unknown {
        return this.mix.call(x, i)
      }
    }
    expect(new Outer().summary([4, 2], indices)).toMatch(/^mix +Mix\(\) +\[4, 3\], \[4, 1\], "text" +0 /m)
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
    expect(table).toContain(
      '\nTotal parameters: 15 (60 bytes)\nTrainable: 15 (60 bytes)\nBuffers: 9 (36 bytes)',
    )
    expect(table).toMatch(/^a +Block\(\) +\[2, 3\] +3 +\d+$/m)
    expect(table).toMatch(/^a\.dense +Dense\(3, 3\) +\[2, 3\] +12 +\d+$/m)
    expect(table).toMatch(/^b +Block\(\) +\[2, 3\] +0 +\d+$/m)
    expect(table).toMatch(/^b\.dense +Dense\(3, 3\) +\[2, 3\] +0 +\d+$/m)
    expect(table).toMatch(/^b\.unused +Sigmoid\(\) +not called +0 +\d+$/m)
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
    for (const shape of [7, null, [1.5], [-1], ['4'], [Number.NaN]])
      expect(() => model.summary(shape as never)).toThrow(/^zeros: /)
  })
})
