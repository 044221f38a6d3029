/** @file One step of gradient descent on all parameters, by hand and by nn's SGD. Imports nn and the files beside it. */
import { mse, SGD } from '@tapegrad/nn'
import { showChecks } from '../check.ts'
import { list, numbersTable, short } from '../format.ts'
import { double, NETWORK, type PlainLayer } from '../network.ts'
import type { Step } from '../step.ts'
import { agreement } from './agreement.ts'
import { modelOf, plainOf } from './model.ts'
import { ONE_SAMPLE } from './networks.ts'
import { backpropagate, descend } from './plain.ts'
import { code } from './working.ts'

const ALPHA = 0.25

/** Weights and biases as numbers to compare. */
const parameters = (network: readonly PlainLayer[]): (readonly (number | readonly number[])[])[] =>
  network.map(({ weight, bias }) => [...weight, bias])

/** The step that a reader would write; the network after it. */
function stepByOptimizer(alpha: number): PlainLayer[] {
  const model = modelOf(NETWORK)
  const optimizer = new SGD(model.parameters(), { lr: alpha })
  const [x, y] = [double(ONE_SAMPLE.x), double(ONE_SAMPLE.y)]
  const J = mse(model.call(x), y, { reduction: 'sum', scale: 0.5 })
  J.backward()
  optimizer.step()
  return plainOf(model)
}

export const descentStep: Step = {
  title: 'The gradient descent step',
  ours: false,
  run({ terminal }) {
    const { paragraph, print } = terminal
    const before = backpropagate(NETWORK, ONE_SAMPLE)
    const next = descend(NETWORK, before, ALPHA)
    const after = backpropagate(next, ONE_SAMPLE)
    print('  W(l) = W(l) - α dJ/dW(l)      b(l) = b(l) - α dJ/db(l)\n')
    const [old, slope, moved] = [NETWORK[1]!.weight[0]![1]!, before.dW[2]![0]![1]!, next[1]!.weight[0]![1]!]
    paragraph(
      `  On 3-3-1 with y = 1 and α = ${ALPHA}, all 16 parameters at once, all from gradients of the old network. For the weight of the first step:`,
    )
    print(`    w12(2) = ${old} - ${ALPHA}·(${short(slope)}) = ${short(moved)}\n`)
    const rows = [1, 2].flatMap((l) => [
      ...NETWORK[l - 1]!.weight.map((row, i) => [
        `W(${l}) row ${i + 1}`,
        list(row),
        `[${next[l - 1]!.weight[i]!.map((w) => w.toFixed(6)).join(', ')}]`,
      ]),
      [`b(${l})`, list(NETWORK[l - 1]!.bias), `[${next[l - 1]!.bias.map((b) => b.toFixed(6)).join(', ')}]`],
    ])
    numbersTable(terminal, ['', 'before', 'after'], rows, 3)
    const squares = [before.dW, before.db].flat(4).reduce((sum, value) => sum + value ** 2, 0)
    print()
    paragraph(
      `  J falls from ${short(before.J)} to ${short(after.J)}, by ${short(before.J - after.J)}; h1(3) rises from ${short(before.h[3]![0]!)} to ${short(after.h[3]![0]!)}. ` +
        `The gradient predicts α |dJ|² = ${short(ALPHA * squares)}, α times the sum of the squares of all 16 slopes; the rest is curvature.`,
    )
    print('\n  The same with nn:')
    code(terminal, [
      'const optimizer = new SGD(model.parameters(), { lr: alpha })',
      "const J = mse(model.call(x), y, { reduction: 'sum', scale: 0.5 })",
      'J.backward()',
      'optimizer.step()',
    ])
    const tiny = 1e-4
    const drop = before.J - backpropagate(descend(NETWORK, before, tiny), ONE_SAMPLE).J
    showChecks(terminal, [
      agreement(
        "after the step, by hand and by nn's SGD",
        parameters(next),
        parameters(stepByOptimizer(ALPHA)),
      ),
      // What is left is curvature, which grows with α: a hundredth of it at a hundredth of the step.
      agreement(`α = ${tiny}: the drop of J and α |dJ|²`, drop, tiny * squares, 1e-4),
    ])
  },
}
