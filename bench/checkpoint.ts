/** @file What checkpoint saves in memory and costs in time: 64 layers on 256 KB each, whole, in segments, and nested. */
import { argv, memoryUsage } from 'node:process'
import { checkpoint, type Tensor, zeros } from '@tapegrad/core'
import { Onlooker } from '../packages/core/src/onlooker.ts'
import { withTracer } from '../packages/core/src/tape.ts'
import { duration, medians, ratio, table } from './support/measure.ts'

const LAYERS = 64
const SIZE = 32_768
const BYTES = SIZE * 8

type Fn = (x: Tensor) => Tensor
/** Two results that the tape keeps. */
const layer: Fn = (x) => x.mul(1.5).tanh()
const chain =
  (f: Fn, times: number): Fn =>
  (x) => {
    let y = x
    for (let i = 0; i < times; i++) y = f(y)
    return y
  }

const ways: Record<string, Fn> = {
  'no checkpoint': chain(layer, LAYERS),
  '8 checkpoints of 8': chain(checkpoint(chain(layer, 8)), 8),
  '4 of 4 of 4': chain(checkpoint(chain(checkpoint(chain(layer, 4)), 4)), 4),
  'one around all': checkpoint(chain(layer, LAYERS)),
}

function step(f: Fn): void {
  const x = zeros([SIZE], { dtype: 'float64', requiresGrad: true }) as Tensor
  f(x).sum().backward()
}

/** Array buffers go a while after what held them; the second collection waits for the first to finish that. */
function collect(): void {
  gc!()
  gc!()
}

/** Collects what is not reachable and measures, after every op. */
class Meter extends Onlooker {
  readonly #start: number
  peak = 0
  constructor() {
    super()
    collect()
    this.#start = memoryUsage().arrayBuffers
  }
  override emit(...args: Parameters<Onlooker['emit']>): Tensor {
    const result = super.emit(...args)
    collect()
    this.peak = Math.max(this.peak, memoryUsage().arrayBuffers - this.#start)
    return result
  }
}

/** The largest memory of tensors at any time of a step, in tensors. */
function peakOf(f: Fn): number {
  const meter = new Meter()
  withTracer(meter, () => step(f))
  return Math.round(meter.peak / BYTES)
}

const peaks = Object.fromEntries(Object.entries(ways).map(([name, f]) => [name, peakOf(f)]))
if (argv.includes('--json')) console.log(JSON.stringify(peaks))
else {
  const times = medians(Object.entries(ways).map(([name, f]) => ({ name, run: () => step(f) })))
  const rows = Object.entries(peaks).map(([name, peak], i) => [
    name,
    `${peak} x 256 KB`,
    duration(times[i]!),
    ratio(times[i]!, times[0]!),
  ])
  console.log(
    table(`forward and backward through ${LAYERS} layers`, ['way', 'peak memory', 'time', 'ratio'], rows),
  )
}
