/** @file A model with all that belongs to its training, for tests of checkpoints. */
import { Generator, manualSeed, rand, tensor } from '@tapegrad/core'
import { Adam, CosineLR, Dense, EMA, sequential } from '@tapegrad/nn'
import { allBits, bits } from './support.ts'

/** A model and what belongs to its training, after a few steps. */
export function training(seed: number, steps: number) {
  manualSeed(seed)
  const model = sequential(new Dense(3, 4), new Dense(4, 2))
  const optimizer = new Adam(model.parameters(), { lr: 0.1 / 3 })
  const schedule = new CosineLR(optimizer, { tMax: 10 })
  const ema = new EMA(model, 0.9)
  const generator = new Generator(seed)
  const best = tensor(Infinity, { dtype: 'float64' })
  for (let i = 0; i < steps; i++) {
    const x = rand([5, 3], { generator })
    optimizer.zeroGrad()
    model.call(x).square().sum().backward()
    optimizer.step()
    schedule.step()
    ema.update()
    best.assign(i / 7)
  }
  return { model, optimizer, schedule, ema, generator, best }
}

/** The bits of every state. */
export const stateBits = ({
  model,
  optimizer,
  schedule,
  ema,
  generator,
  best,
}: ReturnType<typeof training>) =>
  [model, optimizer, schedule, ema]
    .map((part) => allBits(part.stateDict()) as unknown[])
    .concat([[optimizer.lr], [bits(generator.state), bits(best)]])
