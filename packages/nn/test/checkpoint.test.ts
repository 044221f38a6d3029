/** @file checkpoint around layers: the parameters of a module train as without, and a step that comes too early is told. */
import { checkpoint, manualSeed, TapegradError, type Tensor, tensor } from '@tapegrad/core'
import { Dense, mse, Sequential, SGD, Sigmoid } from '@tapegrad/nn'
import { expect, it } from 'vitest'

const X = tensor([
  [0.1, -0.4],
  [0.9, 0.3],
  [-0.7, 0.8],
])
const Y = tensor([[0], [1], [1]])

function trained(around: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor): unknown[] {
  manualSeed(3)
  const first = new Sequential(new Dense(2, 4), new Sigmoid())
  const second = new Sequential(new Dense(4, 1), new Sigmoid())
  const parameters = [...first.parameters(), ...second.parameters()]
  const optimizer = new SGD(parameters, { lr: 0.5, momentum: 0.9 })
  const parts = [
    around((x) => first.call(x as Tensor<[3, 2]>)),
    around((x) => second.call(x as Tensor<[3, 4]>)),
  ]
  const losses: number[] = []
  for (let i = 0; i < 30; i++) {
    const loss = mse(parts.reduce((x, part) => part(x), X as Tensor) as Tensor<[3, 1]>, Y)
    losses.push(loss.item())
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
  return [losses, ...parameters.map((p) => p.toArray())]
}

it('training is the same, to the last bit', () => {
  const plain = trained((f) => f)
  expect(trained(checkpoint)).toEqual(plain)
  const losses = plain[0] as number[]
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 1.2)
})

it('a step before backward is an error that says so', () => {
  const net = new Sequential(new Dense(2, 1), new Sigmoid())
  const optimizer = new SGD(net.parameters(), { lr: 0.5 })
  const run = (x: Tensor): Tensor => net.call(x as Tensor<[3, 2]>)
  run(X).sum().backward()
  const y = checkpoint(run)(X).sum()
  optimizer.step()
  expect(() => y.backward()).toThrow(TapegradError)
  expect(() => y.backward()).toThrow(/^checkpoint: a tensor of shape \[1, 2\] .*before the optimizer's step/)
})
