/** @file Training that stops, is saved, and goes on elsewhere has the bits of training that never stopped. */
import { type Tensor, type TypedArray, tensor } from '@tapegrad/core'
import { Dense, EMA, mse, type Optimizer, type Schedule, sequential, Tanh } from '@tapegrad/nn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contents, makeOptimizer, makeSchedule, optimizerNames, optionsOf, scheduleNames } from './all.ts'

type Dict = Record<string, Tensor>
type Loose = Record<string, unknown>

interface Plan {
  readonly optimizer: string
  readonly options: Loose
  readonly ownOptions: Loose
  readonly schedule: string
  readonly dtype: 'float32' | 'float64'
  readonly steps: number
  readonly more: number
}

/** Options under which a few steps of a schedule show all that it does. */
const SCHEDULES: Record<string, Loose> = {
  StepLR: { stepSize: 2, gamma: 0.5 },
  ExponentialLR: { gamma: 0.9 },
  CosineLR: { tMax: 5, etaMin: 0.01 },
  LinearWarmup: { totalIters: 3 },
  OneCycleLR: { maxLr: 0.2, totalSteps: 12 },
  ReduceLROnPlateau: { patience: 0, cooldown: 1, factor: 0.7 },
}

interface Training {
  readonly model: { stateDict(): Dict; loadStateDict(dict: Dict): unknown }
  readonly optimizer: Optimizer
  readonly schedule: Schedule
  readonly ema: EMA
  run(from: number, to: number): void
}

/** Two groups, a parameter that has a gradient in every other step alone, weights that start anywhere. */
function start({ optimizer: name, options, ownOptions, schedule: scheduleName, dtype }: Plan): Training {
  const model = sequential(new Dense(2, 3), new Tanh(), new Dense(3, 1)).to(dtype)
  const [first, ...others] = model.parameters()
  const optimizer = makeOptimizer(name, [{ params: others }, { params: [first!], ...ownOptions }], options)
  const warm = scheduleName === 'LinearWarmup'
  const after = warm
    ? { after: makeSchedule('ReduceLROnPlateau', optimizer, SCHEDULES.ReduceLROnPlateau) }
    : {}
  const schedule = makeSchedule(scheduleName, optimizer, { ...SCHEDULES[scheduleName], ...after })
  const ema = new EMA(model, 0.7)
  return {
    model,
    optimizer,
    schedule,
    ema,
    run(from, to) {
      for (let step = from; step < to; step++) {
        const x = tensor([[Math.sin(step), Math.cos(3 * step)]], { dtype })
        optimizer.zeroGrad()
        const loss = mse(model.call(x), tensor([[Math.sin(2 * step)]], { dtype }))
        loss.backward()
        if (step % 2 === 1) first!.grad = null
        optimizer.step()
        schedule.step(loss)
        ema.update()
      }
    },
  }
}

const save = ({ model, optimizer, schedule, ema }: Training): Dict[] =>
  [model, optimizer, schedule, ema].map((part) => part.stateDict())

const ARRAYS = { float32: Float32Array, float64: Float64Array } as const

/** As a file would hold it: names, dtypes, shapes, bytes. */
function throughBytes(dict: Dict): Dict {
  const text = JSON.stringify(
    Object.entries(dict).map(([key, { dtype, shape, data }]) => {
      const array = (data as TypedArray).slice()
      return [key, dtype, shape, Array.from(new Uint8Array(array.buffer))]
    }),
  )
  const entries: [string, keyof typeof ARRAYS, number[], number[]][] = JSON.parse(text)
  return Object.fromEntries(
    entries.map(([key, dtype, shape, bytes]) => [
      key,
      tensor(new ARRAYS[dtype](Uint8Array.from(bytes).buffer), { shape }),
    ]),
  )
}

function resumes(plan: Plan): void {
  const whole = start(plan)
  const weights = whole.model.stateDict()
  whole.run(0, plan.steps + plan.more)

  const stopped = start(plan)
  stopped.model.loadStateDict(weights)
  stopped.ema.loadStateDict(weights)
  stopped.run(0, plan.steps)
  const [model, optimizer, schedule, ema] = save(stopped).map(throughBytes)

  // With another rate, so that what is loaded is seen to be loaded.
  const resumed = start({
    ...plan,
    options: { ...plan.options, lr: 0.123 },
    ownOptions: { ...plan.ownOptions, lr: 1 },
  })
  resumed.model.loadStateDict(model!)
  resumed.optimizer.loadStateDict(optimizer!)
  resumed.schedule.loadStateDict(schedule!)
  resumed.ema.loadStateDict(ema!)
  expect(save(resumed).map(contents)).toEqual(save(stopped).map(contents))
  resumed.run(plan.steps, plan.steps + plan.more)
  // The weights of `whole` were averaged from its own start, as those that were loaded above.
  expect(save(resumed).map(contents)).toEqual(save(whole).map(contents))
}

describe('bits are those of training that never stopped', () => {
  it.each(optimizerNames)('with %s', (name) => {
    const plans = fc.record({
      optimizer: fc.constant(name),
      options: optionsOf[name]!,
      ownOptions: optionsOf[name]!.filter((own) => !('nesterov' in own) && !('dampening' in own)),
      schedule: fc.constantFrom(...scheduleNames),
      dtype: fc.constantFrom('float32' as const, 'float64' as const),
      steps: fc.nat({ max: 6 }),
      more: fc.nat({ max: 5 }),
    })
    fc.assert(
      fc.property(plans, (plan) => {
        // A group must not make nesterov impossible that the optimizer has.
        const { nesterov: _, ...options } = plan.options
        resumes({ ...plan, options: 'momentum' in plan.ownOptions ? options : plan.options })
      }),
      { numRuns: 40 },
    )
  })

  it.each(
    optimizerNames.flatMap((optimizer) => scheduleNames.map((schedule) => [optimizer, schedule] as const)),
  )('with %s and %s', (optimizer, schedule) => {
    resumes({
      optimizer,
      schedule,
      options: { lr: 0.05 },
      ownOptions: { lr: 0.02 },
      dtype: 'float32',
      steps: 5,
      more: 6,
    })
  })

  it('of which the rates, the averages and the state are a part: without one of them the bits differ', () => {
    const plan: Plan = {
      optimizer: 'Adam',
      options: { amsgrad: true },
      ownOptions: {},
      schedule: 'CosineLR',
      dtype: 'float64',
      steps: 3,
      more: 3,
    }
    for (const left of [1, 2, 3]) {
      const [whole, resumed] = [start(plan), start(plan)]
      whole.run(0, plan.steps)
      const dicts = save(whole)
      whole.run(plan.steps, plan.steps + plan.more)
      const parts = [resumed.model, resumed.optimizer, resumed.schedule, resumed.ema]
      parts.forEach((each, i) => {
        if (i !== left) each.loadStateDict(dicts[i]!)
      })
      resumed.run(plan.steps, plan.steps + plan.more)
      expect(save(resumed).map(contents), `without ${left}`).not.toEqual(save(whole).map(contents))
    }
  })
})
