/** @file The first half: Newton's method beside gradient descent. Imports the files of this folder and common/. */
import { progressOf } from '../common/progress.ts'
import { plainTable } from '../common/table.ts'
import type { Terminal } from '../common/terminal.ts'
import {
  apart,
  hessian,
  hessianByDifferences,
  hessianVectorProduct,
  numbers,
  transposed,
  vector,
} from './curvature.ts'
import { convergenceFigure } from './figures.ts'
import { conjugateGradients, eigenvalues, length, plus } from './linear-algebra.ts'
import { descend, type NewtonPoint, newton, type Point } from './newton.ts'
import { column, network, type Points, type Problem, problemOf } from './problem.ts'
import { right, type Save, scientific } from './text.ts'

/** Both methods stop at a gradient of this length. */
const TOLERANCE = 1e-12
const DECAY = 1e-3
const MOST_NEWTON_STEPS = 100

/** 13 points on a bump, which is not in their middle: else the flattest direction hardly takes part in the descent. */
function bump(): Points {
  const x = Array.from({ length: 13 }, (_, i) => -3 + i / 2)
  return { x: column(x), y: column(x.map((value) => Math.exp(-((value - 0.5) ** 2)))) }
}

export interface NewtonFlags {
  readonly seed: number
  readonly rate: number
  readonly steps: number
}

/** The first half of the example. */
export async function newtonPart(flags: NewtonFlags, terminal: Terminal, save: Save): Promise<void> {
  const { print, paragraph, colors } = terminal
  const problem = problemOf(network(2, flags.seed, 1), bump(), DECAY)
  print(colors.bold("Newton's method on a network's loss"))
  print()
  paragraph(
    `  A 1-2-1 tanh network, ${problem.start.size} parameters θ, fitted to 13 points of exp(-(x - ½)²); ` +
      `loss = mean squared error + ${DECAY} |θ|², float64.`,
    2,
  )
  showHessian(problem, terminal)

  const path = newton(problem.loss, problem.start, TOLERANCE, MOST_NEWTON_STEPS)
  const progress = progressOf('step', flags.steps, { ...terminal, print: () => undefined })
  const settings = { rate: flags.rate, tolerance: TOLERANCE, mostSteps: flags.steps }
  const descent = descend(problem.loss, problem.start, settings, ({ step, norm }) =>
    progress.update(step, `gradient ${scientific(norm)}`),
  )
  progress.stop()
  showPaths(path, descent, terminal)
  showRates(problem, path, descent, flags, terminal)
  print()
  const steps = `Newton ${path.at(-1)!.step} steps, gradient descent ${descent.at(-1)!.step.toLocaleString('en')}`
  save(
    'convergence',
    await convergenceFigure(path, descent, {
      title: "Newton's method beside gradient descent",
      subtitle: `1-2-1 tanh network, seed ${flags.seed}, rate ${flags.rate}: ${steps}`,
    }),
  )
}

function showHessian({ loss, start }: Problem, { print, paragraph, colors }: Terminal): void {
  const H = hessian(loss, start)
  const spectrum = eigenvalues(H)
  const negative = spectrum.filter((value) => value < 0).length
  print(`\n${colors.bold('The Hessian at the start')}`)
  paragraph('  Column j is jvp(grad(loss), [θ], [e_j]): forward mode over reverse mode.', 2)
  print(plainTable(H.map((row) => row.map((value) => right(value.toFixed(4))))))
  print(`  symmetric to ${scientific(apart(H, transposed(H)))} of its largest entry`)
  print(`  differences of the gradient agree to ${scientific(apart(H, hessianByDifferences(loss, start)))}`)
  paragraph(`  eigenvalues ${spectrum.map((value) => value.toFixed(3)).join(', ')}`, 14)
  paragraph(
    negative === 0
      ? '  All are above 0 here.'
      : `  ${negative} of ${spectrum.length} are below 0: the loss curves down along those directions, and Newton's step -H⁻¹ g would lead towards a saddle or a maximum. ` +
          'So the step is damped (Levenberg): solve (H + d I) p = g with d in proportion to |g|, more while H + d I has no Cholesky factor or the loss does not fall. ' +
          "A large d makes a short gradient step; at the minimum |g| fades away, d with it, and the steps are Newton's own.",
    2,
  )
}

const lossText = (loss: number): string => (loss < 1000 ? loss.toFixed(10) : scientific(loss))

function showPaths(
  path: readonly NewtonPoint[],
  descent: readonly Point[],
  { print, colors }: Terminal,
): void {
  const { bold, dim } = colors
  print(`\n${bold('Step by step')}`)
  const head = ['step', 'Newton: loss', '|g|', 'damping d', 'retries', 'descent: loss', '|g|']
  const rows = path.map(({ step, loss, norm, damping, rejected }) => {
    const other = descent[step]
    return [
      right(String(step)),
      right(lossText(loss)),
      right(scientific(norm)),
      right(damping === null ? '' : scientific(damping)),
      right(damping === null ? '' : String(rejected)),
      right(other === undefined ? '' : lossText(other.loss)),
      right(other === undefined ? '' : scientific(other.norm)),
    ]
  })
  print(plainTable([head.map((title) => right(dim(title))), ...rows]))
}

/** Gradients below this are mostly rounding. */
const ROUNDING = 1e-14

/** log |g| of a step over that of the step before. */
export function exponentGrowth(norms: readonly number[]): number[] {
  const logarithms = norms.filter((norm) => norm > ROUNDING).map(Math.log)
  return logarithms.slice(1).map((value, i) => value / logarithms[i]!)
}

const GOALS = [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12]

function showRates(
  { loss }: Problem,
  path: readonly NewtonPoint[],
  descent: readonly Point[],
  { rate, steps }: NewtonFlags,
  { print, paragraph, colors }: Terminal,
): void {
  const { bold, dim } = colors
  const firstBelow = (points: readonly Point[], goal: number): number | null => {
    // A NaN is not below anything.
    const last = points.findLastIndex(({ norm }) => !(norm <= goal)) + 1
    return last < points.length ? last : null
  }
  print(`\n${bold('How many steps until |g| stays below')}`)
  const cells = GOALS.map((goal) => {
    const [ours, theirs] = [firstBelow(path, goal), firstBelow(descent, goal)]
    return [
      right(scientific(goal, 0)),
      right(ours === null ? 'not reached' : String(ours)),
      right(theirs === null ? `more than ${steps.toLocaleString('en')}` : theirs.toLocaleString('en')),
    ]
  })
  print(plainTable([['|g|', 'Newton', 'gradient descent'].map((title) => right(dim(title))), ...cells]))
  print()

  const end = path.at(-1)!
  const H = hessian(loss, end.theta)
  const spectrum = eigenvalues(H)
  const [least, most] = [spectrum[0]!, spectrum.at(-1)!]
  const tail = path.map(({ norm }) => norm).filter((norm) => norm < 1e-3)
  const growth = exponentGrowth(tail)
  paragraph(
    `  Newton at the end: |g| = ${tail.map((norm) => scientific(norm)).join(', ')}. ` +
      (growth.length === 0
        ? ''
        : `From step to step its exponent is multiplied by ${growth.map((ratio) => ratio.toFixed(2)).join(', ')}: ` +
          'for quadratic convergence that tends to 2, a doubling, until rounding (some 1e-16) stops it.'),
    2,
  )
  const limit = 2 / most
  const near = `  Gradient descent: near the minimum the eigenvalues of H go from ${least.toFixed(4)} to ${most.toFixed(2)}. `
  const digit = Math.round(-Math.log(10) / Math.log(1 - rate * least)).toLocaleString('en')
  paragraph(
    near +
      (rate < limit
        ? `A step multiplies the error along the flattest direction by 1 - ${rate}·${least.toFixed(4)}: ${digit} steps for each digit. ` +
          `A rate above 2 / ${most.toFixed(2)} = ${limit.toFixed(2)} would not converge.`
        : `A rate above 2 / ${most.toFixed(2)} = ${limit.toFixed(2)} does not converge, and ${rate} is one.`),
    2,
  )
  const [before, after] = [path[0]!, path[1]]
  if (after === undefined) return
  const step = plus(numbers(before.theta), numbers(after.theta), -1)
  const product = (v: readonly number[]): number[] =>
    plus(numbers(hessianVectorProduct(loss, before.theta, vector(v))), v, after.damping!)
  const { x, products } = conjugateGradients(product, before.gradient)
  const difference = length(plus(x, step, -1)) / length(step)
  paragraph(
    `  Without H: conjugate gradients find the first step from ${products} products H v alone, for ${step.length} parameters, the same to ${scientific(difference)}. ` +
      'So Newton goes on where a full Hessian would not fit.',
    2,
  )
}
