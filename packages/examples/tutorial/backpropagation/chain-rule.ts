/** @file The derivative by one weight, and the slope of the sigmoid. Imports core, the tutorial's files and this folder's. */
import { grad, type Tensor } from '@tapegrad/core'
import { showChecks } from '../check.ts'
import { list, numbersTable, products, short } from '../format.ts'
import { double, NETWORK, sigmoidOf } from '../network.ts'
import type { Step } from '../step.ts'
import { agreement, finiteDifferences } from './agreement.ts'
import { leavesOf, numbersOf } from './autograd.ts'
import { ONE_SAMPLE } from './networks.ts'
import { backpropagate, slopeOf } from './plain.ts'
import { code, workings } from './working.ts'

/** What a reader would write: the network line by line. */
function byAutograd() {
  const [W1, b1, W2, b2] = leavesOf(NETWORK) as [Tensor, Tensor, Tensor, Tensor]
  const [x, y] = [double(ONE_SAMPLE.x), double(ONE_SAMPLE.y)]
  const h2 = W1.matmul(x).add(b1).sigmoid()
  const z3 = W2.matmul(h2).add(b2).retainGrad()
  const h3 = z3.sigmoid().retainGrad()
  const J = y.sub(h3).square().sum().mul(0.5)
  J.backward()
  const costOf = (W: Tensor): Tensor =>
    y.sub(W.matmul(h2.detach()).add(b2.detach()).sigmoid()).square().sum().mul(0.5)
  const slopes = grad((W: Tensor) => W.matmul(h2.detach()).sum())(W2.detach())
  const item = (t: Tensor | null, i: number): number => numbersOf(t as Tensor)[i]!
  return {
    dh: item(h3.grad, 0),
    delta: item(z3.grad, 0),
    slope: grad((z: Tensor) => z.sigmoid().sum())(z3.detach()).item(),
    dz: item(slopes, 1),
    dw: item(W2.grad, 1),
    numeric: finiteDifferences(costOf, [W2.detach()]),
  }
}

export const chainRuleStep: Step = {
  title: 'The chain rule for one weight: dJ/dw12(2)',
  ours: false,
  run({ terminal }) {
    const { paragraph, print } = terminal
    const { J, h, delta, dh, dW } = backpropagate(NETWORK, ONE_SAMPLE)
    const [output, hidden] = [h[3]![0]!, h[2]![1]!]
    const [byOutput, ofOutput] = [dh[3]![0]!, delta[3]![0]!]
    const slope = slopeOf(output)
    const found = byAutograd()
    paragraph(
      `  Network and input are those of the feed-forward example; y is not given there, we take y = 1. The output is h1(3) = ${short(output)}, ` +
        `so J = 1/2 (y - h1(3))² = ${short(J)}. The weight w12(2) reaches J by one way, through z1(3), then h1(3):`,
    )
    print()
    workings(terminal, 'dJ/dw12(2) = dJ/dh1(3) · dh1(3)/dz1(3) · dz1(3)/dw12(2)', [
      {
        name: 'dJ/dh1(3)',
        numbers: `-(y - h1(3)) = -(1 - ${short(output)})`,
        value: byOutput,
        autograd: found.dh,
      },
      {
        name: 'dh1(3)/dz1(3)',
        numbers: `f'(z1(3)) = ${products([output], [1 - output])}`,
        value: slope,
        autograd: found.slope,
      },
      { name: 'dz1(3)/dw12(2)', numbers: 'h2(2)', value: hidden, autograd: found.dz },
      {
        name: 'dJ/dw12(2)',
        numbers: `${products([byOutput], [slope])}·${short(hidden)}`,
        value: dW[2]![0]![1]!,
        autograd: found.dw,
      },
    ])
    print()
    paragraph(
      `  The first two factors are the same for every weight into this node. Together they are δ1(3) = dJ/dz1(3) = ${short(ofOutput)}, and`,
    )
    print(`    dJ/dw12(2) = h2(2) δ1(3) = ${products([hidden], [ofOutput])} = ${short(dW[2]![0]![1]!)}\n`)
    paragraph('  In tapegrad, z keeps its gradient when told to, and that is δ:')
    code(terminal, [
      'const h2 = W1.matmul(x).add(b1).sigmoid()',
      'const z3 = W2.matmul(h2).add(b2).retainGrad()',
      'const h3 = z3.sigmoid().retainGrad()',
      'const J = y.sub(h3).square().sum().mul(0.5)',
      'J.backward()',
    ])
    paragraph('  Then z3.grad is δ(3), h3.grad is dJ/dh(3), and W2.grad is dJ/dW(2).')
    paragraph(
      '  (In this sum for z1(3) the tutorial writes w(1); the weights into layer 3 are those of w(2).)',
    )
    showChecks(terminal, [
      agreement(
        'factors, δ1(3), dJ/dw12(2): by hand and autograd',
        [byOutput, slope, hidden, ofOutput, dW[2]![0]![1]!],
        [found.dh, found.slope, found.dz, found.delta, found.dw],
      ),
      agreement('dJ/dw12(2) by finite differences', dW[2]![0]![1]!, found.numeric[1]!, 1e-8),
    ])
  },
}

export const slopeStep: Step = {
  title: "The slope of the sigmoid: f' = f (1 - f)",
  ours: false,
  run({ terminal }) {
    const { paragraph, print } = terminal
    const { z } = backpropagate(NETWORK, ONE_SAMPLE)
    const places = [-4, -1, 0, z[3]![0]!, ...z[2]!]
    const slopes = places.map((place) => slopeOf(sigmoidOf(place)))
    const f = (at: Tensor): Tensor => at.sigmoid().sum() as Tensor
    const byTape = grad(f)(double(places))
    const byAutograd = numbersOf(byTape)
    const numeric = finiteDifferences(f, [double(places)])
    print('  f  = 1 / (1 + e^-z), so 1 - f = e^-z / (1 + e^-z)')
    print("  f' = e^-z / (1 + e^-z)² = 1 / (1 + e^-z) · e^-z / (1 + e^-z) = f (1 - f)\n")
    numbersTable(
      terminal,
      ['z', 'f(z)', 'f (1 - f)', 'autograd', 'finite difference'],
      places.map((place, i) => [
        short(place),
        sigmoidOf(place).toFixed(6),
        slopes[i]!.toFixed(9),
        byAutograd[i]!.toFixed(9),
        numeric[i]!.toFixed(9),
      ]),
    )
    print()
    paragraph(
      `  The last four are z1(3) and z(2) of the 3-3-1 network, ${list([z[3]![0]!, ...z[2]!])}. The slope is 1/4 at most, at z = 0, and almost 0 far from it: there a node learns slowly. ` +
        'With finite differences no formula is needed, only values of f close by.',
    )
    print()
    code(terminal, [
      'const f = (at: Tensor): Tensor => at.sigmoid().sum() as Tensor',
      'const byTape = grad(f)(double(places))',
    ])
    const far = 40
    const kept = grad(f)(double([far])).item()
    print()
    paragraph(
      `  The formula has a limit: at z = ${far}, f rounds to 1 and f (1 - f) gives ${slopeOf(sigmoidOf(far))}, while the slope is e^-40 = ${short(Math.exp(-far))}. tapegrad's own derivative keeps it: ${short(kept)}.`,
    )
    showChecks(terminal, [
      agreement('f (1 - f) and autograd', slopes, byAutograd),
      agreement('f (1 - f) and finite differences', slopes, numeric, 1e-8),
      agreement(`the slope at z = ${far} by autograd and by e^-z / (1 + e^-z)²`, kept, Math.exp(-far)),
    ])
  },
}
