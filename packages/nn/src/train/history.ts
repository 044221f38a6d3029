/** @file History: the numbers of a training, epoch by epoch. Imports errors.ts and table.ts. */
import { checkTally, describe, fail } from '../errors.ts'
import { shortNumber, tableOf } from './table.ts'

/**
 * Why training ended: all epochs were done, early stopping or another callback wanted it, or the signal was aborted.
 */
export type StoppedBy = 'epochs' | 'earlyStopping' | 'callback' | 'abort'

/** A series for each metric. */
export type Series<Names extends string> = { readonly [K in Names]: number[] }

/** What a validation leaves: numbers, or nothing where there was none. */
type Validation<Validated extends boolean, T> = Validated extends true ? T : []

/** A history as plain data, as it comes from a file. */
export interface HistoryData {
  readonly loss: readonly number[]
  readonly metrics: Readonly<Record<string, readonly number[]>>
  readonly validationLoss: readonly number[]
  readonly validationMetrics: Readonly<Record<string, readonly number[]>>
  readonly lr: readonly number[]
  readonly seconds: readonly number[]
  readonly steps: number
  readonly stoppedBy: StoppedBy | null
}

const SERIES = ['loss', 'validationLoss', 'lr', 'seconds'] as const

/**
 * The numbers of a training. Each series has one entry per epoch that was finished, its validation included: an epoch
 * that was broken off leaves none.
 */
export class History<Names extends string = string, Validated extends boolean = boolean> {
  /** The mean of the losses of the epoch's batches, weighted by their numbers of samples, each before its step. */
  readonly loss: number[] = []
  /** By name: means over the epoch's batches, weighted alike, each before its step. */
  readonly metrics: Series<Names>
  /** Of the validation data after each epoch; empty without any. */
  readonly validationLoss: Validation<Validated, number[]>
  readonly validationMetrics: { readonly [K in Names]: Validation<Validated, number[]> }
  /** The learning rate of the epoch's last step (of the first group of parameters). */
  readonly lr: number[] = []
  /** How long each epoch took, its validation included. */
  readonly seconds: number[] = []
  /** How many steps the optimizer made, also in an epoch that was broken off. */
  steps = 0
  /** null while training goes on, and where it ended in an error. */
  stoppedBy: StoppedBy | null = null

  constructor(names: readonly Names[] = []) {
    const series = (): Series<Names> =>
      Object.fromEntries(names.map((name) => [name, []])) as unknown as Series<Names>
    this.metrics = series()
    this.validationLoss = [] as number[] as Validation<Validated, number[]>
    this.validationMetrics = series() as never
    // For console.log in Node. Not a method: a key that is computed when the class is made would keep bundlers from
    // dropping the class.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: () => this.toString() })
  }

  /** How many epochs were finished. */
  get epochs(): number {
    return this.loss.length
  }

  /** A copy as plain data; `History.from` makes a history of it again. */
  toJSON(): HistoryData {
    const copies = (series: Readonly<Record<string, readonly number[]>>): Record<string, number[]> =>
      Object.fromEntries(Object.entries(series).map(([name, values]) => [name, [...values]]))
    return {
      loss: [...this.loss],
      metrics: copies(this.metrics),
      validationLoss: [...this.validationLoss],
      validationMetrics: copies(this.validationMetrics),
      lr: [...this.lr],
      seconds: [...this.seconds],
      steps: this.steps,
      stoppedBy: this.stoppedBy,
    }
  }

  /** The history that `toJSON` gave, from JSON or from the data of a checkpoint; refuses what is none. */
  static from(data: unknown): History {
    const op = 'History.from'
    const given = (data instanceof History ? data.toJSON() : data) as Partial<HistoryData> | null
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      return fail(op, `expected the data of a history, got ${describe(data)}`)
    const { metrics = {}, validationMetrics, steps, stoppedBy = null } = given
    if (typeof metrics !== 'object' || metrics === null)
      fail(op, `metrics must be an object of series, got ${describe(metrics)}`)
    const history = new History<string, true>(Object.keys(metrics))
    const epochs = Array.isArray(given.loss) ? given.loss.length : 0
    for (const key of SERIES) {
      const own: number[] = history[key]
      own.push(...numbers(op, key, given[key], epochs, key === 'validationLoss'))
    }
    for (const name of Object.keys(history.metrics)) {
      history.metrics[name]!.push(...numbers(op, `metrics.${name}`, metrics[name], epochs))
      const validated = validationMetrics?.[name]
      const own: number[] = history.validationMetrics[name]!
      own.push(...numbers(op, `validationMetrics.${name}`, validated, history.validationLoss.length))
    }
    checkTally(op, 'steps', steps)
    if (stoppedBy !== null && !Object.hasOwn(ENDS, stoppedBy))
      fail(op, `stoppedBy must be null or one of ${Object.keys(ENDS).join(', ')}, got ${describe(stoppedBy)}`)
    history.steps = steps!
    history.stoppedBy = stoppedBy
    return history
  }

  /** A table with a row per epoch (of many, the first and the last ones), and how training ended. */
  toString(): string {
    const { head, rows } = this.table()
    const shown = rows.map((row, i) => [`${i + 1}`, ...row.map(shortNumber)])
    const hidden = rows.length - 2 * SHOWN
    if (hidden > 0) shown.splice(SHOWN, hidden, [`... ${hidden} more`, ...head.map(() => '')])
    const end = this.stoppedBy === null ? '' : `, ended by ${ENDS[this.stoppedBy]}`
    const seconds = this.seconds.reduce((sum, s) => sum + s, 0)
    return `${tableOf([['epoch', ...head], ...shown])}\n${this.epochs} epochs, ${this.steps} steps, ${shortNumber(seconds)} s${end}`
  }

  /** All series side by side, those of validation where there is one: what each is called, and the numbers of each epoch. */
  table(validated = this.validationLoss.length > 0): { head: string[]; rows: number[][] } {
    const named = (prefix: string, series: object): [string, readonly number[]][] =>
      Object.entries(series).map(([name, values]) => [prefix + name, values])
    const columns: [string, readonly number[]][] = [
      ['loss', this.loss],
      ...named('', this.metrics),
      ...(validated ? named('', { validationLoss: this.validationLoss }) : []),
      ...(validated ? named('validation.', this.validationMetrics) : []),
      ['lr', this.lr],
      ['seconds', this.seconds],
    ]
    return {
      head: columns.map(([name]) => name),
      rows: this.loss.map((_, i) => columns.map(([, values]) => values[i]!)),
    }
  }
}

/** So many epochs are shown at the beginning and at the end. */
const SHOWN = 15

const ENDS: Readonly<Record<StoppedBy, string>> = {
  epochs: 'the number of epochs',
  earlyStopping: 'early stopping',
  callback: 'a callback',
  abort: 'the signal',
}

/** A series of `count` numbers; of none too if `orNone`. What JSON made of NaN is NaN again. */
function numbers(op: string, name: string, series: unknown, count: number, orNone = false): number[] {
  const list: unknown[] = Array.isArray(series) ? series.map((x) => (x === null ? NaN : x)) : []
  if (
    !Array.isArray(series) ||
    !list.every((x) => typeof x === 'number') ||
    !(list.length === count || (orNone && list.length === 0))
  )
    fail(op, `${name} must be a list of ${count} numbers, got ${describe(series)}`)
  return list as number[]
}
