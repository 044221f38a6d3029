/**
 * @file Streams gigabytes of samples through a loader, run by system/data-memory.test.ts in a process of its own with a
 * small heap: prints how many bytes of samples there were, and the most that was in use, measured at every batch.
 */
import { DataLoader } from '@tapegrad/nn'

const PIXELS = 4096
const SAMPLES = 140_000
const BATCH = 64

/** As a file would give them: a new array for each, after a wait. */
async function* samples(): AsyncGenerator<[image: Float32Array, label: number]> {
  for (let i = 0; i < SAMPLES; i++) {
    if (i % 16 === 0) await Promise.resolve()
    yield [new Float32Array(PIXELS).fill(i), i % 10]
  }
}

// A signal lives longer than batches: nothing of them may stay with it.
const { signal } = new AbortController()
const loader = new DataLoader(samples, { batchSize: BATCH, shuffleBuffer: 500, prefetch: 2, seed: 1, signal })
const most = { heap: 0, buffers: 0, sum: 0, rss: 0 }
let bytes = 0
let rows = 0
const seen = new Uint8Array(SAMPLES)
for await (const [x, y] of loader) {
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  most.heap = Math.max(most.heap, heapUsed)
  most.buffers = Math.max(most.buffers, arrayBuffers)
  most.sum = Math.max(most.sum, heapUsed + arrayBuffers)
  most.rss = Math.max(most.rss, rss)
  bytes += x.data.byteLength + y.data.byteLength
  const size = x.shape[0]!
  rows += size
  for (let i = 0; i < size; i++) seen[x.data[i * PIXELS]!]!++
}
if (seen.some((times) => times !== 1)) throw new Error('a sample is missing or double')
console.log(JSON.stringify({ bytes, rows, samples: SAMPLES, most }))
