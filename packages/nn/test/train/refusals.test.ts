/** @file What fit refuses, and what it says then. */
import { type Tensor, zeros } from '@tapegrad/core'
import {
  accuracy,
  DataLoader,
  Dense,
  Dropout,
  fit,
  fitSteps,
  learningRates,
  MSE,
  mse,
  progress,
  SGD,
  sequential,
  TensorDataset,
} from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { batches, linear, rejection, x, y } from './problem.ts'

type AnyFit = (model: unknown, data: unknown, options: unknown) => Promise<unknown>
const { model, optimizer } = linear()
const good = { loss: mse, optimizer, epochs: 1 }
const run = (more: object, data: unknown = [x, y], network: unknown = model) =>
  rejection((fit as AnyFit)(network, data, { ...good, ...more }))
const loader = new DataLoader(new TensorDataset(x, y))

const withMessageFirst = <T>(rows: readonly (readonly [T, string])[]): [string, T][] =>
  rows.map(([value, message]) => [message, value])

describe('options', () => {
  it.each(
    withMessageFirst<object>([
      [
        { loss: undefined },
        'loss must be a function, such as mse, or a module, such as new MSE(), got undefined',
      ],
      [{ loss: 'mse' }, 'loss must be a function'],
      [{ loss: MSE }, 'loss is the class MSE; write new MSE()'],
      [{ loss: null }, 'loss must be a function'],
      [{ loss: {} }, 'loss must be a function'],
      [
        { optimizer: 'sgd' },
        'optimizer must be an optimizer, such as new SGD(model.parameters()), got "sgd"',
      ],
      [{ optimizer: undefined }, 'optimizer must be an optimizer'],
      [
        { optimizer: linear().optimizer },
        'the optimizer holds no parameter of this model; make it with model.parameters() of this very model',
      ],
      [{ epochs: 0 }, 'epochs must be a whole number >= 1, got 0'],
      [{ epochs: -1 }, 'epochs must be a whole number >= 1, got -1'],
      [{ epochs: 1.5 }, 'epochs must be a whole number >= 1, got 1.5'],
      [{ epochs: undefined }, 'epochs must be a whole number >= 1, got undefined'],
      [
        { metrics: accuracy },
        'metrics must be functions by name, as in { accuracy }, got a function (accuracy)',
      ],
      [{ metrics: [accuracy] }, 'metrics must be functions by name'],
      [{ metrics: null }, 'metrics must be functions by name'],
      [
        { metrics: { accuracy: 1 } },
        'the metric accuracy must be a function of prediction and target, got 1',
      ],
      [{ metrics: { loss: accuracy } }, 'a metric cannot be called "loss"; that name is taken'],
      [
        { metrics: { mean: () => y } },
        'the metric mean must return a number or a 0-d tensor, got a tensor of shape [10, 2]',
      ],
      [
        { metrics: { mean: () => undefined } },
        'the metric mean must return a number or a 0-d tensor, got undefined',
      ],
      [{ callbacks: progress(() => {}) }, 'callbacks must be an array'],
      [
        { callbacks: [progress] },
        'callback 0 must be an object with methods such as onEpochEnd, got a function',
      ],
      [{ callbacks: [null] }, 'callback 0 must be an object'],
      [
        { callbacks: [{}] },
        'callback 0, a plain object, has no method that is called; there are onStart, onEpochStart',
      ],
      [
        { callbacks: [{ onEpoch: () => 1 }] },
        'callback 0 has onEpoch, which is never called; there are onStart',
      ],
      [{ callbacks: [{ onEnd: 1 }] }, 'callback 0: onEnd must be a function, got 1'],
      [
        { schedule: {} },
        'schedule must be a schedule, such as new CosineLR(optimizer, ...), got a plain object',
      ],
      [{ scheduleEvery: 'step' }, `scheduleEvery must be 'epoch' or 'batch', got "step"`],
      [{ clipNorm: 0 }, 'clipNorm must be a finite number > 0, got 0'],
      [{ clipValue: NaN }, 'clipValue must be a finite number > 0, got NaN'],
      [{ batchSize: 0 }, 'batchSize must be a whole number >= 1, got 0'],
      [{ signal: true }, 'signal must be an AbortSignal, got true'],
      [{ history: 3 }, 'History.from: expected the data of a history, got 3'],
      [{ learningRate: 1 }, 'there is no option "learningRate"; there are optimizer, epochs, validation'],
      [{ step: () => 1 }, 'there is no option "step"'],
    ]),
  )('%s', async (message, more) => {
    expect(await run(more)).toMatch(message.startsWith('History') ? message : `fit: ${message}`)
  })

  it('a loss that no parameter has to do with', async () => {
    const message =
      'fit: the loss does not depend on any parameter that is trained; compute it from the prediction, without detach(), noGrad() or data'
    expect(await run({ loss: (p: Tensor, t: Tensor) => mse(p.detach(), t) })).toContain(message)
  })

  it('an optimizer that is in another training, until that is over', async () => {
    const { model: shared, optimizer: own } = linear()
    const message = 'fit: the optimizer belongs to a training that is not over; await that first'
    const options = { ...good, optimizer: own }
    const first = fit(shared, [x, y], options)
    expect(await run({ optimizer: own }, [x, y], shared)).toContain(message)
    await first
    const inside = { onEpochEnd: () => fit(shared, [x, y], options) }
    expect(await run({ optimizer: own, callbacks: [inside] }, [x, y], shared)).toContain(message)
    expect((await fit(shared, [x, y], options)).epochs).toBe(1)
  })

  it('two of order', async () => {
    expect(await run({ seed: 1, generator: 2 })).toMatch(/seed|generator/)
    expect(await run({ seed: 1.5 })).toMatch(/seed must be a whole number/)
  })

  it.each(['shuffle', 'seed', 'generator'])('%s where the data come in batches', async (name) => {
    expect(await run({ [name]: false }, loader)).toBe(
      `fit: ${name} is for tensors and datasets; these data come in batches: set it where they are made, as in new DataLoader(...)`,
    )
  })
  it('batchSize where nothing is divided', async () => {
    expect(await run({ batchSize: 4, validation: loader }, loader)).toBe(
      'fit: batchSize is for tensors and datasets; these data come in batches already',
    )
    await (fit as AnyFit)(model, loader, { ...good, batchSize: 4, validation: [x, y] })
  })
  it('no options at all', async () => {
    expect(await rejection((fit as AnyFit)(model, [x, y], undefined))).toMatch(
      /^fit: options must be a plain object/,
    )
    expect(await rejection((fitSteps as AnyFit)(model, [x, y], good))).toMatch(
      /^fitSteps: there is no option "loss"/,
    )
    expect(await rejection((fitSteps as AnyFit)(model, [x, y], { epochs: 1 }))).toBe(
      'fitSteps: step must be a function of a batch, got undefined',
    )
  })
})

describe('the model', () => {
  it('must be one, with parameters that can be trained', async () => {
    expect(await run({}, [x, y], {})).toBe('fit: expected a model, a module, got a plain object')
    expect(await run({}, [x, y], null)).toBe('fit: expected a model, a module, got null')
    expect(await run({}, [x, y], sequential(new Dropout(0.5)))).toBe(
      'fit: Sequential(Dropout(0.5)) has no parameters to train; mark them with parameter(tensor)',
    )
    const frozen = linear()
    for (const p of frozen.model.parameters()) p.requiresGrad = false
    expect(await run({ optimizer: frozen.optimizer }, [x, y], frozen.model)).toBe(
      'fit: all parameters of the optimizer are frozen; set requiresGrad = true on those that are to be trained',
    )
  })
  it('converted after its optimizer was made is refused by that', async () => {
    const late = sequential(new Dense(3, 2))
    const early = new SGD(late.parameters(), { lr: 1 })
    late.to('float64')
    expect(await run({ optimizer: early }, [x, y], late)).toMatch(
      /^SGD: .*converted to float64; make a new optimizer/,
    )
  })
})

describe('data', () => {
  it.each(
    withMessageFirst<unknown>([
      [[], 'the data is empty'],
      [
        null,
        'the data must be tensors [x, y], a dataset, a DataLoader, an iterable of batches, or a function',
      ],
      ['text', 'the data must be tensors [x, y]'],
      [x, 'the data is a tensor of shape [10, 3]; expected inputs and the target, as in [x, y]'],
      [[x], 'the data is one tensor; expected inputs and the target, as in [x, y]'],
      [() => 7, 'the function of the data must return an iterable, got 7'],
      [new Set(), 'the data gave no batches in epoch 1'],
      [
        [[x]],
        'a batch must be [...inputs, target], got an array of length 1; make such batches, or use fitSteps',
      ],
      [new Set([x]), 'a batch must be [...inputs, target], got a tensor of shape [10, 3]'],
      [[{ x, y }], 'a batch must be [...inputs, target], got a plain object'],
    ]),
  )('%s', async (message, data) => {
    expect(await run({}, data)).toContain(`fit: ${message}`)
  })
  it('of unequal length, or none', async () => {
    expect(await run({}, [x, y.slice([[0, 3]])])).toBe(
      'TensorDataset: argument 1 of shape [3, 2] has 3 rows, argument 0 has 10; they must agree',
    )
    expect(await run({}, [zeros([0, 3]), zeros([0, 2])])).toBe('DataLoader: the dataset is empty')
    expect(await run({ validation: [] })).toBe('fit: the validation data is empty')
    expect(await run({ validation: new Set() })).toContain(
      'fit: the validation data gave no batches in epoch 1',
    )
    expect(await run({ validation: 5 })).toContain('fit: the validation data must be tensors [x, y]')
  })
  it('that can be read only once, in the second epoch', async () => {
    const message =
      'the data can be read only once; pass a function that opens it anew in each epoch, as in () => batches()'
    expect(await run({ epochs: 2 }, batches().values())).toBe(`fit: ${message}`)
    async function* later() {
      yield* batches()
    }
    expect(await run({ epochs: 2 }, later())).toBe(`fit: ${message}`)
    const [one] = [batches().values()]
    expect(await run({ epochs: 2 }, () => one)).toContain('can be read only once')
    expect(await fit(model, batches().values(), good)).toMatchObject({ epochs: 1 })
  })
})

describe('losses', () => {
  it.each(
    withMessageFirst<unknown>([
      [
        (p: typeof y, t: typeof y) => mse(p, t, { reduction: 'none' }),
        "the loss has shape [10, 2], it must be one number: leave out reduction: 'none', or take its mean",
      ],
      [() => 3, 'the loss must be a 0-d tensor, got 3'],
      [async () => 3, 'the loss must be a 0-d tensor, got a Promise'],
      [() => zeros([]), 'the loss does not depend on any parameter that is trained'],
    ]),
  )('%s', async (message, loss) => {
    expect(await run({ loss })).toContain(message)
  })
  it('metrics without a prediction', async () => {
    const step = () => mse(model.call(x), y)
    const options = { step, optimizer, epochs: 1, metrics: { accuracy } }
    expect(await rejection(fitSteps(model, [0], options))).toBe(
      'fitSteps: metrics need a step that returns { loss, prediction, target }',
    )
  })
})

describe('callbacks that report', () => {
  it.each<[() => unknown, string]>([
    [() => progress(3 as never), 'progress: expected a function to report to, got 3'],
    [() => progress(() => {}, { every: -1 }), 'progress: every must be a finite number >= 0, got -1'],
    [() => progress(() => {}, { ms: 1 } as never), 'progress: there is no option "ms"'],
    [() => learningRates('x' as never), 'learningRates: expected a function to report to, got "x"'],
    [
      () => learningRates(() => {}, { every: 'step' as never }),
      `learningRates: every must be 'epoch' or 'batch'`,
    ],
  ])('%s', (make, message) => {
    expect(make).toThrow(message)
  })
})
