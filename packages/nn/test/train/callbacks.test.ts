/** @file Callbacks: when they are called, what they are told, what their errors do. */
import { Generator } from '@tapegrad/core'
import { type Callback, ExponentialLR, fit, mse, type TrainingState } from '@tapegrad/nn'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { batches, deep, linear, recorder, rejection, x, y } from './problem.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const run = (callbacks: readonly Callback[], options: object = {}, data: unknown = batches()) => {
  const { model, optimizer } = linear()
  const all = { loss: mse, optimizer, epochs: 2, callbacks, ...options }
  return fit(model, data as ReturnType<typeof batches>, all)
}

const EPOCH = (e: number): string[] => [
  `epoch ${e}.0`,
  ...[0, 1, 2].flatMap((b) => [`gradients ${e}.${b}`, `batch ${e}.${b + 1}`]),
  `epochEnd ${e}.3`,
]

describe('hooks', () => {
  it('are called in order, each callback in its turn', async () => {
    const notes: string[] = []
    await run([recorder(notes)])
    expect(notes).toEqual(['start 0.0', ...EPOCH(1), ...EPOCH(2), 'end 2.3'])
    const order: string[] = []
    const named = (name: string): Callback => ({ onEpochEnd: () => void order.push(name) })
    await run([named('a'), named('b')])
    expect(order).toEqual(['a', 'b', 'a', 'b'])
  })

  it('are waited for where they promise', async () => {
    const notes: string[] = []
    const slow = (name: string, turns: number) => async () => {
      for (let i = 0; i < turns; i++) await Promise.resolve()
      notes.push(name)
    }
    await run(
      [
        {
          onGradients: slow('g1', 5),
          onBatchEnd: slow('b1', 5),
          onEpochEnd: slow('e1', 5),
          onEnd: slow('x1', 5),
        },
        {
          onGradients: slow('g2', 1),
          onBatchEnd: slow('b2', 1),
          onEpochEnd: slow('e2', 1),
          onEnd: slow('x2', 1),
        },
      ],
      { epochs: 1 },
    )
    const batch = ['g1', 'g2', 'b1', 'b2']
    expect(notes).toEqual([...batch, ...batch, ...batch, 'e1', 'e2', 'x1', 'x2'])
  })

  it('belong to their object', async () => {
    class Count {
      seen = 0
      onBatchEnd(): void {
        this.seen++
      }
    }
    const count = new Count()
    await run([count])
    expect(count.seen).toBe(6)
  })

  it('onGradients can change the gradients before the step', async () => {
    const { model, optimizer } = linear()
    const before = model.stateDict()
    const none = {
      onGradients: () => {
        for (const p of model.parameters()) p.grad = p.grad!.mul(0)
      },
    }
    await fit(model, batches(), { loss: mse, optimizer, epochs: 1, callbacks: [none] })
    expect(model.parameters()[0]!.toArray()).toEqual(before['0.weight']!.toArray())
  })
})

describe('the state', () => {
  it('says where training is', async () => {
    const seen: unknown[] = []
    const look = (s: TrainingState): void => {
      const { epoch, epochs, batch, batches, step, lr, loss, batchLoss, metrics, validation } = s
      seen.push([
        epoch,
        epochs,
        batch,
        batches,
        step,
        lr,
        loss === batchLoss,
        metrics.two,
        validation?.metrics,
      ])
    }
    const metrics = { two: () => 2 }
    const history = await run([{ onBatchEnd: look, onEpochEnd: look }], { metrics, validation: [x, y] })
    const two = { two: 2 }
    expect(seen).toEqual([
      [1, 2, 1, 3, 1, 0.1, true, 2, undefined],
      [1, 2, 2, 3, 2, 0.1, false, 2, undefined],
      [1, 2, 3, 3, 3, 0.1, false, 2, undefined],
      [1, 2, 3, 3, 3, 0.1, false, 2, two],
      [2, 2, 1, 3, 4, 0.1, true, 2, two],
      [2, 2, 2, 3, 5, 0.1, false, 2, two],
      [2, 2, 3, 3, 6, 0.1, false, 2, two],
      [2, 2, 3, 3, 6, 0.1, false, 2, two],
    ])
    expect(history.metrics).toEqual({ two: [2, 2] })
  })

  it('learns the number of batches in the first epoch where nothing tells it', async () => {
    const seen: unknown[] = []
    const look = ({ batches, remaining }: TrainingState): void => {
      seen.push([batches, remaining === undefined])
    }
    await run([{ onBatchEnd: look }], {}, () => batches().values())
    expect(seen).toEqual([...Array(3).fill([undefined, true]), ...Array(3).fill([3, false])])
  })

  it('estimates what remains from what was done, in this call', async () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const seen: unknown[] = []
    const second = {
      onBatchEnd: ({ elapsed, remaining }: TrainingState): void => {
        now += 1000
        seen.push([elapsed, remaining])
      },
    }
    const history = await run([second])
    // Before each batch's second is counted: after b batches, b - 1 seconds for b of 6.
    expect(seen).toEqual([0, 1, 2, 3, 4, 5].map((t) => [t, expect.closeTo((t / (t + 1)) * (5 - t), 10)]))
    expect(history.seconds).toEqual([3, 3])
    seen.length = 0
    now = 0
    await run([second], { history, epochs: 3 })
    expect(seen).toEqual([0, 1, 2].map((t) => [t, expect.closeTo((t / (t + 1)) * (2 - t), 10)]))
  })

  it('has the parts of training, and the error', async () => {
    const { model, optimizer } = deep(new Generator(1))
    const schedule = new ExponentialLR(optimizer, { gamma: 1 })
    const generator = new Generator(2)
    let seen: TrainingState | undefined
    const callbacks = [
      {
        onEnd: (state: TrainingState) => {
          seen = state
        },
      },
    ]
    const options = { optimizer, schedule, generator, epochs: 1, callbacks }
    await fit(model, [x, y], { ...options, loss: mse })
    expect(seen!.model).toBe(model)
    expect(seen!.optimizer).toBe(optimizer)
    expect(seen!.schedule).toBe(schedule)
    expect(seen!.generator).toBe(generator)
    expect(seen!.error).toBeUndefined()
    const broken = new Error('broken')
    const loss = (): never => {
      throw broken
    }
    await expect(fit(model, [x, y], { ...options, loss })).rejects.toBe(broken)
    expect(seen!.error).toBe(broken)
    expect(seen!.history.stoppedBy).toBeNull()
  })
})

describe('stop()', () => {
  const stopIn = (hook: keyof Callback, at: string): Callback => ({
    [hook]: (state: TrainingState) => {
      if (`${state.epoch}.${state.batch}` === at) state.stop()
    },
  })
  it.each([
    ['onStart', '0.0', 0, 0],
    ['onEpochStart', '2.0', 3, 1],
    ['onGradients', '2.0', 4, 1],
    ['onBatchEnd', '2.1', 4, 1],
    ['onEpochEnd', '1.3', 3, 1],
  ] as const)(
    'in %s ends training after the step, finished epochs count',
    async (hook, at, steps, epochs) => {
      const notes: string[] = []
      const history = await run([stopIn(hook, at), recorder(notes)])
      expect(history).toMatchObject({ steps, epochs, stoppedBy: 'callback' })
      expect(notes.at(-1)).toMatch(/^end/)
    },
  )
})

describe('an error in a callback', () => {
  it.each(['onStart', 'onEpochStart', 'onGradients', 'onBatchEnd', 'onEpochEnd'] as const)(
    'in %s, thrown or promised, rejects fit after every onEnd',
    async (hook) => {
      for (const fails of [
        () => {
          throw new Error(hook)
        },
        () => Promise.reject(new Error(hook)),
      ]) {
        const notes: string[] = []
        expect(await rejection(run([{ [hook]: fails }, recorder(notes)]))).toBe(hook)
        expect(notes.at(-1)).toMatch(/^end/)
      }
    },
  )
  it('in onEnd keeps no other from its onEnd; the first error counts', async () => {
    const notes: string[] = []
    const fails = (message: string): Callback => ({
      onEnd: () => {
        throw new Error(message)
      },
    })
    expect(await rejection(run([fails('first'), fails('second'), recorder(notes)]))).toBe('first')
    expect(notes.at(-1)).toBe('end 2.3')
    const earlier = {
      onBatchEnd: () => {
        throw new Error('earlier')
      },
    }
    expect(await rejection(run([fails('later'), earlier]))).toBe('earlier')
  })
})
