/** @file What fit was given, checked. Imports core, data/, errors.ts, module.ts, optim/, schedules/ and the files of train/. */
import { checkSignal } from '../data/prefetch.ts'
import { checkCount, checkPositive, describe, describeModule, fail } from '../errors.ts'
import { Module } from '../module.ts'
import { clipGradNorm, clipGradValue } from '../optim/clip.ts'
import { Optimizer } from '../optim/optimizer.ts'
import { Schedule } from '../schedules/schedule.ts'
import { type AnyOptimizer, hooksOf } from './callbacks.ts'
import { History } from './history.ts'
import type { Plan } from './loop.ts'
import type { TrainOptions } from './options.ts'
import { isUnbatched, type Loading, type Source, sourceOf } from './source.ts'
import type { Forward } from './stepper.ts'
import type { Metrics } from './totals.ts'

/** What both take. */
export const NAMES = [
  'optimizer',
  'epochs',
  'validation',
  'metrics',
  'callbacks',
  'schedule',
  'scheduleEvery',
  'clipNorm',
  'clipValue',
  'batchSize',
  'shuffle',
  'seed',
  'generator',
  'history',
  'signal',
]

/** The options that fit and fitSteps share. */
export type AnyOptions = TrainOptions<never, never, string, unknown>

/** Checks all that was given. */
export function planOf(
  op: string,
  model: Module,
  data: unknown,
  options: AnyOptions,
  forward: Forward,
): Plan {
  const { optimizer, epochs, callbacks = [], schedule, scheduleEvery = 'epoch', signal } = options
  if (!(model instanceof Module)) fail(op, `expected a model, a module, got ${describeModule(model)}`)
  checkOptimizer(op, model, optimizer)
  checkCount(op, 'epochs', epochs)
  const metrics = checkMetrics(op, options.metrics === undefined ? {} : options.metrics)
  if (schedule !== undefined && !(schedule instanceof Schedule))
    fail(op, `schedule must be a schedule, such as new CosineLR(optimizer, ...), got ${describe(schedule)}`)
  if (scheduleEvery !== 'epoch' && scheduleEvery !== 'batch')
    fail(op, `scheduleEvery must be 'epoch' or 'batch', got ${describe(scheduleEvery)}`)
  if (signal !== undefined) checkSignal(op, signal)
  return {
    op,
    model,
    optimizer,
    forward,
    ...sourcesOf(op, data, options),
    metrics,
    epochs,
    schedule,
    perBatch: scheduleEvery === 'batch',
    clip: clipOf(op, options),
    hooks: hooksOf(op, callbacks),
    history: historyOf(op, metrics, options),
    signal,
  }
}

function checkOptimizer(op: string, model: Module, optimizer: unknown): void {
  if (!(optimizer instanceof Optimizer))
    fail(
      op,
      `optimizer must be an optimizer, such as new SGD(model.parameters()), got ${describe(optimizer)}`,
    )
  const own = model.parameters()
  if (own.length === 0) fail(op, `${model} has no parameters to train; mark them with parameter(tensor)`)
  const held = new Set((optimizer as AnyOptimizer).groups.flatMap(({ params }) => params))
  const shared = own.filter((p) => held.has(p))
  if (shared.length === 0)
    fail(
      op,
      'the optimizer holds no parameter of this model; make it with model.parameters() of this very model',
    )
  if (!shared.some((p) => p.requiresGrad))
    fail(
      op,
      'all parameters of the optimizer are frozen; set requiresGrad = true on those that are to be trained',
    )
}

function checkMetrics(op: string, metrics: unknown): Metrics {
  if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics))
    return fail(op, `metrics must be functions by name, as in { accuracy }, got ${describe(metrics)}`)
  for (const [name, metric] of Object.entries(metrics)) {
    if (typeof metric !== 'function')
      fail(op, `the metric ${name} must be a function of prediction and target, got ${describe(metric)}`)
    if (['loss', 'validationLoss', 'lr', 'seconds', '__proto__', ''].includes(name))
      fail(op, `a metric cannot be called ${describe(name)}; that name is taken`)
  }
  return metrics as Metrics
}

function sourcesOf(
  op: string,
  data: unknown,
  options: AnyOptions,
): { data: Source; validation: Source | undefined } {
  const { batchSize = 32, shuffle = true, seed, generator, validation } = options
  const given = (names: readonly (keyof AnyOptions)[]): string | undefined =>
    names.find((name) => options[name] !== undefined)
  const order = given(['shuffle', 'seed', 'generator'])
  if (order !== undefined && !isUnbatched(data))
    fail(
      op,
      `${order} is for tensors and datasets; these data come in batches: set it where they are made, as in new DataLoader(...)`,
    )
  if (given(['batchSize']) !== undefined && !isUnbatched(data) && !isUnbatched(validation))
    fail(op, 'batchSize is for tensors and datasets; these data come in batches already')
  checkCount(op, 'batchSize', batchSize)
  const loading: Loading = {
    batchSize,
    shuffle,
    ...(seed !== undefined && { seed }),
    ...(generator !== undefined && { generator }),
  }
  return {
    data: sourceOf(op, 'data', data, loading),
    validation:
      validation === undefined ? undefined : sourceOf(op, 'validation data', validation, { batchSize }),
  }
}

function clipOf(op: string, { clipNorm, clipValue }: AnyOptions): Plan['clip'] {
  if (clipNorm !== undefined) checkPositive(op, 'clipNorm', clipNorm)
  if (clipValue !== undefined) checkPositive(op, 'clipValue', clipValue)
  if (clipNorm === undefined && clipValue === undefined) return undefined
  return (parameters) => {
    if (clipValue !== undefined) clipGradValue(parameters, clipValue)
    if (clipNorm !== undefined) clipGradNorm(parameters, clipNorm)
  }
}

/** An empty history, or a copy of the one to go on with, which must have the same series. */
function historyOf(op: string, metrics: Metrics, { history, validation }: AnyOptions): History {
  const names = Object.keys(metrics)
  if (history === undefined) return new History(names)
  const earlier = History.from(history)
  const before = Object.keys(earlier.metrics)
  if (before.length !== names.length || !names.every((name) => before.includes(name)))
    fail(
      op,
      `the history has the metrics ${before.join(', ') || 'none'}, now there are ${names.join(', ') || 'none'}`,
    )
  const validated = earlier.validationLoss.length > 0
  if (earlier.epochs > 0 && validated !== (validation !== undefined))
    fail(
      op,
      `the history is one ${validated ? 'with' : 'without'} validation; it cannot go on ${validated ? 'without' : 'with'} it`,
    )
  return earlier
}
