/** @file What a fresh typed array costs, on its own and cut from a slab: the measurement behind storage.ts. */
import { duration, medians, ratio, table } from './support/measure.ts'

const TIMES = 20_000
let kept: unknown = null

/** Arrays of their own, kept alive for a short while as a training step's tensors are. */
function own(length: number): void {
  const recent = new Array<Float64Array>(64)
  for (let i = 0; i < TIMES; i++) recent[i & 63] = new Float64Array(length)
  kept = recent
}

function cut(length: number, slabLength: number): void {
  const recent = new Array<{ data: Float64Array; base: number }>(64)
  let slab = new Float64Array(slabLength)
  let used = 0
  for (let i = 0; i < TIMES; i++) {
    if (used + length > slabLength) {
      slab = new Float64Array(slabLength)
      used = 0
    }
    recent[i & 63] = { data: slab, base: used }
    used += length
  }
  kept = recent
}

const rows = [1, 8, 9, 20, 64, 128].map((length) => {
  const times = medians([
    { name: 'own', run: () => own(length) },
    { name: '2 KB', run: () => cut(length, 256) },
    { name: '4 KB', run: () => cut(length, 512) },
    { name: '32 KB', run: () => cut(length, 4096) },
  ]).map((t) => t / TIMES)
  return [`${length} float64`, ...times.map(duration), ratio(times[2]!, times[0]!)]
})
console.log(
  table('allocation', ['array', 'of its own', '2 KB slab', '4 KB slab', '32 KB slab', '4 KB / own'], rows),
)
if (kept === undefined) throw new Error('unreachable: keeps the arrays alive')
