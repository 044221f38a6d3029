/** @file The loop of fit: epochs, batches, validation, callbacks, and an orderly end. Imports the files of train/. */
import type { Generator, Tensor } from '@tapegrad/core/ops'
import type { AbortSignalLike } from '../data/prefetch.ts'
import { fail } from '../errors.ts'
import { rememberModes } from '../modes.ts'
import type { Module } from '../module.ts'
import type { Schedule } from '../schedules/schedule.ts'
import { type AnyOptimizer, type Hooks, notify, type TrainingState } from './callbacks.ts'
import { modulesOf } from './finite.ts'
import type { History, StoppedBy } from './history.ts'
import { seconds } from './host.ts'
import { Reader } from './reader.ts'
import type { Source } from './source.ts'
import { type Forward, Stepper } from './stepper.ts'
import { type Metrics, samplesIn, Totals } from './totals.ts'

/** What is to be trained and how: checked options. */
export interface Plan {
  /** Whose errors these are. */
  readonly op: string
  readonly model: Module
  readonly optimizer: AnyOptimizer
  readonly forward: Forward
  readonly data: Source
  readonly validation: Source | undefined
  readonly metrics: Metrics
  readonly epochs: number
  readonly schedule: Schedule | undefined
  readonly perBatch: boolean
  /** Changes the gradients before the step. */
  readonly clip: ((parameters: readonly Tensor[]) => void) | undefined
  readonly hooks: Hooks
  readonly history: History
  readonly signal: AbortSignalLike | undefined
}

/** The optimizers of trainings that go on: two that step by turns would both go wrong. */
const training = /* @__PURE__ */ new WeakSet<AnyOptimizer>()

/** A training that goes on, and what callbacks see of it. */
export class Training implements TrainingState {
  readonly #plan: Plan
  readonly #stepper: Stepper
  readonly #totals: Totals
  readonly #checks: Totals
  readonly #parameters: readonly Tensor[]
  readonly #before: number
  readonly #began = seconds()
  #stoppedBy: StoppedBy | null = null
  /** The learning rate of the last step. */
  #lr: number
  readonly #reader: Reader
  epoch: number
  batch = 0
  batches: number | undefined
  batchLoss = NaN
  validation: TrainingState['validation']
  error: unknown

  constructor(plan: Plan) {
    this.#plan = plan
    this.#stepper = new Stepper(plan.op, plan.model, plan.optimizer, plan.forward)
    this.#totals = new Totals(plan.op, plan.metrics)
    this.#checks = new Totals(plan.op, plan.metrics)
    this.#parameters = plan.optimizer.groups.flatMap(({ params }) => params)
    this.#reader = new Reader(plan.op, () => this.#stoppedBy)
    this.#before = plan.history.epochs
    this.epoch = plan.history.epochs
    this.batches = plan.data.length
    this.#lr = plan.optimizer.lr
  }

  get model(): Module {
    return this.#plan.model
  }
  get optimizer(): AnyOptimizer {
    return this.#plan.optimizer
  }
  get schedule(): Schedule | undefined {
    return this.#plan.schedule
  }
  get generator(): Generator | undefined {
    return this.#plan.data.generator
  }
  get epochs(): number {
    return this.#plan.epochs
  }
  get step(): number {
    return this.#plan.history.steps
  }
  get loss(): number {
    return this.#totals.loss
  }
  get metrics(): Record<string, number> {
    return this.#totals.metrics
  }
  get validated(): boolean {
    return this.#plan.validation !== undefined
  }
  get lr(): number {
    return this.#plan.optimizer.lr
  }
  get history(): History {
    return this.#plan.history
  }
  get elapsed(): number {
    return seconds() - this.#began
  }
  get remaining(): number | undefined {
    const { epoch, epochs, batch, batches } = this
    const finished = this.history.epochs
    const part = finished >= epoch ? 0 : batches === undefined ? undefined : batch / batches
    if (part === undefined) return undefined
    const done = finished + part - this.#before
    return done > 0 ? (this.elapsed / done) * (epochs - finished - part) : undefined
  }

  stop(by: 'callback' | 'earlyStopping' = 'callback'): void {
    this.#stoppedBy ??= by
  }

  /** Trains, and tidies up however that ends. */
  async run(): Promise<History> {
    const { op, model, optimizer, hooks, signal, history } = this.#plan
    if (training.has(optimizer))
      fail(
        op,
        'the optimizer belongs to a training that is not over; await that first, or make another optimizer',
      )
    training.add(optimizer)
    const restoreModes = rememberModes(modulesOf(model))
    const abort = (): void => this.#abort()
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    history.stoppedBy = null
    try {
      model.train()
      await notify(hooks.onStart, 'onStart', this)
      while (history.epochs < this.epochs && this.#stoppedBy === null) await this.#runEpoch()
      history.stoppedBy = this.#stoppedBy ?? 'epochs'
    } catch (error) {
      this.error = error ?? new Error('unknown')
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
      restoreModes()
      training.delete(optimizer)
      await this.#end()
    }
    return history
  }

  #abort(): void {
    this.#stoppedBy ??= 'abort'
    this.#reader.wake()
  }

  /** Tells all callbacks that it is over; the first error of one is thrown, unless there was one before. */
  async #end(): Promise<void> {
    const errors: unknown[] = []
    for (const callback of this.#plan.hooks.onEnd)
      try {
        await callback.onEnd!(this)
      } catch (error) {
        errors.push(error)
      }
    if (errors.length > 0 && this.error === undefined) throw errors[0]
  }

  /** An epoch: training, validation, a line in the history. One that is broken off leaves no line. */
  async #runEpoch(): Promise<void> {
    const { hooks, history, validation, schedule, perBatch, data } = this.#plan
    const began = seconds()
    this.epoch = history.epochs + 1
    this.batch = 0
    this.#totals.clear()
    await notify(hooks.onEpochStart, 'onEpochStart', this)
    if (
      this.#stoppedBy !== null ||
      !(await this.#reader.read(data, 'data', this.epoch, (batch) => this.#train(batch)))
    )
      return
    this.batches = this.batch
    if (validation !== undefined && !(await this.#validate(validation))) return
    append(history, this, this.#lr, seconds() - began)
    if (!perBatch) schedule?.step(this.validation?.loss ?? this.loss)
    await notify(hooks.onEpochEnd, 'onEpochEnd', this)
  }

  #train(batch: unknown): PromiseLike<unknown> | undefined {
    const { clip, hooks } = this.#plan
    const { outcome, loss } = this.#stepper.gradients(batch, this.epoch, this.batch + 1)
    this.#totals.add(samplesIn(batch), loss, outcome)
    this.batchLoss = loss
    clip?.(this.#parameters)
    const waiting = notify(hooks.onGradients, 'onGradients', this)
    return waiting === undefined ? this.#update() : waiting.then(() => this.#update())
  }

  #update(): PromiseLike<unknown> | undefined {
    const { optimizer, schedule, perBatch, history, hooks } = this.#plan
    this.#lr = optimizer.lr
    optimizer.step()
    history.steps++
    this.batch++
    if (perBatch) schedule?.step(this.batchLoss)
    return notify(hooks.onBatchEnd, 'onBatchEnd', this)
  }

  /** Evaluates the model on the validation data; false if that was broken off. */
  async #validate(source: Source): Promise<boolean> {
    const totals = this.#checks
    const restoreModes = rememberModes(modulesOf(this.model))
    totals.clear()
    try {
      this.model.eval()
      const over = await this.#reader.read(source, 'validation data', this.epoch, (batch) => {
        const { outcome, loss } = this.#stepper.evaluate(batch)
        totals.add(samplesIn(batch), loss, outcome)
        return undefined
      })
      if (over) this.validation = { loss: totals.loss, metrics: totals.metrics }
      return over
    } finally {
      restoreModes()
    }
  }
}

/** Writes down a finished epoch. */
function append(history: History, { loss, metrics, validation }: Training, lr: number, time: number): void {
  history.loss.push(loss)
  history.lr.push(lr)
  history.seconds.push(time)
  for (const [name, value] of Object.entries(metrics)) history.metrics[name]!.push(value)
  if (validation === undefined) return
  const lists: { validationLoss: number[]; validationMetrics: Record<string, number[]> } = history as never
  lists.validationLoss.push(validation.loss)
  for (const [name, value] of Object.entries(validation.metrics)) lists.validationMetrics[name]!.push(value)
}
