/** @file Losses against PyTorch's: values, gradients and second derivatives (scripts/goldens/nn/losses.py says what the fields mean). */
import { readFileSync } from 'node:fs'
import { add, mul, sum, type Tensor, tensor, vjp } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { expect, it } from 'vitest'
import { asModule, type Loss, lossOf, names, type Options } from './table.ts'

type Entry = readonly [shape: number[], values: number[], dtype?: 'int32' | 'bool']

interface Golden {
  readonly options?: Options
  readonly tensors?: Readonly<Record<string, Entry>>
  readonly in: readonly [Entry, Entry]
  readonly out: Entry
  readonly g?: readonly (number[] | null)[]
  readonly h?: readonly (number[] | null)[]
}

const goldens: Record<string, readonly Golden[]> = JSON.parse(
  readFileSync(new URL('../goldens/losses.json', import.meta.url), 'utf8'),
)

const read = ([shape, values, dtype]: Entry): Tensor =>
  tensor(values, { shape, dtype: dtype ?? 'float64' }) as Tensor

/** Sum of all elements, each times its own number: the fixed ones of the script. */
function weighted(x: Tensor, start: number): Tensor {
  const data = Float64Array.from({ length: x.size }, (_, k) => (((7 * (k + start)) % 13) - 6.5) / 4)
  return sum(mul(x, tensor(data, { shape: [...x.shape] }))) as Tensor
}

/** PyTorch adds 1e-12 to p (1 - p), by which the second derivative of bce is divided: here at least 0.05. */
const LIMITED = 1e-10

/**
 * Each number is some ten operations on numbers of order 1 to 10, so that a few dozen roundings, 2^-53, of the largest
 * is all that two right programs differ by; 1e-13 of it is 900.
 */
function close(actual: Tensor, expected: readonly number[], what: string, relative = 1e-13): void {
  const atol = relative * Math.max(1, ...expected.map(Math.abs))
  expectClose(Array.from(actual.data), [...expected], { atol, equalNaN: false, what })
}

const one = (): Tensor => tensor(1, { dtype: 'float64' }) as Tensor
type Program = (...xs: Tensor[]) => Tensor

function compare(loss: Loss, golden: Golden, relative?: number): void {
  const inputs = golden.in.map(read)
  const tensors = Object.entries(golden.tensors ?? {}).map(([name, entry]) => [name, read(entry)])
  const options = { ...golden.options, ...Object.fromEntries(tensors) }
  const result = loss(inputs[0]!, inputs[1]!, Object.keys(options).length === 0 ? undefined : options)
  expect(result.shape).toEqual(golden.out[0])
  expect(result.dtype).toBe('float64')
  close(result, golden.out[1], 'the loss')

  const floats = inputs.filter((x) => x.dtype === 'float64')
  const objective: Program = (...xs) => weighted(loss(xs[0]!, xs[1] ?? inputs[1]!, options), 5)
  const gradients: (...xs: Tensor[]) => Tensor[] = (...xs) => vjp(objective, ...xs)[1](one()) as Tensor[]
  const bent: Program = (...xs) =>
    gradients(...xs)
      .map((g, i) => weighted(g, 3 * (i + 1)))
      .reduce(add as never)
  const g = gradients(...floats)
  const h = vjp(bent, ...floats)[1](one()) as Tensor[]
  golden.g?.forEach((expected, i) => {
    // An int32 target, which comes second, has none.
    expect(expected === null).toBe(floats[i] === undefined)
    if (expected !== null) close(g[i]!, expected, `the gradient of input ${i}`)
  })
  golden.h?.forEach((expected, i) => {
    if (expected !== null) close(h[i]!, expected, `the second derivative of input ${i}`, relative)
  })
}

const titles = Object.entries(goldens).flatMap(([name, list]) =>
  list.map((golden): [string, string, Golden] => {
    const { options = {}, tensors = {} } = golden
    const shapes = Object.entries({ ...tensors, prediction: golden.in[0], target: golden.in[1] })
    const title = `${name} ${JSON.stringify(options)} ${shapes.map(([key, [shape]]) => `${key} [${shape}]`).join(' ')}`
    return [title, name, golden]
  }),
)

it.each(titles)('%s', (_, name, golden) => {
  const relative = name === 'bce' ? LIMITED : undefined
  compare(lossOf(name), golden, relative)
  compare(asModule(name), golden, relative)
})

it('every loss has goldens of every reduction, with and without a mask', () => {
  expect(Object.keys(goldens).sort()).toEqual([...names].sort())
  for (const list of Object.values(goldens)) {
    const met = new Set(
      list.map(({ options, tensors }) => `${options?.reduction} ${'mask' in (tensors ?? {})}`),
    )
    for (const reduction of ['mean', 'batchMean', 'sum', 'none'])
      for (const masked of [true, false]) expect([...met]).toContain(`${reduction} ${masked}`)
  }
})
