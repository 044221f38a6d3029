/** @file Gradient descent on a curve: from 6, from 0, from 6.5. Imports core, the step's helpers, quartic.ts and descent-figures.ts. */
import { grad, type Tensor } from '@tapegrad/core'
import { close, holds, showChecks } from '../check.ts'
import { numbersTable, short, six } from '../format.ts'
import { double } from '../network.ts'
import type { Step } from '../step.ts'
import { farFigure, nearFigure } from './descent-figures.ts'
import { curvatureAt, curveAt, descend, PRECISION, RATE, slopeAt } from './quartic.ts'

const onTape = (x: Tensor): Tensor => x.pow(4).sub(x.pow(3).mul(3)).add(2)
const slopeByAutograd = grad(onTape)

const byAutograd = (start: number): number[] => descend(start, (x) => slopeByAutograd(double(x)).item())

export const descentStep: Step = {
  title: 'Gradient descent on x⁴ - 3x³ + 2',
  ours: false,
  async run({ terminal, figure: save }) {
    const { paragraph, print } = terminal
    const starts = [6, 0, 6.5]
    const [six0, zero, far] = starts.map(byAutograd) as [number[], number[], number[]]
    paragraph(
      `  x ← x - ${RATE} f'(x), f'(x) = 4x³ - 9x², until a step is no longer than ${PRECISION}. tapegrad's grad gives f'. From 6:`,
    )
    print()
    printPath(six0, terminal)
    print()
    numbersTable(
      terminal,
      ['start', 'steps', 'ends at', 'f there', "f' there"],
      [six0, zero, far].map((path) => {
        const end = path.at(-1)!
        return [String(path[0]), String(path.length - 1), six(end), six(curveAt(end)), six(slopeAt(end))]
      }),
    )
    print()
    paragraph(
      `  From 6 the first step is 5.4 long and happens to land on the right side; the rest is a walk down to the minimum at 2.25. There f'' is ${short(curvatureAt(2.25))}, ` +
        `so a step takes the distance times 1 - ${RATE}·${short(curvatureAt(2.25))} = ${short(1 - RATE * curvatureAt(2.25))}: the last step, ${short(six0.at(-1)! - six0.at(-2)!, 1)}, leaves ${short(2.25 - six0.at(-1)!, 2)}.`,
    )
    print()
    paragraph(
      `  From 0 nothing moves: f'(0) = 0. But 0 is no minimum: f(-0.1) = ${six(curveAt(-0.1))}, f(0) = 2, f(0.1) = ${six(curveAt(0.1))}: the curve falls through. f''(0) is 0, too: an inflection point. ` +
        'A zero gradient says that the ground is level, not that it is the lowest.',
    )
    print()
    const flat = Math.sqrt(PRECISION / (9 * RATE))
    paragraph(
      `  From 6.5 the first step is ${RATE}·${short(slopeAt(6.5))} = ${short(RATE * slopeAt(6.5))} long: over the valley, to ${short(far[1]!)}. From there x creeps to the right, down a slope that flattens: near 0 f' is about -9x², ` +
        `and a step of ${RATE}·9x² is no longer than ${PRECISION} from |x| = ${short(flat, 3)} on. It ends at ${short(far.at(-1)!, 3)}, where f is ${six(curveAt(far.at(-1)!))}: the minimum has ${six(curveAt(2.25))}. ` +
        `A stricter precision of 1e-7 would stop at ${short(descend(6.5, slopeAt, 1e-7).at(-1)!, 3)}: x never gets past 0.`,
    )
    showChecks(terminal, [
      holds('from 6: 70 steps', six0.length - 1 === 70),
      close('from 6: it ends at 2.249965, to six digits', six0.at(-1)!, 2.249965, 5e-7),
      close('from 0: it ends at 0 after one step of length 0', zero, [0, 0], 0),
      holds(
        "0 is no minimum: f' and f'' are 0 there, and f falls on through it",
        slopeAt(0) === 0 && curvatureAt(0) === 0 && curveAt(-0.1) > 2 && curveAt(0.1) < 2,
      ),
      close('from 6.5: it ends near -0.0105', far.at(-1)!, -0.0105, 5e-5),
      holds('from 6.5: all after the start are below 0, each to the right of the one before', creeps(far)),
      ...[six0, far].map((path) =>
        close(
          `from ${path[0]}: autograd's f' is 4x³ - 9x² at all ${path.length} places`,
          path.map((x) => slopeByAutograd(double(x)).item()),
          path.map(slopeAt),
          // f' goes up to 718, which float64 holds to 1e-13; a few operations round.
          1e-11,
        ),
      ),
    ])
    save('descent-far', await farFigure([six0, far]))
    save('descent-near', await nearFigure([six0, far, zero]))
  },
}

const creeps = (path: readonly number[]): boolean =>
  path.slice(1).every((x, i, rest) => x < 0 && (i === 0 || x > rest[i - 1]!))

function printPath(path: readonly number[], terminal: Parameters<typeof numbersTable>[0]): void {
  const last = path.length - 1
  const shown = [1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 60, last]
  numbersTable(
    terminal,
    ['step', 'from x', "f'(x)", "-0.01 f'(x)", 'to x'],
    shown.map((k) => {
      const [x, next] = [path[k - 1]!, path[k]!]
      return [String(k), six(x), six(slopeAt(x)), six(-RATE * slopeAt(x)), six(next)]
    }),
    0,
  )
}
