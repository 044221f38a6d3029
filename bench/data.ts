/**
 * @file One pass over 12,800 samples of 784 numbers in batches of 128, shuffled and not, against plain loops that copy the
 * same rows into a typed array for each batch. Target: a TensorDataset's batches within 2x of the loops.
 */
import { rand } from '@tapegrad/core'
import { DataLoader, type Dataset, type LoaderOptions, TensorDataset } from '@tapegrad/nn'
import { duration, minima, ratio, table } from './support/measure.ts'

const SAMPLES = 12_800
const PIXELS = 784
const BATCH = 128

const pixels = rand([SAMPLES, PIXELS])
const rows = pixels.data as Float32Array
const tensors = new TensorDataset(pixels)
const order = Int32Array.from({ length: SAMPLES }, (_, i) => (i * 7919) % SAMPLES)
let kept: unknown = null

/** Copies rows, in order or not. */
function loop(at: (i: number) => number): void {
  for (let b = 0; b < SAMPLES; b += BATCH) {
    const batch = new Float32Array(BATCH * PIXELS)
    for (let i = 0; i < BATCH; i++) {
      const from = at(b + i) * PIXELS
      batch.set(rows.subarray(from, from + PIXELS), i * PIXELS)
    }
    kept = batch
  }
}

function pass<Sample>(
  source: Dataset<Sample> | (() => Iterable<Sample>),
  options: LoaderOptions<Sample, unknown> = {},
): void {
  const loader = new DataLoader<Sample, unknown>(source as Dataset<Sample>, {
    batchSize: BATCH,
    seed: 1,
    ...options,
  })
  for (const batch of loader) kept = batch
}

const byTensor: Dataset<unknown> = { length: SAMPLES, get: (i) => tensors.get(i) }
const rowOf = (i: number): Float32Array => rows.subarray(i * PIXELS, (i + 1) * PIXELS)
const byArray: Dataset<Float32Array> = { length: SAMPLES, get: rowOf }
function* stream(): Generator<Float32Array> {
  for (let i = 0; i < SAMPLES; i++) yield rowOf(i)
}

const plain = { name: 'plain loop', run: () => loop((i) => i) }
const shuffled = { name: 'plain loop, shuffled', run: () => loop((i) => order[i]!) }
const rivals = [
  plain,
  shuffled,
  { name: 'TensorDataset', run: () => pass(tensors) },
  { name: 'TensorDataset, shuffled', run: () => pass(tensors, { shuffle: true }) },
  { name: 'get(i) of tensors', run: () => pass(byTensor) },
  { name: 'get(i) of typed arrays', run: () => pass(byArray) },
  { name: 'stream of typed arrays', run: () => pass(stream) },
  { name: 'stream, shuffleBuffer 1000', run: () => pass(stream, { shuffleBuffer: 1000 }) },
]
const times = minima(rivals)
console.log(
  table(
    `a pass over ${SAMPLES} x ${PIXELS} in batches of ${BATCH}`,
    ['source', 'pass', 'sample', '/ plain loop'],
    rivals.map(({ name }, i) => {
      const base = times[name.includes('shuffle') ? 1 : 0]!
      return [name, duration(times[i]!), duration(times[i]! / SAMPLES), ratio(times[i]!, base)]
    }),
  ),
)
if (kept === null) throw new Error('unreachable: keeps the batches alive')
