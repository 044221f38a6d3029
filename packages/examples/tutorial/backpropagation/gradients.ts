/** @file The gradients of weights and biases as outer products. Imports core's tensors and the files beside it. */
import { showChecks } from '../check.ts'
import { numbersTable, short } from '../format.ts'
import { NETWORK } from '../network.ts'
import type { Step } from '../step.ts'
import { agreement, finiteDifferences } from './agreement.ts'
import { both } from './autograd.ts'
import { costOfParameters, parametersOf } from './cost.ts'
import { gradientFigure } from './figures.ts'
import { ONE_SAMPLE } from './networks.ts'

export const gradientStep: Step = {
  title: 'All gradients: dJ/dW(l) = δ(l+1) h(l)^T, dJ/db(l) = δ(l+1)',
  ours: false,
  async run({ terminal, figure: save }) {
    const { paragraph, print } = terminal
    const [byHand, byTape] = both(NETWORK, ONE_SAMPLE)
    const { h, delta, dW, db } = byHand
    paragraph(
      '  dJ/dw_ij(l) = h_j(l) δ_i(l+1): what comes in at the start of the weight, times the δ at its end. For a whole layer it is a table of products, each δ with each h, the outer product:',
    )
    for (const l of [2, 1]) {
      print()
      const titles = h[l]!.map((value, j) => `h${j + 1}(${l}) = ${short(value)}`)
      const rows = dW[l]!.map((row, i) => [
        `δ${i + 1}(${l + 1}) = ${short(delta[l + 1]![i]!)}`,
        ...row.map((value) => short(value)),
      ])
      numbersTable(terminal, [`dJ/dW(${l})`, ...titles], rows)
    }
    print()
    paragraph(
      '  A bias is the weight of an input that is always 1, so its column of the table is δ itself. The tutorial leaves that derivation to the reader; try it: pnpm example exercise.',
    )
    print()
    numbersTable(
      terminal,
      ['bias', 'dJ/db, by hand', 'autograd'],
      [1, 2].flatMap((l) =>
        db[l]!.map((value, i) => [
          `b${i + 1}(${l})`,
          `δ${i + 1}(${l + 1}) = ${short(value)}`,
          short(byTape.db[l]![i]!),
        ]),
      ),
    )
    print()
    paragraph('  After J.backward() all 16 stand in W1.grad, b1.grad, W2.grad and b2.grad.')
    const differences = finiteDifferences(costOfParameters(ONE_SAMPLE), parametersOf(NETWORK))
    showChecks(terminal, [
      agreement('dJ/dW, by hand and autograd', dW, byTape.dW),
      agreement('dJ/db, by hand and autograd', db, byTape.db),
      agreement('all by finite differences', [dW[1]!, db[1]!, dW[2]!, db[2]!], differences, 1e-8),
    ])
    save('gradients', await gradientFigure(ONE_SAMPLE, byHand))
  },
}
