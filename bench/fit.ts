/**
 * @file 39,000 online steps of iris' 4-5-3 through fit, against the loop that one would write by hand with the same
 * model, loss and optimizer, and with a DataLoader in both. Target: within 1.15x.
 */
import { Generator, rand, randint, type Tensor } from '@tapegrad/core'
import { DataLoader, Dense, fit, mse, SGD, Sigmoid, sequential, TensorDataset } from '@tapegrad/nn'
import { duration, ratio, table } from './support/measure.ts'

const ROWS = 130
const EPOCHS = 300
const ROUNDS = 7

const generator = new Generator(1)
const x = rand([ROWS, 4], { generator })
const y = randint(0, 2, [ROWS, 3], { generator }).to('float32')
const rows: (readonly [Tensor<[1, 4]>, Tensor<[1, 3]>])[] = Array.from({ length: ROWS }, (_, i) => [
  x.slice([[i, i + 1]]).clone() as Tensor<[1, 4]>,
  y.slice([[i, i + 1]]).clone() as Tensor<[1, 3]>,
])

function made() {
  const own = new Generator(2)
  const model = sequential(
    new Dense(4, 5, { generator: own }),
    new Sigmoid(),
    new Dense(5, 3, { generator: own }),
  )
  return { model, optimizer: new SGD(model.parameters(), { lr: 0.1 }) }
}
const loss = (p: Tensor, t: Tensor): Tensor => mse(p, t, { reduction: 'sum', scale: 0.5 })

/** The last epoch's loss, so that the ways can be compared. */
async function byHand(batches: Iterable<readonly [Tensor, Tensor]>): Promise<number> {
  const { model, optimizer } = made()
  let total = 0
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    total = 0
    for (const [input, target] of batches) {
      optimizer.zeroGrad()
      const value = loss(model.call(input), target)
      value.backward()
      optimizer.step()
      total += value.item()
    }
  }
  return total / ROWS
}

async function withFit(data: unknown, options: object = {}): Promise<number> {
  const { model, optimizer } = made()
  const history = await fit(model, data as typeof rows, { loss, optimizer, epochs: EPOCHS, ...options })
  return history.loss.at(-1)!
}

const loader = () => new DataLoader(new TensorDataset(x, y), { shuffle: true, seed: 3 })
const ways: [string, () => Promise<number>][] = [
  ['rows, by hand', () => byHand(rows)],
  ['rows, fit', () => withFit(rows)],
  ['DataLoader, by hand', () => byHand(loader())],
  ['DataLoader, fit', () => withFit(loader())],
  ['tensors, fit', () => withFit([x, y], { batchSize: 1, seed: 3 })],
]
const times = ways.map(() => [] as number[])
const losses: number[] = []
for (let round = 0; round < ROUNDS; round++)
  for (const [i, [, run]] of ways.entries()) {
    const began = performance.now()
    losses[i] = await run()
    times[i]!.push((performance.now() - began) / 1000)
  }
// The same bits, or the comparison says nothing.
const same = (a: number, b: number): void => {
  if (losses[a] !== losses[b]) throw new Error(`losses differ: ${losses.join(', ')}`)
}
same(0, 1)
same(2, 3)
same(3, 4)
const best = times.map((list) => Math.min(...list))
const of = [0, 0, 2, 2, 2]
console.log(
  table(
    `${(ROWS * EPOCHS).toLocaleString('en')} online steps of 4-5-3, the fastest of ${ROUNDS} rounds`,
    ['way', 'time', 'of by hand'],
    ways.map(([name], i) => [name, duration(best[i]!), ratio(best[i]!, best[of[i]!]!)]),
  ),
)
