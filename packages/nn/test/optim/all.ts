/** @file All optimizers and schedules with the ways to make them, for the tests that every one of them must pass. */
import { type Tensor, tensor } from '@tapegrad/core'
import {
  Adagrad,
  Adam,
  AdamW,
  CosineLR,
  ExponentialLR,
  LinearWarmup,
  OneCycleLR,
  type Optimizer,
  ReduceLROnPlateau,
  RMSProp,
  type Schedule,
  SGD,
  StepLR,
} from '@tapegrad/nn'
import fc from 'fast-check'

/** What JavaScript may pass. */
type Loose = Record<string, unknown>
type Made<T> = (first: never, options?: never) => T

const optimizers: Record<string, new (...args: never[]) => unknown> = { SGD, Adam, AdamW, RMSProp, Adagrad }
const schedules: Record<string, new (...args: never[]) => unknown> = {
  StepLR,
  ExponentialLR,
  CosineLR,
  LinearWarmup,
  OneCycleLR,
  ReduceLROnPlateau,
}
export const optimizerNames = Object.keys(optimizers)
export const scheduleNames = Object.keys(schedules)

/** `new Adam(params, options)`, by the name. */
export function makeOptimizer(name: string, params: unknown, options?: Loose): Optimizer {
  const Class = optimizers[name] as unknown as new (...args: Parameters<Made<Optimizer>>) => Optimizer
  return new Class(params as never, options as never)
}

/** `new StepLR(optimizer, options)`, by the name. */
export function makeSchedule(name: string, optimizer: unknown, options?: Loose): Schedule {
  const Class = schedules[name] as unknown as new (...args: Parameters<Made<Schedule>>) => Schedule
  return new Class(optimizer as never, options as never)
}

const unit = fc.double({ min: 0, max: 0.99, noNaN: true })
const shared = { lr: fc.double({ min: 0, max: 0.5, noNaN: true }), weightDecay: unit }
const eps = fc.constantFrom(1e-10, 1e-8, 0.01)
const adam = fc.record(
  { ...shared, betas: fc.tuple(unit, unit), eps, amsgrad: fc.boolean() },
  { requiredKeys: [] },
)

/** Options that each optimizer takes, all of them now and then left out. */
export const optionsOf: Record<string, fc.Arbitrary<Loose>> = {
  SGD: fc
    .record({ ...shared, momentum: unit, dampening: unit, nesterov: fc.boolean() }, { requiredKeys: [] })
    .map(({ nesterov, ...rest }) =>
      nesterov && (rest.momentum ?? 0) > 0 ? { ...rest, dampening: 0, nesterov } : rest,
    ),
  Adam: adam,
  AdamW: adam,
  RMSProp: fc.record(
    { ...shared, alpha: unit, eps, momentum: unit, centered: fc.boolean() },
    { requiredKeys: [] },
  ),
  Adagrad: fc.record({ ...shared, lrDecay: unit, initialAccumulatorValue: unit, eps }, { requiredKeys: [] }),
}

/** Settings of each optimizer under which it has all the state that it can have. */
export const fullOptions: Record<string, Loose> = {
  SGD: { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 },
  Adam: { lr: 0.1, amsgrad: true, weightDecay: 0.01 },
  AdamW: { lr: 0.1, amsgrad: true },
  RMSProp: { lr: 0.01, momentum: 0.9, centered: true, eps: 0.01 },
  Adagrad: { lr: 0.1, lrDecay: 0.1 },
}

/** A leaf of float64 numbers. */
export const leaf = (...values: number[]): Tensor =>
  tensor(Float64Array.from(values), { requiresGrad: true }) as Tensor

/** A gradient set by hand. */
export function setGrad(p: Tensor, values: readonly number[]): void {
  p.grad = tensor(Float64Array.from(values), { shape: [...p.shape], dtype: p.dtype as 'float64' })
}

/** All that a dict of tensors says, to be compared: NaN equals NaN, 0 is not -0. */
export const contents = (dict: Readonly<Record<string, Tensor>>): unknown =>
  Object.entries(dict).map(([key, { dtype, shape, data }]) => [key, dtype, [...shape], Array.from(data)])
