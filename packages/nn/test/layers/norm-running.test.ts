/** @file Batch norms from call to call: running statistics against PyTorch's, in transforms, in functionalCall. */
import { readFileSync } from 'node:fs'
import { checkpoint, Generator, grad, jvp, ones, randn, type Tensor, tensor, vmap } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Dense,
  functionalCall,
  type Module,
  sequential,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

const values = (t: Tensor | null): number[] => Array.from(t!.data)

describe('batch norms called several times are those of PyTorch', () => {
  type Entry = readonly [shape: number[], values: number[]]
  interface Sequence {
    readonly kind: 'BatchNorm1d' | 'BatchNorm2d'
    readonly args: readonly [features: number, options?: object]
    readonly steps: readonly (readonly [mode: 't' | 'e', Entry, Entry, buffers: Record<string, Entry>])[]
  }
  const file = new URL('../goldens/batch-norm-sequences.json', import.meta.url)
  const sequences: readonly Sequence[] = JSON.parse(readFileSync(file, 'utf8'))
  const kinds = { BatchNorm1d, BatchNorm2d }
  it.each(sequences.map((s) => [`${s.kind} ${JSON.stringify(s.args)}`, s] as const))('%s', (_, sequence) => {
    const layer: Module = new kinds[sequence.kind](...sequence.args).to('float64')
    for (const [mode, input, output, buffers] of sequence.steps) {
      layer[mode === 't' ? 'train' : 'eval']()
      const y = layer.call(tensor(input[1], { shape: input[0], dtype: 'float64' }) as never) as Tensor
      // A few dozen roundings of numbers up to about 10.
      expectClose(values(y), [...output[1]], { atol: 1e-13, rtol: 1e-13 })
      const state = layer.stateDict()
      for (const [key, entry] of Object.entries(buffers))
        expectClose(values(state[key]!), [...entry[1]], { atol: 1e-13, rtol: 1e-13, what: key })
      expect(layer.buffers()).toHaveLength(Object.keys(buffers).length)
    }
  })
})

describe('running statistics', () => {
  const x = tensor([
    [0, 1],
    [2, 5],
    [4, 3],
  ])
  /** After one call with x, by hand: means 2 and 3, variances 4 of a sample in both. */
  const after = { mean: [0.2, 0.3], variance: [1.3, 1.3], count: [1] }
  const check = (layer: BatchNorm1d, { mean, variance, count } = after): void => {
    // In float32: a rounding of numbers about 1.
    expectClose(values(layer.runningMean), mean, { atol: 1e-7 })
    expectClose(values(layer.runningVar), variance, { atol: 2e-7 })
    expect(values(layer.numBatchesTracked)).toEqual(count)
    for (const tensor of layer.buffers()) expect(tensor.node).toBeNull()
  }
  const untouched = { mean: [0, 0], variance: [1, 1], count: [0] }

  it('move once per call in training, and carry no tape', () => {
    const layer = new BatchNorm1d(2)
    expect(layer.numBatchesTracked!.dtype).toBe('int32')
    check(layer, untouched)
    layer.call(x).square().sum().backward()
    check(layer)
    layer.eval().call(x)
    check(layer)
  })

  it('move inside of transforms, once', () => {
    const forGrad = new BatchNorm1d(2)
    grad((input: Tensor<[3, 2]>) => forGrad.call(input).square().sum() as Tensor<[]>)(x)
    check(forGrad)
    const forJvp = new BatchNorm1d(2)
    jvp((input: Tensor<[3, 2]>) => forJvp.call(input), [x], [ones([3, 2])])
    check(forJvp)
    const forCheckpoint = new BatchNorm1d(2)
    const input = x.clone()
    input.requiresGrad = true
    checkpoint((t: Tensor<[3, 2]>) => forCheckpoint.call(t))(input)
      .sum()
      .backward()
    check(forCheckpoint)
  })

  it('do not move in a summary, and hold for a frozen layer in evaluation inside of a model in training', () => {
    const layer = new BatchNorm1d(2)
    const model = sequential(new Dense(2, 2), layer)
    model.summary([3, 2])
    check(layer, untouched)
    model.train()
    layer.eval()
    model.call(x)
    check(layer, untouched)
    expect(model.training).toBe(true)
  })

  it('are those given to functionalCall, which keeps the own ones', () => {
    const layer = new BatchNorm1d(2)
    const state = layer.stateDict()
    const y = functionalCall(layer, state, x)
    check(layer, untouched)
    expectClose(values(state.running_mean!), after.mean, { atol: 1e-7 })
    expect(values(state.num_batches_tracked!)).toEqual([1])
    expect(values(y)).toEqual(values(new BatchNorm1d(2).call(x)))
    // Parameters alone: the layer's own move.
    functionalCall(layer, { weight: tensor([2, 2]), bias: tensor([1, 1]) }, x)
    check(layer)
    const computed = tensor([0, 0], { requiresGrad: true }).mul(2)
    expect(() => functionalCall(layer, { running_mean: computed }, x)).toThrow(
      /^assign: the target was computed by mul and is tracked;.* in BatchNorm1d\(2\)/,
    )
  })

  it('cannot be moved by vmap, which says what can be done; evaluation gives gradients per sample', () => {
    const model = sequential(
      new Conv2d(1, 2, 2, { dtype: 'float64' }),
      new BatchNorm2d(2, { dtype: 'float64' }),
    )
    const images = randn([3, 1, 3, 3], { dtype: 'float64', generator: new Generator(1) }) as Tensor
    const { '0.weight': weight } = model.stateDict() as { '0.weight': Tensor }
    const perSample = vmap(
      grad(
        (w: Tensor, image: Tensor) =>
          functionalCall(model, { '0.weight': w }, image).square().sum() as Tensor<[]>,
      ),
      { inAxes: [null, 0] },
    )
    expect(() => perSample(weight, images)).toThrow(
      /^BatchNorm2d: in training it updates running statistics, one for all examples, so it cannot run inside vmap; call eval\(\), or use GroupNorm or LayerNorm, which treat each example by itself; in layer 1 \(BatchNorm2d\(2\)\)/,
    )
    expect(values((model.layers[1] as BatchNorm2d).numBatchesTracked)).toEqual([0])
    model.eval()
    const together = perSample(weight, images) as Tensor
    const each = [0, 1, 2].flatMap((i) =>
      values(
        grad(
          (w: Tensor) =>
            functionalCall(model, { '0.weight': w }, images.slice([i]))
              .square()
              .sum() as Tensor<[]>,
        )(weight) as Tensor,
      ),
    )
    // The same sums in another order.
    expectClose(values(together), each, { atol: 1e-12, rtol: 1e-12 })
  })
})
