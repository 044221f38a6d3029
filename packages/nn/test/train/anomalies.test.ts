/** @file Losses and gradients that are not finite: training ends before the step, with the place where they came from. */
import { Generator, type Tensor, tensor } from '@tapegrad/core'
import { Dense, Dropout, fit, fitSteps, Layer, mse, SGD, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { batches, linear, numbersOf, rejection, x, y } from './problem.ts'

class Log extends Layer<[], []> {
  override forward(z: Tensor): Tensor {
    return z.log()
  }
}
class Root extends Layer<[], []> {
  override forward(z: Tensor): Tensor {
    return z.sqrt()
  }
}
const f64 = { dtype: 'float64' } as const

describe('a loss that is not finite', () => {
  it('ends training with epoch, batch, op, operands and layer, and the parameters of before', async () => {
    const model = sequential(new Dense(1, 1, { ...f64, bias: false }), new Log())
    model.layers[0].weight.assign(1)
    const optimizer = new SGD(model.parameters(), { lr: 0.5 })
    const batch = (value: number): [Tensor, Tensor] => [tensor([[value]], f64), tensor([[0]], f64)]
    const data = [batch(1), batch(1), batch(0)]
    let caught: Error | undefined
    const run = fit(model, data, { loss: mse, optimizer, epochs: 3 }).catch((error) => {
      caught = error
      throw error
    })
    const message = await rejection(run)
    expect(message).toMatch(
      /^fit: the loss is Infinity in epoch 1, batch 3, at the learning rate 0\.5; detectAnomaly: log\(0\) made -Infinity at \[0, 0\], called at .*anomalies\.test\.ts:\d+:\d+\).*; in layer 1 \(Log\(\)\), whose input comes from layer 0 \(.*\)\. The parameters are those before this step/,
    )
    expect((caught!.cause as Error).message).toContain('detectAnomaly: log(0)')
    // log 1 is the target: the weight has not moved.
    expect(model.layers[0].weight.item()).toBe(1)
    expect(model.layers[0].weight.grad).toBeNull()
  })

  it('names the parameter that grew until it overflowed, or held NaN before', async () => {
    const { model, optimizer } = linear({ lr: 1e3 })
    const message = await rejection(fit(model, batches(), { loss: mse, optimizer, epochs: 1000 }))
    expect(message).toMatch(
      /^fit: the (loss is (Infinity|NaN)|gradient of 0\.(weight|bias) is not finite) in epoch \d+/,
    )
    expect(message).toMatch(/detectAnomaly: \w+\(.* made (-?Infinity|NaN)/)
    expect(message).toContain('lower the learning rate or clip the gradients with clipNorm')
    for (const p of model.parameters()) expect(p.isFinite().all().item()).toBeTruthy()
    model.layers[0].bias!.assign(tensor([0, NaN], f64))
    expect(await rejection(fit(model, batches(), { loss: mse, optimizer, epochs: 1 }))).toContain(
      'parameter 0.bias holds NaN at [1] before the step',
    )
  })

  it('says that the data hold it', async () => {
    const { model, optimizer } = linear()
    const holes = x.clone()
    holes.assign(x.maskedFill(x.eq(x.slice([4, 1])), Infinity))
    const options = { loss: mse, optimizer, epochs: 1, batchSize: 4, shuffle: false }
    const message = await rejection(fit(model, [holes, y], options))
    expect(message).toMatch(
      /^fit: the loss is Infinity in epoch 1, batch 2, .*; the data hold it: batch\[0\] has Infinity at \[0, 1\]\./,
    )
    expect(model.parameters().map((p) => p.grad)).toEqual([null, null])
    const step = ({ input }: { input: Tensor }) => mse(model.call(input as typeof x) as Tensor, y)
    const named = [{ input: holes }]
    expect(await rejection(fitSteps(model, named, { step, optimizer, epochs: 1 }))).toContain(
      'batch.input has Infinity',
    )
  })
})

it('a gradient that is not finite ends training before the step', async () => {
  const model = sequential(new Dense(1, 1, { ...f64, bias: false }), new Root())
  model.layers[0].weight.assign(1)
  const optimizer = new SGD(model.parameters(), { lr: 0.5 })
  const data = [[tensor([[0]], f64), tensor([[1]], f64)]]
  const message = await rejection(fit(model, data as [Tensor, Tensor][], { loss: mse, optimizer, epochs: 1 }))
  expect(message).toMatch(
    /^fit: the gradient of 0\.weight is not finite in epoch 1, batch 1, .*; detectAnomaly: .* in the derivative of sqrt, .*; in layer 1 \(Root\(\)\)/,
  )
  expect(model.layers[0].weight.item()).toBe(1)
  expect(model.layers[0].weight.grad).toBeNull()
})

it('the second run, under detectAnomaly, draws the masks of the first', async () => {
  const generator = new Generator(1)
  const model = sequential(new Dense(3, 1, f64), new Dropout(0.5, { generator }), new Log())
  const optimizer = new SGD(model.parameters(), { lr: 0 })
  model.layers[0].weight.assign(0)
  model.layers[0].bias!.assign(1)
  // Only a mask of 0 makes it infinite; the mask of another draw would not, half of the time.
  for (let seed = 1; seed <= 20; seed++) {
    generator.seed(seed)
    const data = [
      [
        x.slice([[0, 1]]),
        y.slice([
          [0, 1],
          [0, 1],
        ]),
      ],
    ]
    const message = await rejection(
      fit(model, () => Array(50).fill(data[0]), { loss: mse, optimizer, epochs: 1 }),
    )
    expect(message).toContain('log(0) made -Infinity at [0, 0]')
  }
})

it('says so where the second run is another one', async () => {
  const { model, optimizer } = linear()
  let calls = 0
  const step = ([a, b]: (typeof data)[number]) => mse(model.call(a), b).mul(calls++ === 0 ? NaN : 1)
  const data = batches()
  expect(await rejection(fitSteps(model, data, { step, optimizer, epochs: 1 }))).toMatch(
    /^fitSteps: the loss is NaN in epoch 1, batch 1, .*; when the step was run again under detectAnomaly it was not found/,
  )
})

it('a validation loss that is not finite is a number like others', async () => {
  const { model, optimizer } = linear()
  const { validationLoss } = await fit(model, batches(), {
    loss: mse,
    optimizer,
    epochs: 1,
    validation: [x.mul(Infinity), y],
  })
  expect(validationLoss[0]).toBeNaN()
  expect(numbersOf(model)).toBeDefined()
})
