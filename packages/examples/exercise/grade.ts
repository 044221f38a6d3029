/** @file Grading: a student's function in the place of the formula, in the ledgers of two networks. Imports core, nn, article/network.ts, common/cli.ts and tasks.ts. */
import { Generator, rand, type Tensor } from '@tapegrad/core'
import { Dense, type FirstWrong, type LedgerRow, ledger, mse, Sequential, Sigmoid } from '@tapegrad/nn'
import { articleNetwork, articleSample } from '../article/network.ts'
import { UserError } from '../common/cli.ts'
import type { Guess, Task } from './tasks.ts'

interface Case {
  readonly name: string
  readonly model: Sequential
  readonly x: Tensor
  readonly y: Tensor
}

/** What one network says about an answer. */
export interface Grade {
  readonly name: string
  /** Values that the function gave, and how many of them are right. */
  readonly values: number
  readonly right: number
  readonly wrong: (FirstWrong & { readonly row: LedgerRow; readonly guess: string | null }) | null
}

const HALF = { reduction: 'sum', scale: 0.5 } as const
const halfSquares = (prediction: Tensor, target: Tensor): Tensor => mse(prediction, target, HALF)

/** Numbers without symmetry: mistakes must not cancel in them. */
function cases(): Case[] {
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
      name: "one sample, the article's 2-3-2-1 network with its weights and biases divided by 4",
      model: articleNetwork({ gentle: true }),
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

/** One call of the student's function. */
interface Call {
  readonly inputs: object
  readonly answer: unknown
}

type Own = (layer: number, inputs: object) => unknown

/** Grades the function that `module` exports; `file` is its name in messages. */
export function grade(task: Task, module: object, file: string): Grade[] {
  const own = (module as Record<string, unknown>)[task.exported]
  if (typeof own !== 'function') throw new UserError(`${file} exports no function ${task.exported}`)
  return cases().map((each) => gradeCase(task, own as Own, file, each))
}

function gradeCase(task: Task, own: Own, file: string, { name, model, x, y }: Case): Grade {
  const calls: Call[] = []
  const called = (layer: number, inputs: object): number[] => {
    const answer = run(() => own(layer, inputs), `${file}: ${task.exported}(${layer}, ...)`)
    calls.push({ inputs, answer })
    return answer as number[]
  }
  const report = ledger(model, x, y, { loss: halfSquares, [task.exported]: called })
  const rows = report.rows.filter(({ quantity }) => quantity === task.quantity)
  const { firstWrong } = report
  // A number that follows from a wrong one is not wrong by itself, but not right either.
  const right = rows.filter(({ status }) => status === 'right').length
  if (firstWrong === null) return { name, values: rows.length, right, wrong: null }
  const row = report.rows.find(({ status }) => status === 'wrong')!
  const guess = firstWrong.bug === null ? guessOf(task.guesses, calls) : null
  return { name, values: rows.length, right, wrong: { ...firstWrong, row, guess } }
}

/** What the student's function returns; what it throws, and nothing at all, are told in one line. */
function run(call: () => unknown, where: string): unknown {
  let answer: unknown
  try {
    answer = call()
  } catch (error) {
    throw new UserError(`${where} threw: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (answer === null || answer === undefined)
    throw new UserError(`${where} returned ${answer}: it is not done yet`)
  return answer
}

/** The guess that gives what the student's function gave, at each call. */
function guessOf(guesses: readonly Guess[], calls: readonly Call[]): string | null {
  const explains = ({ answer }: Guess): boolean =>
    calls.every((call) => {
      const [guessed, given] = [answer(call.inputs as never), call.answer as readonly number[]]
      return guessed.every((value, i) => Math.abs(value - given[i]!) <= 1e-9 * Math.abs(value))
    })
  return guesses.find(explains)?.text ?? null
}
