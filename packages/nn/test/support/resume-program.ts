/**
 * @file Trains a small net with Adam or SGD, dropout and shuffled batches, run by resume.test.ts in processes of their own:
 * `resume-program.ts OPTIMIZER FROM TO PATH` starts fresh (FROM 0) or from the checkpoint at PATH, saves there after epoch
 * TO, and prints each loss and the bits of all state.
 */
import { argv } from 'node:process'
import { Generator, rand, type Tensor } from '@tapegrad/core'
import {
  Adam,
  CosineLR,
  DataLoader,
  Dense,
  Dropout,
  EMA,
  encodeCheckpoint,
  loadCheckpoint,
  mse,
  SGD,
  saveCheckpoint,
  sequential,
  Tanh,
  TensorDataset,
} from '@tapegrad/nn'

const [kind, from, to, path] = argv.slice(2) as [string, string, string, string]
const start = Number(from)

const points = new Generator(1)
const x = rand([40, 2], { generator: points })
const y = rand([40, 1], { generator: points })

// What a fresh process has: other weights and random numbers than the one that began.
const generator = new Generator(10 + start)
const drops = new Generator(20 + start)
const weights = { generator: new Generator(30 + start) }
const model = sequential(
  new Dense(2, 8, weights),
  new Tanh(),
  new Dropout(0.3, { generator: drops }),
  new Dense(8, 1, weights),
)
const optimizer =
  kind === 'SGD'
    ? new SGD(model.parameters(), { lr: 0.05, momentum: 0.9, dampening: 0.1 })
    : new Adam(model.parameters(), { lr: 0.01 })
const schedule = new CosineLR(optimizer, { tMax: 6 })
const ema = new EMA(model, 0.9)
const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 7, shuffle: true, generator })
const parts = { model, optimizer, schedule, ema, generator, drops }

let losses: number[] = []
if (start > 0) {
  const saved = loadCheckpoint<{ epoch: number; losses: number[] }>(path, parts)
  if (saved.epoch !== start) throw new Error(`the checkpoint is of epoch ${saved.epoch}, not ${start}`)
  losses = saved.losses
}
for (let epoch = start; epoch < Number(to); epoch++) {
  for (const [inputs, targets] of loader) {
    const loss = mse(model.call(inputs as Tensor<[number, 2]>), targets as Tensor<[number, 1]>)
    losses.push(loss.item())
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    ema.update()
  }
  schedule.step()
}
saveCheckpoint(path, { ...parts, epoch: Number(to), losses })
console.log(JSON.stringify({ losses, bytes: Buffer.from(encodeCheckpoint(parts)).toString('base64') }))
