/**
 * @file A small network trained with core alone, in every style: what the leak tests run. As a program, with a style and
 * `--expose-gc`, it prints by how many bytes memory grew over 2,000 steps. Imports the package.
 */
import { argv, memoryUsage } from 'node:process'
import { grad, jvp, noGrad, type Tensor, tensor, valueAndGrad, vjp } from '../../src/index.ts'

const RATE = 0.1
export const STEPS = 2000

export interface Training {
  readonly step: () => number
  /** Every tensor that lives from step to step. */
  readonly live: () => readonly Tensor[]
}

const numbers = (n: number, phase: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.sin(1 + 7 * phase + i))
const make = (shape: readonly number[], phase: number): Tensor =>
  tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      phase,
    ),
    { shape: [...shape] },
  )

const SHAPES = [[4, 3], [4], [2, 4], [2]]
const x = make([3], 10)
const y = make([2], 11)

function loss(w: readonly Tensor[]): Tensor {
  const hidden = w[0]!.matmul(x).add(w[1]!).sigmoid()
  return w[2]!.matmul(hidden).add(w[3]!).tanh().sub(y).square().sum()
}

const leaves = (): Tensor[] =>
  SHAPES.map((shape, i) => {
    const w = make(shape, i)
    w.requiresGrad = true
    return w
  })

function withBackward(): Training {
  const w = leaves()
  const step = (): number => {
    const value = loss(w)
    value.backward()
    noGrad(() => {
      for (const p of w) {
        p.assign(p.sub(p.grad!.mul(RATE)))
        p.grad = null
      }
    })
    return value.item()
  }
  return { step, live: () => w }
}

/** Gradients are never set to null, the update is not inside of noGrad, and a momentum is state of its own. */
function carelessly(): Training {
  const w = leaves()
  const momentum = SHAPES.map((shape) => make(shape, 0).mul(0))
  const sums = SHAPES.map((shape) => make(shape, 0).mul(0))
  const step = (): number => {
    const value = loss(w)
    value.backward()
    w.forEach((p, i) => {
      const g = p.grad!.sub(sums[i]!)
      sums[i]!.assign(p.grad!)
      momentum[i]!.assign(momentum[i]!.mul(0.9).add(g))
      p.assign(p.sub(momentum[i]!.mul(RATE / 10)))
    })
    return value.item()
  }
  return { step, live: () => [...w, ...momentum, ...sums] }
}

function withValueAndGrad(): Training {
  let w: Tensor[] = SHAPES.map((shape, i) => make(shape, i))
  const run = valueAndGrad(loss)
  let value = x
  const step = (): number => {
    const [v, g] = run(w)
    w = w.map((p, i) => p.sub(g[i]!.mul(RATE)))
    value = v
    return v.item()
  }
  return { step, live: () => [...w, value] }
}

/** The arguments are leaves, closures hold others, and the function is differentiated twice. */
function withTransforms(): Training {
  const w = leaves()
  const outside = make([3], 3)
  outside.requiresGrad = true
  let last: Tensor[] = []
  const step = (): number => {
    const penalized = (w: Tensor[]): Tensor => {
      const [first] = grad(loss)(w)
      return loss(w).add(first!.square().sum().mul(0.01)).add(outside.sum().mul(0))
    }
    const [value, g] = valueAndGrad(penalized)(w)
    const [, dy] = jvp(loss, [w], [g])
    const [, pull] = vjp(loss, w)
    const [again] = pull(dy)
    w.forEach((p, i) => {
      p.assign(p.sub(g[i]!.mul(RATE)))
    })
    last = [value, ...g, dy, ...again!]
    return value.item()
  }
  return { step, live: () => [...w, outside, ...last] }
}

function withCreateGraph(): Training {
  const w = leaves()
  const step = (): number => {
    const value = loss(w)
    value.backward(null, { createGraph: true })
    const penalty = w[0]!.grad!.square().sum()
    for (const p of w) p.grad = null
    value.add(penalty.mul(0.01)).backward()
    for (const p of w) {
      p.assign(p.sub(p.grad!.mul(RATE)))
      p.grad = null
    }
    return value.item()
  }
  return { step, live: () => w }
}

/** The mistake that the tests must notice: every loss is kept with its graph. */
function leaking(): Training {
  const w = leaves()
  const losses: Tensor[] = []
  const step = (): number => {
    const value = loss(w)
    losses.push(value)
    return value.item()
  }
  return { step, live: () => [...w, ...losses] }
}

export const STYLES: Record<string, () => Training> = {
  'backward and assign': withBackward,
  'backward without care': carelessly,
  valueAndGrad: withValueAndGrad,
  'nested transforms': withTransforms,
  createGraph: withCreateGraph,
}

/**
 * Bytes by which memory grew over the steps, after collection: the least of three runs, since the engine compiles and
 * caches now and then, but a leak grows every time.
 */
function growth({ step }: Training): number {
  const collected = (): number => {
    for (let i = 0; i < 3; i++) globalThis.gc!()
    const { heapUsed, arrayBuffers } = memoryUsage()
    return heapUsed + arrayBuffers
  }
  const run = (): number => {
    const before = collected()
    for (let i = 0; i < STEPS; i++) step()
    return collected() - before
  }
  return Math.min(run(), run(), run())
}

if (argv[2] === '--growth') {
  const all = { ...STYLES, leaking }
  console.log(JSON.stringify(Object.fromEntries(Object.entries(all).map(([name, f]) => [name, growth(f())]))))
}
