/** @file The iris example: its training against the closed-form formulas, its accuracy, its output. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tensor } from '@tapegrad/core'
import { Dense, mse, Sigmoid, sequential } from '@tapegrad/nn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../common/cli.ts'
import { deltasOf, disagreement, outputsOf } from '../common/delta-formulas.ts'
import { plainLayers, plainRows } from '../common/plain-arrays.ts'
import { trainByHand } from '../iris/by-hand.ts'
import { readIris } from '../iris/csv.ts'
import { iris } from '../iris/main.ts'
import { OPTIMIZERS, problemOf, type Settings, train } from '../iris/train.ts'
import { capture, shownOutput, tooWide } from './capture.ts'

const flowers = readIris(fileURLToPath(new URL('../data/iris.csv', import.meta.url)))
const settings: Settings = {
  seed: 1,
  epochs: 300,
  hidden: 5,
  rate: 0.2,
  dtype: 'float64',
  optimizer: 'sgd',
  scaleOn: 'all',
}

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-iris-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('data and network', () => {
  const problem = problemOf(flowers, settings)

  it('130 rows train and 20 others validate', () => {
    const rows = [problem.train, problem.validation].map(({ measurements }) =>
      (measurements.toArray() as number[][]).map(String),
    )
    expect(rows.map((list) => list.length)).toEqual([130, 20])
    expect(rows.flat().sort()).toEqual(flowers.map(({ measurements }) => String(measurements)).sort())
  })
  it('weights and biases start in [0, 1), the same in both dtypes', () => {
    const start = plainLayers(problem).flatMap(({ weight, bias }) => [...weight.flat(), ...bias])
    expect(start).toHaveLength(4 * 5 + 5 + 5 * 3 + 3)
    expect(start.every((w) => w >= 0 && w < 1)).toBe(true)
    const narrow = plainLayers(problemOf(flowers, { ...settings, dtype: 'float32' }))
    expect(disagreement(plainLayers(problem), narrow)).toBeLessThan(2 ** -24)
  })
  it('seeds make the difference, and all of it', () => {
    const first = (seed: number): unknown => plainRows(problemOf(flowers, { ...settings, seed }).train)[0]
    expect(first(1)).toEqual(first(1))
    expect(first(1)).not.toEqual(first(2))
  })
  it('scaling sees all rows, or only those that train', () => {
    const extremes = (rows: { x: number[] }[]): number[] => {
      const all = rows.flatMap(({ x }) => x)
      return [Math.min(...all), Math.max(...all)]
    }
    const all = [...plainRows(problem.train), ...plainRows(problem.validation)]
    expect(extremes(all)).toEqual([0, 1])
    // With seed 3 the validation rows hold an extreme of all rows.
    const apart = problemOf(flowers, { ...settings, seed: 3, scaleOn: 'train' })
    expect(extremes(plainRows(apart.train))).toEqual([0, 1])
    expect(extremes(plainRows(apart.validation))).not.toEqual(
      extremes(plainRows(problemOf(flowers, { ...settings, seed: 3 }).validation)),
    )
  })
})

describe('the closed-form formulas', () => {
  it('call delta what is -dL/dz', () => {
    const problem = problemOf(flowers, settings)
    const layers = plainLayers(problem)
    const { x, y } = plainRows(problem.train)[0]!
    const outputs = problem.model.activations(tensor(x, { dtype: 'float64' })).map((t) => t.retainGrad())
    mse(outputs[3]!, tensor(y, { dtype: 'float64' }), { reduction: 'sum', scale: 0.5 }).backward()
    const deltas = deltasOf(layers, outputsOf(layers, x), y)
    ;[outputs[0]!, outputs[2]!].forEach((z, l) => {
      const slopes = Array.from(z.grad!.data)
      expect(slopes.every((slope) => slope !== 0)).toBe(true)
      slopes.forEach((slope, i) => {
        // The formula's n (1 - n) is rounded where n is near 1.
        expect(deltas[l]![i]! / -slope).toBeCloseTo(1, 12)
      })
    })
  })

  const epochs = 20
  it.each(['momentum', 'nesterov'] as const)('agree with SGD, %s', (optimizer) => {
    const quick = { ...settings, epochs, optimizer, rate: 0.02 }
    const problem = problemOf(flowers, quick)
    const layers = plainLayers(problem)
    const start = plainLayers(problem)
    train(problem, quick, () => undefined)
    trainByHand(layers, plainRows(problem.train), { ...quick, ...OPTIMIZERS[optimizer] })
    expect(disagreement(layers, plainLayers(problem))).toBeLessThan(1e-9)
    expect(disagreement(layers, start)).toBeGreaterThan(0.1)
  })
})

describe('the training of the article', () => {
  /** The same network trained by the formulas: seconds for 30 seeds where autograd takes a quarter of a minute. */
  const byHand = (seed: number, other: Partial<Settings> = {}) => {
    const chosen = { ...settings, ...other, seed }
    const problem = problemOf(flowers, chosen)
    const layers = plainLayers(problem)
    trainByHand(layers, plainRows(problem.train), { ...chosen, ...OPTIMIZERS[chosen.optimizer] })
    const position = (values: readonly number[]): number => values.indexOf(Math.max(...values))
    const rows = plainRows(problem.validation)
    const right = rows.filter(({ x, y }) => position(outputsOf(layers, x)[2]!) === position(y))
    return { layers, accuracy: right.length / rows.length }
  }
  let hands: ReturnType<typeof byHand>[]
  beforeAll(() => {
    hands = Array.from({ length: 30 }, (_, i) => byHand(i + 1))
  })

  it('autograd and the formulas agree to 1e-9 of the largest weight, and in accuracy, over ten seeds', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const problem = problemOf(flowers, { ...settings, seed })
      const accuracies: number[] = []
      train(problem, settings, (_epoch, _loss, accuracy) => accuracies.push(accuracy))
      expect(disagreement(hands[seed - 1]!.layers, plainLayers(problem))).toBeLessThan(1e-9)
      expect(accuracies).toHaveLength(300)
      expect(accuracies.at(-1)!).toBeGreaterThan(accuracies[0]!)
      expect(accuracies.at(-1)!).toBe(hands[seed - 1]!.accuracy)
    }
  })
  it('short runs end where the README says, by the formulas', () => {
    const mean = (other: Partial<Settings>): string => {
      const finals = Array.from({ length: 10 }, (_, i) => byHand(i + 1, other).accuracy)
      return `${((100 * finals.reduce((a, b) => a + b)) / 10).toFixed(1)}%`
    }
    const nesterov = { optimizer: 'nesterov', rate: 0.02 } as const
    const [plain, withMomentum] = [{ epochs: 20 }, { ...nesterov, epochs: 20 }].map(mean)
    const [long, longWithMomentum] = [{ epochs: 100 }, { ...nesterov, epochs: 100 }].map(mean)
    const readme = readFileSync(new URL('../iris/README.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
    expect(readme).toContain(
      `after 20 epochs ${plain}, with Nesterov momentum ${withMomentum}; after 100 epochs ${long} and ${longWithMomentum}.`,
    )
    expect(readme).toContain(`\`--rate 0.1\` end at ${mean({ ...nesterov, rate: 0.1, epochs: 20 })}`)
  })
  // The same by autograd is in test/system.
  it('over seeds 1 to 30: mean validation accuracy at least 94%, median at least 95%', () => {
    const finals = hands.map(({ accuracy }) => accuracy).sort((a, b) => a - b)
    const mean = finals.reduce((a, b) => a + b) / 30
    const median = (finals[14]! + finals[15]!) / 2
    expect(mean).toBeGreaterThanOrEqual(0.94)
    expect(median).toBeGreaterThanOrEqual(0.95)
    const [m, d, l] = [mean, median, finals[0]!].map((share) => `${(100 * share).toFixed(1)}%`)
    expect(shownOutput('iris')).toEqual([
      `Validation accuracy over seeds 1 to 30: mean ${m}, median ${d}, lowest ${l}`,
    ])
  })
})

describe('the output', () => {
  const run = async (flags: string[], width = 100): Promise<string> => {
    const { terminal, text } = capture(width)
    // A picture of its own: other tests run the example, too.
    await iris(['--svg', join(folder, 'curve.svg'), ...flags], terminal)
    return text()
  }

  it.each([80, 120])('fits %i columns and has everything', async (width) => {
    const text = await run(['--epochs', '12'], width)
    expect(tooWide(text, width)).toEqual([])
    const joined = text.replace(/\s+/g, ' ')
    for (const part of [
      '130 training and 20 validation rows, shuffled with seed 1',
      'the validation rows leak into it',
      'epoch 12/12 loss 0.',
      '1,560 steps in',
      'Confusion matrix',
      'Final accuracy: ',
      'predicted ',
      'the final weights of seed 1 agree to ',
      'Over seeds 1 to 10: at most ',
      'calls delta what is -dL/dz',
    ])
      expect(joined).toContain(part)
    expect(Number(/agree to (\S+) of the largest/.exec(joined)![1])).toBeLessThan(1e-9)
    expect(Number(/seeds 1 to 10: at most (\S+)\. /.exec(joined)![1])).toBeLessThan(1e-9)
  })

  it('writes the curve as SVG, one point per epoch', async () => {
    const text = await run([
      '--epochs',
      '7',
      '--scale-on',
      'train',
      '--dtype',
      'float32',
      '--optimizer',
      'nesterov',
      '--hidden',
      '3',
    ])
    const joined = text.replace(/\s+/g, ' ')
    expect(joined).toContain('nothing of the validation rows leaks into it')
    expect(joined).toContain('Nesterov momentum 0.9, float32')
    expect(joined).toContain('4-3-3')
    expect(joined).toContain('as far as float32 goes')
    const path = join(folder, 'curve.svg')
    expect(text).toContain('curve.svg')
    const svg = readFileSync(path, 'utf8')
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/)
    expect(svg).toContain('4-3-3 sigmoid network, seed 1, 7 epochs')
    expect(svg.match(/<path[^>]*stroke[^>]*d="M[^"]*"|<path[^>]*d="M[^"]*"/g)!.length).toBeGreaterThan(0)
  })

  it('few rows are trained on with a warning', async () => {
    const file = join(folder, 'few.csv')
    const row = (length: number, name: string): string => `${length},3.5,1.4,0.2,Iris-${name}\n`
    writeFileSync(file, [1, 2, 3].map((x) => row(x, 'setosa') + row(x + 4, 'virginica')).join(''))
    const text = await run(['--csv', file, '--epochs', '1'])
    expect(text.replace(/\s+/g, ' ')).toContain('few.csv: only 1 row validates: the accuracy says little.')
  })

  it('--seeds sums up', async () => {
    const text = await run(['--seeds', '3', '--epochs', '30'])
    expect(text.match(/^ {2}seed \d {2}\d+\.\d%$/gm)).toHaveLength(3)
    expect(text).toMatch(
      /^Validation accuracy over seeds 1 to 3: mean \d+\.\d%, median \d+\.\d%, lowest \d+\.\d%$/m,
    )
  })

  it('mistakes are user errors', async () => {
    const error = async (...flags: string[]): Promise<string> => {
      const reason = await run(flags).catch((e: unknown) => e)
      expect(reason).toBeInstanceOf(UserError)
      return (reason as UserError).message
    }
    const file = join(folder, 'one.csv')
    writeFileSync(file, '5.1,3.5,1.4,0.2,Iris-setosa\n')
    expect(await error('--csv', file)).toBe(`${file}: 1 row is not enough to train and to validate`)
    writeFileSync(file, '5.1,3.5,1.4,0.2,Iris-setosa\n'.repeat(20))
    expect(await error('--csv', file)).toBe(
      `${file}: all rows are Iris-setosa; there is nothing to tell apart`,
    )
    const nowhere = join(folder, 'none')
    expect(await error('--svg', join(nowhere, 'x.svg'))).toBe(
      `${join(nowhere, 'x.svg')}: there is no folder ${nowhere}`,
    )
    expect(await error('--epochs', '1', '--svg', folder)).toBe(
      `${folder}: the picture cannot be written: it is a folder, not a file`,
    )
    // Before any training.
    const { terminal, text } = capture()
    await expect(iris(['--epochs', '1', '--svg', folder], terminal)).rejects.toThrow(UserError)
    expect(text()).toBe('')
    expect(await error('--rate', '1e39', '--dtype', 'float32', '--epochs', '3')).toMatch(
      /^epoch 1: the loss is NaN; use a smaller --rate$/,
    )
    for (const [flag, value] of [
      ['--seed', '-1'],
      ['--seed', '1.5'],
      ['--epochs', '0'],
      ['--hidden', 'many'],
      ['--rate', '0'],
      ['--rate', ''],
      ['--csv', ''],
      ['--svg', ''],
      ['--dtype', 'int32'],
      ['--optimizer', 'adam'],
      ['--scale-on', 'none'],
    ] as const)
      expect(await error(flag, value)).toContain(`argument '${value}' is invalid`)
    expect(await error('--sed', '1')).toBe("unknown option '--sed' (Did you mean --seed?)")
    expect(await error('--seed')).toContain('argument missing')
    expect(await error('7')).toContain('too many arguments')
  })

  it('--help tells every flag', async () => {
    const text = await run(['--help'], 80)
    for (const flag of ['seed', 'epochs', 'hidden', 'rate', 'dtype', 'optimizer', 'scale-on', 'csv', 'svg'])
      expect(text).toContain(`--${flag} <`)
    expect(tooWide(text, 80)).toEqual([])
    expect(text).not.toContain('accuracy:')
  })
})

it('a network of one layer is trained by hand as by autograd', () => {
  // The formulas are general: here with a loop that shares nothing with train.ts.
  const model = sequential(new Dense(2, 1, { dtype: 'float64' }), new Sigmoid())
  const [dense] = model.layers
  const layers = [{ weight: dense.weight.toArray() as number[][], bias: dense.bias!.toArray() as number[] }]
  const before = layers[0]!.weight[0]![0]!
  trainByHand(layers, [{ x: [1, 2], y: [1] }], { epochs: 1, rate: 1, momentum: 0, nesterov: false })
  const x = tensor([1, 2], { dtype: 'float64' })
  mse(model.call(x), tensor([1], { dtype: 'float64' }), { reduction: 'sum', scale: 0.5 }).backward()
  const slope = (dense.weight.grad!.toArray() as number[][])[0]![0]!
  expect(layers[0]!.weight[0]![0]! - before).toBeCloseTo(-slope, 13)
})
