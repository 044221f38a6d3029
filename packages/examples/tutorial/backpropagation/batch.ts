/** @file The batch loop: mean gradients, the whole algorithm, and a short training run. Imports nn and the files beside it. */
import { mse, SGD } from '@tapegrad/nn'
import { holds, showChecks } from '../check.ts'
import { numbersTable, short } from '../format.ts'
import { double, NETWORK } from '../network.ts'
import type { Step } from '../step.ts'
import { agreement } from './agreement.ts'
import { numbersOf } from './autograd.ts'
import { costFigure } from './figures.ts'
import { modelOf, plainOf } from './model.ts'
import { backpropagate, descend, meanGradient, type Sample } from './plain.ts'
import { code } from './working.ts'

const BITS = [0, 1]

/** Three inputs of 0 or 1, and what most of them are. */
export const MAJORITY: readonly Sample[] = BITS.flatMap((a) =>
  BITS.flatMap((b) => BITS.map((c) => ({ x: [a, b, c], y: [a + b + c > 1 ? 1 : 0] }))),
)

const ALPHA = 4
const STEPS = 1000
const SHOWN = [0, 1, 10, 100, 300, 1000]

/** Training as a reader would write it: the cost before each step and after the last, and the model. */
function train(samples: readonly Sample[], steps: number) {
  const model = modelOf(NETWORK)
  const optimizer = new SGD(model.parameters(), { lr: ALPHA })
  const [X, Y] = [double(samples.map(({ x }) => x)), double(samples.map(({ y }) => y))]
  const costs: number[] = []
  const firstGradient: number[][] = []
  for (let step = 0; step <= steps; step++) {
    const J = mse(model.call(X), Y, { scale: 0.5 })
    costs.push(J.item())
    if (step === steps) break
    optimizer.zeroGrad()
    J.backward()
    if (step === 0) for (const { grad } of model.parameters()) firstGradient.push(numbersOf(grad!))
    optimizer.step()
  }
  return { costs, firstGradient, network: plainOf(model) }
}

export const batchStep: Step = {
  title: 'The batch loop, and the whole algorithm',
  ours: true,
  async run({ terminal, figure: save }) {
    const { paragraph, print } = terminal
    paragraph('  The cost of m samples is their mean cost, so the gradient is the mean of theirs:')
    print(`
  repeat, step by step:
    ΔW(l) = 0 and Δb(l) = 0 for all layers l
    for each of the m samples: feed forward, δ(nl), then δ(l) back to δ(2)
      ΔW(l) = ΔW(l) + δ(l+1) h(l)^T and Δb(l) = Δb(l) + δ(l+1)
    W(l) = W(l) - α ΔW(l) / m
    b(l) = b(l) - α Δb(l) / m
`)
    paragraph('  The inner loop is one pass over a batch, one sample a row; mse takes the mean:')
    code(terminal, [
      'const J = mse(model.call(X), Y, { scale: 0.5 })',
      'optimizer.zeroGrad()',
      'J.backward()',
      'optimizer.step()',
    ])
    print()
    paragraph(
      `  3-3-1 learns what most of three bits are: ${MAJORITY.length} samples, α = ${ALPHA}, from the tutorial's weights.`,
    )
    print()
    const { costs, firstGradient, network } = train(MAJORITY, STEPS)
    numbersTable(
      terminal,
      ['step', ...SHOWN.map(String)],
      [['J', ...SHOWN.map((step) => costs[step]!.toFixed(6))]],
    )
    let byHand = NETWORK
    for (let step = 0; step < STEPS; step++) byHand = descend(byHand, meanGradient(byHand, MAJORITY), ALPHA)
    const answers = MAJORITY.map(({ x }) => backpropagate(network, { x, y: [0] }).h[3]![0]!)
    print()
    numbersTable(
      terminal,
      ['bits', ...MAJORITY.map(({ x }) => x.join(''))],
      [
        ['y', ...MAJORITY.flatMap(({ y }) => y.map(String))],
        ['h1(3)', ...answers.map((value) => value.toFixed(3))],
      ],
    )
    const mean = meanGradient(NETWORK, MAJORITY)
    showChecks(terminal, [
      agreement(
        'the first gradient: mean of 8 samples, and one backward',
        [mean.dW[1]!, mean.db[1]!, mean.dW[2]!, mean.db[2]!],
        firstGradient,
      ),
      holds(
        'the cost falls in every step',
        costs.every((cost, i) => i === 0 || cost < costs[i - 1]!),
      ),
      holds(
        'rounded, the network answers all 8 samples',
        answers.every((value, s) => Math.round(value) === MAJORITY[s]!.y[0]),
      ),
      agreement(
        `after ${STEPS} steps, by loops and by nn`,
        byHand.map(({ weight, bias }) => [...weight, bias]),
        network.map(({ weight, bias }) => [...weight, bias]),
        // A thousand steps pass on each other's rounding.
        1e-9,
      ),
    ])
    save(
      'cost',
      await costFigure(
        costs,
        `3-3-1 on the majority of three bits, α = ${ALPHA}: from ${short(costs[0]!, 3)} to ${short(costs[STEPS]!, 3)}`,
      ),
    )
  },
}
