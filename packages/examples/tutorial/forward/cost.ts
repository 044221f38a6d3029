/** @file The cost: half the squared distance, and its mean over samples. Imports core, nn, the step's helpers. */
import { grad, type Tensor } from '@tapegrad/core'
import { mse } from '@tapegrad/nn'
import { close, showChecks } from '../check.ts'
import { list, numbersTable, short, six } from '../format.ts'
import { double, forwardByLoops, forwardVectorised, INPUT, NETWORK, tensorLayers } from '../network.ts'
import type { Step } from '../step.ts'

/** Inputs and targets; the first is the network's usual input. */
const SAMPLES = [
  { x: INPUT, y: 1 },
  { x: [-1, 0.5, -2], y: 0 },
  { x: [0.5, -1, 1], y: 1 },
] as const

/** J = 1/2 ||y - h||², of a prediction or of a batch of them summed. */
const halfSquare = (h: Tensor, y: Tensor): Tensor => mse(h, y, { reduction: 'sum', scale: 0.5 })

const halfSquareOf = (y: readonly number[], h: readonly number[]): number =>
  y.reduce((sum, value, i) => sum + (value - h[i]!) ** 2, 0) / 2

export const costStep: Step = {
  title: 'The cost: J = 1/2 ||y - h||², and its mean',
  ours: true,
  run({ terminal }) {
    const { paragraph, print, colors } = terminal
    paragraph(
      '  How wrong is the network? J of one sample is half the squared distance from its output h to the target y. For three samples through 3-3-1:',
    )
    print()
    const outputs = SAMPLES.map(({ x }) => forwardByLoops(NETWORK, x).at(-1)!.h[0]!)
    const costs = SAMPLES.map(({ y }, s) => halfSquareOf([y], [outputs[s]!]))
    numbersTable(
      terminal,
      ['x', 'y', 'h', 'y - h', 'J = ½ (y - h)²'],
      SAMPLES.map(({ x, y }, s) => [
        list(x),
        String(y),
        six(outputs[s]!),
        six(y - outputs[s]!),
        six(costs[s]!),
      ]),
    )
    const mean = costs.reduce((sum, cost) => sum + cost) / costs.length
    print()
    paragraph(
      `  The cost of the whole set is the mean: (${costs.map(six).join(' + ')}) / 3 = ${colors.bold(six(mean))}. A mean, so that a larger set does not ask for a smaller step.`,
    )
    const [y, h] = [
      [1, 0],
      [0.8, 0.3],
    ] as const
    const [squares, two] = [y.map((value, i) => (value - h[i]!) ** 2), halfSquareOf(y, h)]
    print()
    paragraph(
      `  With several outputs ||y - h||² adds their squares: y = ${list(y)}, h = ${list(h)} give ½ (${squares.map((x) => short(x)).join(' + ')}) = ${short(two)}. ` +
        `The ½ cancels the 2 of the derivative: dJ/dh = -(y - h) = ${list(y.map((value, i) => h[i]! - value))}.`,
    )
    const batch = forwardVectorised(tensorLayers(NETWORK), double(SAMPLES.map(({ x }) => x))).at(-1)!.h
    const targets = double(SAMPLES.map((sample) => [sample.y]))
    const slope = grad((output: Tensor) => halfSquare(output, double(y)))(double(h))
    showChecks(terminal, [
      close(
        "mse(h, y, { reduction: 'sum', scale: 0.5 }) / 3 is the mean of the three",
        Number(halfSquare(batch, targets).div(3).item()),
        mean,
        1e-15,
      ),
      close(
        'so is mse(h, y, { scale: 0.5 }), as long as there is one output',
        Number(mse(batch, targets, { scale: 0.5 }).item()),
        mean,
        1e-15,
      ),
      close(
        'the cost of two outputs is 0.065',
        [two, Number(halfSquare(double(h), double(y)).item())],
        [0.065, 0.065],
        1e-15,
      ),
      close(
        "autograd's dJ/dh is -(y - h)",
        Array.from(slope.data),
        y.map((value, i) => -(value - h[i]!)),
        1e-15,
      ),
    ])
  },
}
