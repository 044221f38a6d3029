/** @file What schedules refuse. */
import { tensor } from '@tapegrad/core'
import { Dense, LinearWarmup, ReduceLROnPlateau, SGD, StepLR } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { leaf, makeSchedule, scheduleNames } from './all.ts'

const make = (): SGD => new SGD([{ params: [leaf(1)] }, { params: [leaf(1)] }], { lr: 0.5 })

/** What each must be given, to which the bad option is added. */
const GOOD: Record<string, object> = {
  StepLR: { stepSize: 3 },
  ExponentialLR: { gamma: 0.9 },
  CosineLR: { tMax: 10 },
  OneCycleLR: { maxLr: 0.1, totalSteps: 10 },
}

it.each<[name: string, options: object, message: string]>([
  ['StepLR', { stepSize: undefined }, 'stepSize must be a whole number >= 1, got undefined'],
  ['StepLR', { stepSize: 0 }, 'stepSize must be a whole number >= 1, got 0'],
  ['StepLR', { stepSize: 2.5 }, 'stepSize must be a whole number >= 1, got 2.5'],
  ['StepLR', { gamma: -0.1 }, 'gamma must be a finite number >= 0, got -0.1'],
  ['ExponentialLR', { gamma: undefined }, 'gamma must be a finite number >= 0, got undefined'],
  ['ExponentialLR', { gamma: Number.NaN }, 'gamma must be a finite number >= 0, got NaN'],
  ['CosineLR', { tMax: '10' }, 'tMax must be a whole number >= 1, got "10"'],
  ['CosineLR', { etaMin: -1 }, 'etaMin must be a finite number >= 0, got -1'],
  ['LinearWarmup', { totalIters: 0 }, 'totalIters must be a whole number >= 1, got 0'],
  ['LinearWarmup', { startFactor: 1.5 }, 'startFactor must be at most 1, got 1.5'],
  ['LinearWarmup', { endFactor: -1 }, 'endFactor must be a finite number >= 0, got -1'],
  ['LinearWarmup', { after: 3 }, 'after must be a schedule that made no step yet, got 3'],
  ['OneCycleLR', { maxLr: -1 }, 'maxLr must be a finite number >= 0, got -1'],
  ['OneCycleLR', { maxLr: [1] }, 'maxLr has 1 numbers for 2 groups of parameters'],
  ['OneCycleLR', { maxLr: [1, null] }, 'maxLr must be a finite number >= 0, got null'],
  ['OneCycleLR', { totalSteps: 0 }, 'totalSteps must be a whole number >= 1, got 0'],
  ['OneCycleLR', { pctStart: 1.1 }, 'pctStart must be a number from 0 to 1, got 1.1'],
  ['OneCycleLR', { pctStart: Number.NaN }, 'pctStart must be a number from 0 to 1, got NaN'],
  ['OneCycleLR', { annealStrategy: 'cosine' }, `annealStrategy must be 'cos' or 'linear', got "cosine"`],
  ['OneCycleLR', { divFactor: 0 }, 'divFactor must be a finite number > 0, got 0'],
  ['OneCycleLR', { finalDivFactor: -1 }, 'finalDivFactor must be a finite number > 0, got -1'],
  ['OneCycleLR', { threePhase: 1 }, 'threePhase must be true or false, got 1'],
  ['ReduceLROnPlateau', { mode: 'auto' }, `mode must be 'min' or 'max', got "auto"`],
  ['ReduceLROnPlateau', { factor: 1 }, 'factor must be below 1, got 1'],
  ['ReduceLROnPlateau', { factor: -1 }, 'factor must be a finite number >= 0, got -1'],
  ['ReduceLROnPlateau', { patience: -1 }, 'patience must be a whole number >= 0, got -1'],
  ['ReduceLROnPlateau', { patience: 0.5 }, 'patience must be a whole number >= 0, got 0.5'],
  ['ReduceLROnPlateau', { threshold: -1 }, 'threshold must be a finite number >= 0, got -1'],
  ['ReduceLROnPlateau', { thresholdMode: 'x' }, `thresholdMode must be 'rel' or 'abs', got "x"`],
  ['ReduceLROnPlateau', { cooldown: Infinity }, 'cooldown must be a whole number >= 0, got Infinity'],
  ['ReduceLROnPlateau', { minLr: [0, 0, 0] }, 'minLr has 3 numbers for 2 groups of parameters'],
  ['ReduceLROnPlateau', { eps: 'small' }, 'eps must be a finite number >= 0, got "small"'],
])('%s refuses %o, and the rates stay', (name, options, message) => {
  const optimizer = make()
  expect(() => makeSchedule(name, optimizer, { ...GOOD[name], ...options })).toThrow(`${name}: ${message}`)
  expect(optimizer.lr).toBe(0.5)
})

describe.each(scheduleNames)('%s', (name) => {
  it.each([null, undefined, 3, [], {}, new Dense(1, 1)])('refuses %o as an optimizer', (optimizer) => {
    expect(() => makeSchedule(name, optimizer, { ...GOOD[name] })).toThrow(
      `${name}: expected an optimizer, such as new Adam(model.parameters()), got `,
    )
  })
})

it('a warmup refuses a schedule of another optimizer, and one that has begun', () => {
  const optimizer = make()
  const other = new StepLR(make(), { stepSize: 2 })
  expect(() => new LinearWarmup(optimizer, { after: other })).toThrow(
    'LinearWarmup: after belongs to another optimizer',
  )
  const begun = new StepLR(optimizer, { stepSize: 2 })
  begun.step()
  expect(() => new LinearWarmup(optimizer, { after: begun })).toThrow(
    'LinearWarmup: after must be a schedule that made no step yet, got a StepLR',
  )
  expect(optimizer.lr).toBe(0.5)
})

it.each([undefined, null, '0.5', tensor([1, 2]), tensor(true), {}])(
  'a schedule that watches a number refuses %o, and does not count it',
  (metric) => {
    const schedule = new ReduceLROnPlateau(make())
    expect(() => schedule.step(metric as never)).toThrow(
      'ReduceLROnPlateau: step needs the number to watch, as in step(validationLoss), got ',
    )
    expect(schedule.count).toBe(0)
  },
)

it('rates that grow without bound end in an error, with all rates and the count before it', () => {
  const optimizer = new SGD([
    { params: [leaf(1)], lr: 1e-300 },
    { params: [leaf(1)], lr: 1 },
  ])
  const schedule = makeSchedule('ExponentialLR', optimizer, { gamma: 1e200 })
  schedule.step()
  expect(() => schedule.step()).toThrow(
    'ExponentialLR: the next rate must be a finite number >= 0, got Infinity',
  )
  expect(schedule.rates).toEqual([1e-300 * 1e200, 1e200])
  expect(schedule.count).toBe(1)
})
