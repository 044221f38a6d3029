/** @file What the notes leave open: more hidden layers, where the recursion comes from, dJ/dh. Imports the files beside it. */
import { showChecks } from '../check.ts'
import { numbersTable, products, short } from '../format.ts'
import { double } from '../network.ts'
import type { Step } from '../step.ts'
import { agreement, finiteDifferences } from './agreement.ts'
import { both } from './autograd.ts'
import { costOfShifts } from './cost.ts'
import { DEEPER, ONE_SAMPLE, THREE_OUTPUTS, THREE_SAMPLE } from './networks.ts'
import { backpropagate, slopeOf } from './plain.ts'
import { code, type Line, layerText, workings } from './working.ts'

export const deeperStep: Step = {
  title: 'Does it hold with more hidden layers?',
  ours: false,
  run({ terminal }) {
    const { paragraph, print } = terminal
    const [byHand, byTape] = both(DEEPER, ONE_SAMPLE)
    const { delta, z } = byHand
    const layers = [5, 4, 3, 2]
    const shifts = layers.map((l) => double(z[l]!.map(() => 0))).reverse()
    const differences = finiteDifferences(costOfShifts(DEEPER, ONE_SAMPLE), shifts)
    // The inputs of the cost go from layer 2 to layer 5, so layer l begins after 3 (l - 2) numbers.
    const numericOf = (l: number, j: number): number => differences[3 * (l - 2) + j]!
    paragraph(
      '  Yes. The formula for δ(l) asks for nothing but the layer above. Four layers of weights, 3-3-3-3-1: the 3-3-3 network, with its W(2) and b(2), and two layers more, ' +
        `${[3, 4].map((l) => layerText(DEEPER, l)).join(', ')}; y = 1. From the output back:`,
    )
    print()
    numbersTable(
      terminal,
      ['', 'by hand', 'autograd', 'finite difference'],
      layers.flatMap((l) =>
        delta[l]!.map((value, j) => [
          `δ${j + 1}(${l})`,
          short(value),
          short(byTape.delta[l]![j]!),
          short(numericOf(l, j)),
        ]),
      ),
    )
    const largest = layers.map((l) => short(Math.max(...delta[l]!.map(Math.abs)), 2))
    print()
    paragraph(
      `  The finite difference of δ_j(l): add a little to z_j(l), and look how J changes. The largest |δ| of each layer, from layer 5 to 2, is ${largest.join(', ')}: every f' is at most 1/4, so with weights like these δ shrinks on its way back, and the first layers learn slowly.`,
    )
    const upward = layers.toReversed()
    showChecks(terminal, [
      agreement('all δ, by hand and autograd', delta, byTape.delta),
      agreement('all weight and bias gradients', [byHand.dW, byHand.db], [byTape.dW, byTape.db]),
      agreement(
        'all δ by finite differences',
        upward.map((l) => delta[l]!),
        differences,
        1e-8,
      ),
    ])
  },
}

export const recursionStep: Step = {
  title: 'Where does the recursion come from?',
  ours: false,
  run({ terminal }) {
    const { paragraph, print } = terminal
    const [{ delta, h }, { delta: taped }] = both(DEEPER, ONE_SAMPLE)
    const slope = (l: number, i: number): number => slopeOf(h[l]![i]!)
    const weight = (l: number, i: number, j: number): number => DEEPER[l - 1]!.weight[i]![j]!
    /** dz_i(l+1)/dz_j(l): one piece of a path. */
    const piece = (l: number, i: number, j: number): number => weight(l, i, j) * slope(l, j)
    paragraph(
      '  J knows z1(4) only through the z of layer 5, z1(3) only through those of layer 4, and so on. So the chain rule sums over all nodes i of the layer above:',
    )
    print('\n  dJ/dz_j(l) = Σ_i dJ/dz_i(l+1) · dz_i(l+1)/dz_j(l)')
    print("  δ_j(l)     = Σ_i δ_i(l+1) · w_ij(l) f'(z_j(l))\n")
    paragraph(
      '  The second factor comes from z_i(l+1) = Σ_j w_ij(l) f(z_j(l)) + b_i(l). This is the recursion: it hands on sums. ' +
        'Written out to the end it is one sum over paths. From z1(2) of the 3-3-3-3-1 of the step before to the output there are nine; the one through z2(3) and z3(4):',
    )
    const path = (i: number, k: number): number =>
      piece(2, i, 0) * piece(3, k, i) * piece(4, 0, k) * delta[5]![0]!
    const example = [piece(2, 1, 0), piece(3, 2, 1), piece(4, 0, 2), delta[5]![0]!]
    const factors = example.map((x) => (x < 0 ? `(${short(x)})` : short(x))).join('·')
    print()
    print('    dz2(3)/dz1(2) · dz3(4)/dz2(3) · dz1(5)/dz3(4) · δ1(5)')
    print(`    = ${factors} = ${short(path(1, 2))}\n`)
    const nodes = [0, 1, 2]
    const table = nodes.map((i) => nodes.map((k) => path(i, k)))
    const sums = table.map((row) => row.reduce((a, b) => a + b))
    const total = sums.reduce((a, b) => a + b)
    const terms = nodes.map((i) => delta[3]![i]! * piece(2, i, 0))
    const millionths = (x: number): string => (1e6 * x).toFixed(4)
    numbersTable(
      terminal,
      ['10^-6', ...nodes.map((k) => `via z${k + 1}(4)`), 'sum', 'recursion'],
      table.map((row, i) => [
        `via z${i + 1}(3)`,
        ...row.map(millionths),
        ...[sums[i]!, terms[i]!].map(millionths),
      ]),
    )
    print()
    paragraph(
      `  Their sum is ${short(total)}, and by the recursion δ1(2) = ${short(delta[2]![0]!)}. The paths of a row share their first piece, dz_i(3)/dz1(2); what follows sums to δ_i(3), which the recursion has already: the last column is δ_i(3) times that piece. ` +
        'With n nodes in each of L layers there are some n^L paths, but only some L n² weights.',
    )
    showChecks(terminal, [
      agreement('the sum over nine paths and the recursion', total, delta[2]![0]!),
      agreement('the sum over nine paths and autograd', total, taped[2]![0]!),
      agreement('rows of the table and the recursion', sums, terms),
    ])
  },
}

/** The lines of `Σ_i w_ij δ_i` for each node of layer l. */
function errorLines(l: number): Line[] {
  const [byHand, byTape] = both(THREE_OUTPUTS, THREE_SAMPLE)
  return byHand.dh[l]!.map((value, j) => ({
    name: `dJ/dh${j + 1}(${l})`,
    numbers: products(
      THREE_OUTPUTS[l - 1]!.weight.map((row) => row[j]!),
      byHand.delta[l + 1]!,
    ),
    value,
    autograd: byTape.dh[l]![j]!,
  }))
}

export const outputSlopeStep: Step = {
  title: 'What is dJ/dh?',
  ours: false,
  run({ terminal }) {
    const { paragraph, print } = terminal
    const [byHand, byTape] = both(THREE_OUTPUTS, THREE_SAMPLE)
    paragraph(
      '  dJ/dh_j(l) is how J changes with the output of a node. At the output layer it is -(y - h(nl)). Below, h_j(l) goes into every z_i(l+1), with weight w_ij(l), so it is the sum in the parentheses of the hidden δ. On 3-3-3:',
    )
    print()
    workings(terminal, 'dJ/dh(2) = W(2)^T δ(3)', errorLines(2))
    print()
    workings(terminal, 'dJ/dh(1) = W(1)^T δ(2)', errorLines(1).slice(0, 1))
    paragraph('  and the same for inputs 2 and 3, as the columns of W(1) are equal.')
    print()
    paragraph(
      "  Times the slope of the node it is δ: δ(l) = dJ/dh(l) ⊙ f'(z(l)), node by node. So one layer back is two moves, first W^T, then f'. " +
        'And dJ/dh(1) is dJ/dx: the inputs have a gradient too, though nobody trains them.',
    )
    print()
    paragraph('  In code, h keeps its gradient as z does; after J.backward(), h[2].grad is dJ/dh(2):')
    code(terminal, ['h[l + 1] = z[l + 1]!.sigmoid().retainGrad()'])
    const { x, y } = THREE_SAMPLE
    const step = 1e-5
    const moved = [-step, step].map(
      (by) => backpropagate(THREE_OUTPUTS, { x: [x[0]! + by, x[1]!, x[2]!], y }).J,
    )
    showChecks(terminal, [
      agreement('all dJ/dh, by hand and autograd', byHand.dh, byTape.dh),
      agreement(
        "dJ/dh(2) ⊙ f'(z(2)) and δ(2)",
        byHand.dh[2]!.map((value, j) => value * slopeOf(byHand.h[2]![j]!)),
        byTape.delta[2]!,
      ),
      // The rounding of J, some 1e-17, divided by the two steps, is some 1e-9 of this slope.
      agreement('dJ/dh1(1) by moving x1', (moved[1]! - moved[0]!) / (2 * step), byTape.dh[1]![0]!, 1e-7),
    ])
  },
}
