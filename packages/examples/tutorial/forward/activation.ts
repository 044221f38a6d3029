/** @file The sigmoid: what a weight does, what a bias does. Imports core, the step's helpers and common/figure.ts. */
import { grad, type Tensor } from '@tapegrad/core'
import { figure } from '../../common/figure.ts'
import { axis, COLORS, curve, legend } from '../chart.ts'
import { close, holds, showChecks } from '../check.ts'
import { numbersTable, short, six } from '../format.ts'
import { double, sigmoidOf } from '../network.ts'
import type { Step } from '../step.ts'

const WEIGHTS = [0.5, 1, 2]

export const weightStep: Step = {
  title: 'The activation: a sigmoid, and what its weight does',
  ours: false,
  async run({ terminal, figure: save }) {
    const { paragraph } = terminal
    const inputs = [-8, -4, -2, 0, 2, 4, 8]
    paragraph(
      '  f(z) = 1 / (1 + e^-z) takes any number to one between 0 and 1. Here z = w x, for three weights w:',
    )
    terminal.print()
    numbersTable(
      terminal,
      ['x', ...inputs.map(String)],
      WEIGHTS.map((w) => [`w = ${w}`, ...inputs.map((x) => sigmoidOf(w * x).toFixed(4))]),
    )
    terminal.print()
    paragraph(
      `  A larger weight makes the way from 0 to 1 steeper: at x = 0 the slope is w/4, here ${WEIGHTS.map((w) => w / 4).join(', ')}. ` +
        "The derivative needs no new exponential: f' = f (1 - f). Backpropagation will use that.",
    )
    const sum = grad((z: Tensor) => z.sigmoid().sum())
    const [x, slope] = [double(inputs), Array.from(sum(double(inputs)).data)]
    showChecks(terminal, [
      ...WEIGHTS.map((w) =>
        close(
          `w = ${w}: tapegrad gives these ${inputs.length} values, and the slope ${w / 4} at 0`,
          [...x.mul(w).sigmoid().data, grad((t: Tensor) => t.mul(w).sigmoid())(double(0)).item()],
          [...inputs.map((input) => sigmoidOf(w * input)), w / 4],
          1e-15,
        ),
      ),
      close(
        `autograd's f' is f (1 - f) at these ${inputs.length} places`,
        slope,
        inputs.map((z) => sigmoidOf(z) * (1 - sigmoidOf(z))),
        1e-15,
      ),
    ])
    save('sigmoid-weights', await weightsFigure())
  },
}

const weightsFigure = (): Promise<string> =>
  figure(
    { title: 'A larger weight makes the sigmoid steeper', subtitle: 'f(w x), f(z) = 1 / (1 + e^-z)' },
    (Plot) => ({
      x: axis('x'),
      y: { ...axis('f(w x)'), domain: [0, 1], grid: true },
      marks: [
        ...WEIGHTS.map((w, i) =>
          Plot.line(
            curve((x) => sigmoidOf(w * x), -8, 8),
            { x: 'x', y: 'y', stroke: COLORS[i]!, strokeWidth: 2 },
          ),
        ),
        ...legend(
          Plot,
          WEIGHTS.map((w) => `w = ${w}`),
        ),
      ],
    }),
  )

// ── the bias ─────────────────────────────────────────────────────────────────

const STEEP = 5
const BIASES = [-8, 0, 8]
/** Where w x + b = 0. Adding 0 turns -0 into 0. */
const thresholdOf = (b: number): number => -b / STEEP + 0

export const biasStep: Step = {
  title: 'The bias: where the sigmoid switches',
  ours: false,
  async run({ terminal, figure: save }) {
    const { paragraph, print } = terminal
    paragraph(
      `  Now z = w x + b with w = ${STEEP}. The weight stays, the bias moves the curve: f is 0.5 where w x + b = 0, at x = -b/w.`,
    )
    print()
    const rows = BIASES.map((b) => {
      const threshold = thresholdOf(b)
      const at = (x: number): string => six(sigmoidOf(STEEP * x + b))
      return [`b = ${b}`, short(threshold), at(threshold - 1), at(threshold), at(threshold + 1)]
    })
    numbersTable(terminal, ['', 'threshold -b/w', 'f 1 below it', 'f at it', 'f 1 above it'], rows)
    print()
    paragraph(
      '  So a node is a soft `if x > threshold`: near 0 below, near 1 above. The bias sets the threshold, the weight says how sharp the `if` is.',
    )
    const node = (x: number, b: number): number => double(x).mul(STEEP).add(b).sigmoid().item()
    showChecks(terminal, [
      close('the thresholds -b/w are 1.6, 0 and -1.6', BIASES.map(thresholdOf), [1.6, 0, -1.6], 0),
      close(
        'f = 0.5 at each threshold',
        BIASES.map((b) => node(thresholdOf(b), b)),
        [0.5, 0.5, 0.5],
        1e-15,
      ),
      holds(
        'the `if`: f < 0.01 at 1 below, f > 0.99 at 1 above',
        BIASES.every((b) => node(thresholdOf(b) - 1, b) < 0.01 && node(thresholdOf(b) + 1, b) > 0.99),
      ),
    ])
    save('sigmoid-biases', await biasesFigure())
  },
}

const biasesFigure = (): Promise<string> =>
  figure(
    {
      title: 'The bias moves the threshold, where f = 0.5',
      subtitle: `f(w x + b) with w = ${STEEP}; the threshold is x = -b/w: a soft "if x > threshold"`,
    },
    (Plot) => ({
      x: { ...axis('x'), domain: [-4, 4] },
      y: { ...axis('f(w x + b)'), domain: [0, 1], grid: true },
      marks: [
        ...BIASES.flatMap((b, i) => {
          const threshold = thresholdOf(b)
          const mark = { x: threshold, y: 0.5, fill: COLORS[i]! }
          return [
            Plot.link([0], { x: threshold, y1: 0, y2: 0.5, stroke: COLORS[i]!, strokeDasharray: '4 3' }),
            Plot.line(
              curve((x) => sigmoidOf(STEEP * x + b), -4, 4),
              { x: 'x', y: 'y', stroke: COLORS[i]!, strokeWidth: 2 },
            ),
            Plot.dot([0], { ...mark, r: 5 }),
            Plot.text([`x = ${threshold}`], { ...mark, dx: 10, dy: 12, textAnchor: 'start', fontSize: 13 }),
          ]
        }),
        ...legend(
          Plot,
          BIASES.map((b) => `b = ${b}`),
        ),
      ],
    }),
  )
