/** @file δ of the output and of hidden layers, on one output and on three. Imports core's tensors and the files beside it. */
import { showChecks } from '../check.ts'
import { list, products, short } from '../format.ts'
import { NETWORK, type PlainLayer } from '../network.ts'
import type { Step } from '../step.ts'
import { agreement } from './agreement.ts'
import { both } from './autograd.ts'
import { deltaFigure } from './figures.ts'
import { ONE_SAMPLE, THREE_OUTPUTS, THREE_SAMPLE } from './networks.ts'
import { type Quantities, type Sample, slopeOf } from './plain.ts'
import { code, type Line, layerText, workings } from './working.ts'

/** The lines of `-(y - h) h (1 - h)` for each output. */
function outputLines({ y }: Sample, byHand: Quantities, byTape: Quantities): Line[] {
  const last = byHand.h.length - 1
  return byHand.h[last]!.map((h, i) => ({
    name: `δ${i + 1}(${last})`,
    numbers: `-(${y[i]} - ${short(h)})·${short(slopeOf(h))}`,
    value: byHand.delta[last]![i]!,
    autograd: byTape.delta[last]![i]!,
  }))
}

export const outputDeltaStep: Step = {
  title: 'The output delta: δ(nl)',
  ours: false,
  run({ terminal }) {
    const { paragraph, print } = terminal
    const [one, oneTape] = both(NETWORK, ONE_SAMPLE)
    const [three, threeTape] = both(THREE_OUTPUTS, THREE_SAMPLE)
    paragraph(
      '  δ_i(nl) = dJ/dz_i(nl) says how J changes with what goes into output node i; nl is the number of layers, here 3. ' +
        'J sees z_i only through h_i, so there are two factors, and the other outputs do not come in:',
    )
    print()
    workings(terminal, "δ_i(3) = -(y_i - h_i(3)) f'(z_i(3))", outputLines(ONE_SAMPLE, one, oneTape))
    print()
    paragraph(
      `  With three outputs, 3-3-3. The first layer and x stay; the second is our choice: ${layerText(THREE_OUTPUTS, 2)}, y = ${list(THREE_SAMPLE.y)}. Node 1 is as before.`,
    )
    print()
    workings(terminal, "δ_i(3) = -(y_i - h_i(3)) f'(z_i(3))", outputLines(THREE_SAMPLE, three, threeTape))
    print()
    paragraph(
      '  A negative δ: more input to this node makes J smaller, its output is still below y. In code, whatever the number of layers and nodes:',
    )
    code(terminal, [
      'z[l + 1] = W[l]!.matmul(h[l]!).add(b[l]!).retainGrad()',
      'h[l + 1] = z[l + 1]!.sigmoid().retainGrad()',
    ])
    paragraph('  After J.backward(), z[3].grad is δ(3).')
    showChecks(terminal, [
      agreement('3-3-1: δ(3) by hand and by autograd', one.delta[3]!, oneTape.delta[3]!),
      agreement('3-3-3: δ(3) by hand and by autograd', three.delta[3]!, threeTape.delta[3]!),
    ])
  },
}

/** The lines of `(Σ_i w_ij δ_i) f'(z_j)` for each node of layer l. */
function hiddenLines(
  network: readonly PlainLayer[],
  l: number,
  byHand: Quantities,
  byTape: Quantities,
): Line[] {
  const { weight } = network[l - 1]!
  return byHand.h[l]!.map((h, j) => {
    const column = weight.map((row) => row[j]!)
    return {
      name: `δ${j + 1}(${l})`,
      numbers: `(${products(column, byHand.delta[l + 1]!)})·${short(slopeOf(h))}`,
      value: byHand.delta[l]![j]!,
      autograd: byTape.delta[l]![j]!,
    }
  })
}

export const hiddenDeltaStep: Step = {
  title: 'The hidden delta: δ(l) from δ(l+1)',
  ours: false,
  async run({ terminal, figure: save }) {
    const { paragraph, print } = terminal
    const [one, oneTape] = both(NETWORK, ONE_SAMPLE)
    const [three, threeTape] = both(THREE_OUTPUTS, THREE_SAMPLE)
    const formula = "δ_j(2) = (Σ_i w_ij(2) δ_i(3)) f'(z_j(2))"
    paragraph(
      '  A hidden node has no y of its own. It answers for the nodes that it feeds, each as much as the weight to it says. In 3-3-1 that is one:',
    )
    print()
    workings(terminal, formula, hiddenLines(NETWORK, 2, one, oneTape))
    print()
    paragraph(
      '  In 3-3-3 it is three: the sum goes over all nodes of the layer above, down column j of W(2):',
    )
    print()
    workings(terminal, formula, hiddenLines(THREE_OUTPUTS, 2, three, threeTape))
    print()
    paragraph('  Slips in the tutorial:')
    for (const slip of [
      'w(1) stands where w(2) is meant: weights from layer 2 to layer 3.',
      'x_i stands for x_j in the sum for z_i: j is the summed index.',
      "Figure 11 leaves out f': the weighted sum alone is dJ/dh, not δ.",
      'h1(1) and h3(3) stand for hidden outputs, which are h1(2) and h3(2).',
    ])
      paragraph(`  - ${slip}`, 2)
    showChecks(terminal, [
      agreement('3-3-1: δ(2) by hand and z(2).grad', one.delta[2]!, oneTape.delta[2]!),
      agreement('3-3-3: δ(2) by hand and z(2).grad', three.delta[2]!, threeTape.delta[2]!),
    ])
    save('delta', await deltaFigure(NETWORK, ONE_SAMPLE, one))
  },
}
