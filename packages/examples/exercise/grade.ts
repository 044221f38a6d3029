/** @file Grading: a student's function in the place of the formula, in the ledgers of two networks. Imports core, nn, article/network.ts, common/cli.ts, cause.ts and tasks.ts. */
import { Generator, rand, type Tensor } from '@tapegrad/core'
import { Dense, type FirstWrong, type LedgerRow, ledger, mse, Sequential, Sigmoid } from '@tapegrad/nn'
import { articleNetwork, articleSample } from '../article/network.ts'
import { UserError } from '../common/cli.ts'
import { type Call, causeOf, ratiosOf } from './cause.ts'
import type { Answer } from './guesses.ts'
import type { Task } from './tasks.ts'

interface Case {
  readonly name: string
  readonly model: Sequential
  readonly x: Tensor
  readonly y: Tensor
}

/** What one network says about an answer. */
interface Grade {
  readonly name: string
  /** How many values there are, and how many of them are right. */
  readonly values: number
  readonly right: number
  /** How many are wrong only because they were computed from wrong ones. */
  readonly follow: number
  readonly wrong: FirstWrongValue | null
}

interface FirstWrongValue extends FirstWrong {
  readonly row: LedgerRow
  /** Given / expected of all neurons, for that sample, from the output down. */
  readonly ratios: readonly LayerRatios[]
}

interface LayerRatios {
  readonly layer: number
  readonly values: readonly number[]
}

/** What both networks say. */
export interface Verdict {
  readonly grades: readonly Grade[]
  /** The mistake that gives the wrong answers of both networks; null if none is known, or nothing is wrong. */
  readonly cause: string | null
}

const HALF = { reduction: 'sum', scale: 0.5 } as const
const halfSquares = (prediction: Tensor, target: Tensor): Tensor => mse(prediction, target, HALF)

/** Makes the article's network gentle. A divisor like 4 would leave biases such as ½: right times ½ would look like δ b. */
const DIVISOR = 4.3

/** Numbers without symmetry: mistakes must not cancel in them. */
function cases(): Case[] {
  const article = articleNetwork()
  for (const parameter of article.parameters()) parameter.assign(parameter.detach().div(DIVISOR) as Tensor)
  const generator = new Generator(4)
  const options = { generator, dtype: 'float64' } as const
  const model = new Sequential(
    new Dense(3, 4, options) as Dense,
    new Sigmoid(),
    new Dense(4, 2, options) as Dense,
    new Sigmoid(),
  )
  const { x, y } = articleSample()
  return [
    {
      name: `one sample, the article's 2-3-2-1 network with its weights and biases divided by ${DIVISOR}`,
      model: article,
      x: x as Tensor,
      y: y as Tensor,
    },
    {
      name: 'a batch of three, a 3-4-2 network',
      model,
      x: rand([3, 3], options).mul(4).sub(1) as Tensor,
      y: rand([3, 2], options) as Tensor,
    },
  ]
}

type Own = (layer: number, inputs: object) => unknown

/** Grades the function that `module` exports; `file` is its name in messages. */
export function grade(task: Task, module: object, file: string): Verdict {
  const own = (module as Record<string, unknown>)[task.exported]
  if (typeof own !== 'function') throw new UserError(`${file} exports no function ${task.exported}`)
  const results = cases().map((each) => gradeCase(task, own as Own, file, each))
  const grades = results.map(({ grade }) => grade)
  const firsts = grades.flatMap(({ wrong }) => wrong ?? [])
  const calls = results.flatMap((each) => each.calls)
  return { grades, cause: causeOf(task.guesses, calls, firsts) }
}

function gradeCase(
  task: Task,
  own: Own,
  file: string,
  { name, model, x, y }: Case,
): { grade: Grade; calls: Call[] } {
  const calls: Call[] = []
  const called = (layer: number, inputs: Call['inputs']): Answer => {
    const where = `${file}: ${task.exported}(${layer}, ...)`
    const right = task.right(inputs as never)
    let answer: unknown
    try {
      // A copy: the student's function may write into its inputs.
      answer = own(layer, structuredClone(inputs))
    } catch (error) {
      // An index that leads out of an array, in some layers: the ledger goes on with NaN, and may know why.
      if (!(error instanceof TypeError && calls.length > 0))
        throw new UserError(`${where} threw: ${error instanceof Error ? error.message : String(error)}`)
      calls.push({ layer, inputs, answer: right.map(() => Number.NaN), right })
      throw error
    }
    const complaint = complaintAbout(answer)
    if (complaint !== null) throw new UserError(`${where} ${complaint}`)
    calls.push({ layer, inputs, answer: Array.from(answer as ArrayLike<number>), right })
    return answer as Answer
  }
  const report = ledger(model, x, y, { loss: halfSquares, [task.exported]: called })
  const rows = report.rows.filter(({ quantity }) => quantity === task.quantity)
  const count = (wanted: LedgerRow['status']): number => rows.filter(({ status }) => status === wanted).length
  const { firstWrong } = report
  const first = report.rows.find(({ status }) => status === 'wrong')
  const wrong = firstWrong && { ...firstWrong, row: first!, ratios: ratiosAt(firstWrong.sample ?? 0, calls) }
  return {
    grade: { name, values: rows.length, right: count('right'), follow: count('follows'), wrong },
    calls,
  }
}

/** What is wrong with an answer before its numbers are; the ledger tells how many numbers there must be. */
function complaintAbout(answer: unknown): string | null {
  if (answer === null || answer === undefined) return `returned ${answer}: it is not done yet`
  const row = Array.isArray(answer) ? answer.findIndex((value) => typeof value === 'object') : -1
  return row < 0 ? null : `must give one number for each neuron, not a row: it gave one at position ${row}`
}

/** Each value beside what it should have been from the same inputs. */
function ratiosAt(sample: number, calls: readonly Call[]): LayerRatios[] {
  const ofSample = calls.filter(({ inputs }) => inputs.sample === sample)
  const layers = [...new Set(ofSample.map(({ layer }) => layer))]
  return layers.map((layer) => {
    const { answer, right } = ofSample.find((call) => call.layer === layer)!
    return { layer, values: ratiosOf(answer, right) }
  })
}
