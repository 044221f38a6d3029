/** @file checkpoints and csvLog: training that was stopped goes on with the same bits; files as they must be. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Generator, type Tensor } from '@tapegrad/core'
import {
  type CheckpointOptions,
  checkpoints,
  csvLog,
  DataLoader,
  ExponentialLR,
  fit,
  type HistoryData,
  loadCheckpoint,
  mse,
  TensorDataset,
} from '@tapegrad/nn'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { batches, deep, linear, numbersOf, rejection, stateOf, x, y } from './problem.ts'

let folder: string
const path = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapegrad-train-'))
})
afterEach(() => {
  vi.unstubAllGlobals()
  rmSync(folder, { recursive: true })
})

const mae = (p: Tensor, t: Tensor) => p.sub(t).abs().mean()

describe('3 epochs, a file, fresh objects, 3 epochs', () => {
  it.each(['batches of fit', 'a DataLoader'])('are the same bits as 6 epochs, with %s', async (how) => {
    const make = () => {
      const generator = new Generator(11)
      const { model, optimizer } = deep(generator)
      const schedule = new ExponentialLR(optimizer, { gamma: 0.9 })
      const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 4, shuffle: true, generator })
      const [data, loading] =
        how === 'a DataLoader' ? [loader, {}] : [[x, y] as const, { batchSize: 4, generator }]
      const train = (epochs: number, more: object = {}) =>
        fit(model, data as typeof loader, {
          loss: mse,
          optimizer,
          schedule,
          epochs,
          metrics: { mae },
          validation: [x, y],
          ...loading,
          ...more,
        })
      return { model, optimizer, schedule, generator, train }
    }
    const straight = make()
    const whole = await straight.train(6)

    const file = path('run.safetensors')
    const first = make()
    await first.train(3, { callbacks: [checkpoints(file)] })
    const second = make()
    // Not the start of the first one, so that everything must come from the file.
    await second.train(1)
    const { model, optimizer, schedule, generator } = second
    const { epoch, history } = loadCheckpoint<{ epoch: number; history: HistoryData }>(file, {
      model,
      optimizer,
      schedule,
      generator,
    })
    expect(epoch).toBe(3)
    expect(numbersOf(model)).toEqual(numbersOf(first.model))
    const rest = await second.train(6, { history })
    expect(numbersOf(model)).toEqual(numbersOf(straight.model))
    expect(stateOf(optimizer)).toEqual(stateOf(straight.optimizer))
    expect(generator.state.toArray()).toEqual(straight.generator.state.toArray())
    const { seconds: _a, ...numbers } = rest.toJSON()
    const { seconds: _b, ...expected } = whole.toJSON()
    expect(numbers).toEqual(expected)
  })
})

describe('checkpoints', () => {
  const train = (name: string, options: CheckpointOptions, epochs = 7, more: object = {}) => {
    const { model, optimizer } = linear()
    const callbacks = [checkpoints(path(name), options)]
    return fit(model, batches(), { loss: mse, optimizer, epochs, callbacks, ...more })
  }
  const files = (): string[] => readdirSync(folder).sort()

  it('are written every so many epochs, and after the last', async () => {
    await train('{epoch}-of-{epoch}.st', { every: 3 })
    expect(files()).toEqual(['3-of-3.st', '6-of-6.st', '7-of-7.st'])
    expect(loadCheckpoint(path('6-of-6.st'))).toMatchObject({ epoch: 6, history: { steps: 18 } })
  })
  it('are replaced without {epoch}', async () => {
    await train('a.st', {})
    expect(files()).toEqual(['a.st'])
    expect(loadCheckpoint(path('a.st')).epoch).toBe(7)
  })
  it('are kept as many as asked for, those of the training before counted', async () => {
    const history = await train('{epoch}.st', { every: 2, keep: 2 }, 6)
    expect(files()).toEqual(['4.st', '6.st'])
    await train('{epoch}.st', { every: 2, keep: 2 }, 9, { history })
    expect(files()).toEqual(['8.st', '9.st'])
  })
  it('hold other parts too', async () => {
    const other = new Generator(5)
    await train('a.st', { parts: { other, note: 'hello' } }, 1)
    const again = new Generator(6)
    expect(loadCheckpoint(path('a.st'), { other: again })).toMatchObject({ note: 'hello' })
    expect(again.state.toArray()).toEqual(other.state.toArray())
  })
  it('refuse a model that draws from a generator that the file would lack', async () => {
    const go = (parts: CheckpointOptions['parts'], generator?: Generator) => {
      const own = new Generator(1)
      const { model, optimizer } = deep(own)
      const callbacks = [checkpoints(path('a.st'), { parts: parts ?? { dropout: own } })]
      const given = generator === undefined ? {} : { generator: own }
      return fit(model, [x, y], { loss: mse, optimizer, epochs: 1, callbacks, ...given })
    }
    expect(await rejection(go({}))).toMatch(
      /^checkpoints: layers of the model draw from a generator that the file/,
    )
    expect(files()).toEqual([])
    await go(undefined)
    await go({}, new Generator(1))
    expect(files()).toEqual(['a.st'])
  })
  it.each<[unknown, unknown, string]>([
    ['', {}, 'expected the path of a file, got ""'],
    [null, {}, 'expected the path of a file, got null'],
    ['a', { every: 0 }, 'every must be a whole number >= 1, got 0'],
    ['a', { keep: 2 }, 'keep needs {epoch} in the path, got "a"'],
    ['{epoch}', { keep: 0.5 }, 'keep must be a whole number >= 1, got 0.5'],
    ['a', { parts: 3 }, 'parts must be an object, as in { ema }, got 3'],
    ['a', { parts: { model: 3 } }, 'model is saved anyway; leave it out of parts'],
    ['a', { evry: 1 }, 'there is no option "evry"'],
  ])('refuse %j %j', (file, options, message) => {
    expect(() => checkpoints(file as string, options as object)).toThrow(`checkpoints: ${message}`)
  })
})

describe('csvLog', () => {
  const lines = (): string[] => readFileSync(path('log.csv'), 'utf8').split('\n')
  const train = (epochs: number, more: object = {}) => {
    const { model, optimizer } = linear()
    const options = { loss: mse, optimizer, epochs, metrics: { mae }, validation: [x, y] as const }
    return fit(model, batches(), { ...options, callbacks: [csvLog(path('log.csv'))], ...more })
  }

  it('has a header, and a row in the file after each epoch, with all digits', async () => {
    const counts: number[] = []
    const look = { onEpochEnd: () => void counts.push(lines().length) }
    const history = await train(3, { callbacks: [csvLog(path('log.csv')), look] })
    expect(counts).toEqual([3, 4, 5])
    const [head, ...rows] = lines()
    expect(head).toBe('epoch,loss,mae,validationLoss,validation.mae,lr,seconds')
    expect(rows.pop()).toBe('')
    expect(rows.map((row) => row.split(',').map(Number))).toEqual(
      [0, 1, 2].map((i) => [
        i + 1,
        history.loss[i],
        history.metrics.mae![i],
        history.validationLoss[i],
        history.validationMetrics.mae![i],
        history.lr[i],
        history.seconds[i],
      ]),
    )
  })
  it('begins with the earlier history, and replaces what else was there', async () => {
    const history = await train(2)
    await train(5)
    await train(3, { history })
    expect(lines()).toHaveLength(5)
    expect(lines()[2]).toContain(`2,${history.loss[1]},`)
    await train(1, { metrics: {}, validation: undefined })
    expect(lines()[0]).toBe('epoch,loss,lr,seconds')
    expect(lines()).toHaveLength(3)
  })
  it('refuses names that would need quotes, and no path', async () => {
    for (const name of ['a,b', 'a"b', 'a\nb'])
      expect(await rejection(train(1, { metrics: { [name]: () => 1 } }))).toMatch(
        /^csvLog: the metric .* cannot head a column; use a name without commas, quotes and line breaks$/,
      )
    expect(() => csvLog(7 as never)).toThrow('csvLog: expected the path of a file, got 7')
  })
})

it('where there are no files both say what to do instead', async () => {
  const { model, optimizer } = linear()
  const { process } = globalThis
  for (const [callback, message] of [
    [
      csvLog(path('a')),
      'csvLog: there are no files here, only in Node.js from 20.16 on; use an onEpochEnd of your own',
    ],
    [
      checkpoints(path('a')),
      'checkpoints: there are no files here, only in Node.js from 20.16 on; use encodeCheckpoint',
    ],
  ] as const) {
    vi.stubGlobal('process', Object.create(process, { getBuiltinModule: { value: undefined } }))
    const message_ = await rejection(
      fit(model, batches(), { loss: mse, optimizer, epochs: 1, callbacks: [callback] }),
    )
    vi.unstubAllGlobals()
    expect(message_).toContain(message)
    expect(existsSync(path('a'))).toBe(false)
  }
})
