/** @file The deltas with matrices, for one sample and for a batch. Imports core and the files beside it. */
import { linear, type Tensor } from '@tapegrad/core'
import { showChecks } from '../check.ts'
import { list, numbersTable, short } from '../format.ts'
import { double, NETWORK, tensorLayers } from '../network.ts'
import type { Step } from '../step.ts'
import { agreement } from './agreement.ts'
import { leavesOf, numbersOf, rowsOf } from './autograd.ts'
import { ONE_SAMPLE, THREE_OUTPUTS, THREE_SAMPLE } from './networks.ts'
import { backpropagate, meanGradient, type Sample } from './plain.ts'
import { code } from './working.ts'

/** Four samples for the 3-3-1 network; the first is that of the steps before. */
const BATCH: readonly Sample[] = [
  ONE_SAMPLE,
  { x: [0.5, -1, 2], y: [0] },
  { x: [-1, 0, 1], y: [1] },
  { x: [2, -3, -0.5], y: [0] },
]

/** f' = f (1 - f), of a vector or a matrix of f. */
const slope = (f: Tensor): Tensor => f.mul(f.neg().add(1)) as Tensor

type Layers = ReturnType<typeof tensorLayers>

/** One sample: vectors, and matrices times vectors. */
function ofOne([first, second]: Layers, sample: Sample) {
  const [{ weight: W1, bias: b1 }, { weight: W2, bias: b2 }] = [first!, second!]
  const [x, y] = [double(sample.x), double(sample.y)]
  const h2 = W1.matmul(x).add(b1).sigmoid()
  const h3 = W2.matmul(h2).add(b2).sigmoid()
  const delta3 = h3.sub(y).mul(slope(h3))
  const delta2 = W2.T.matmul(delta3).mul(slope(h2))
  const dW2 = delta3.unsqueeze(1).mul(h2)
  const dW1 = delta2.unsqueeze(1).mul(x)
  return { delta2, delta3, dW1, dW2 }
}

/** A batch: the same, with one row for each sample. */
function ofMany([first, second]: Layers, samples: readonly Sample[]) {
  const [{ weight: W1, bias: b1 }, { weight: W2, bias: b2 }] = [first!, second!]
  const [X, Y] = [double(samples.map(({ x }) => x)), double(samples.map(({ y }) => y))]
  const H2 = linear(X, W1, b1).sigmoid()
  const H3 = linear(H2, W2, b2).sigmoid()
  const delta3 = H3.sub(Y).mul(slope(H3))
  const delta2 = delta3.matmul(W2).mul(slope(H2))
  const dW2 = delta3.T.matmul(H2).div(samples.length)
  const dW1 = delta2.T.matmul(X).div(samples.length)
  return { delta2, delta3, dW1, dW2, db2: delta3.mean(0) as Tensor, db1: delta2.mean(0) as Tensor }
}

/** δ of each sample of a batch on the tape: of their sum of costs, as every sample has its own z. */
function taped(samples: readonly Sample[]): [number[][], number[][]] {
  const [W1, b1, W2, b2] = leavesOf(NETWORK) as [Tensor, Tensor, Tensor, Tensor]
  const z2 = linear(double(samples.map(({ x }) => x)), W1, b1).retainGrad()
  const z3 = linear(z2.sigmoid(), W2, b2).retainGrad()
  const H3 = z3.sigmoid()
  double(samples.map(({ y }) => y))
    .sub(H3)
    .square()
    .sum()
    .mul(0.5)
    .backward()
  return [rowsOf(z2.grad as Tensor), rowsOf(z3.grad as Tensor)]
}

export const vectorisedStep: Step = {
  title: 'Vectorised deltas',
  ours: true,
  run({ terminal }) {
    const { paragraph, print } = terminal
    paragraph('  The sums down the columns of W are W^T, and ⊙ is node by node:')
    print("\n  δ(nl) = -(y - h(nl)) ⊙ f'(z(nl))      δ(l) = (W(l)^T δ(l+1)) ⊙ f'(z(l))\n")
    code(terminal, [
      'const delta3 = h3.sub(y).mul(slope(h3))',
      'const delta2 = W2.T.matmul(delta3).mul(slope(h2))',
      'const dW2 = delta3.unsqueeze(1).mul(h2)',
    ])
    print()
    const one = ofOne(tensorLayers(NETWORK), ONE_SAMPLE)
    const three = ofOne(tensorLayers(THREE_OUTPUTS), THREE_SAMPLE)
    print(`  3-3-1: δ(3) = ${list(numbersOf(one.delta3))}, δ(2) = ${list(numbersOf(one.delta2))}`)
    print(`  3-3-3: δ(3) = ${list(numbersOf(three.delta3))},`)
    print(`         δ(2) = ${list(numbersOf(three.delta2))}\n`)
    paragraph(
      '  For a batch, X holds one sample in each row, and so do H and δ. Rows are the other way round: W^T δ turns into δ W, and δ^T H adds up the outer products of all samples:',
    )
    print()
    code(terminal, [
      'const delta3 = H3.sub(Y).mul(slope(H3))',
      'const delta2 = delta3.matmul(W2).mul(slope(H2))',
      'const dW2 = delta3.T.matmul(H2).div(samples.length)',
    ])
    print()
    const many = ofMany(tensorLayers(NETWORK), BATCH)
    const [delta2, delta3] = [rowsOf(many.delta2), rowsOf(many.delta3)]
    numbersTable(
      terminal,
      ['x', 'y', 'δ1(3)', 'δ1(2)', 'δ2(2)', 'δ3(2)'],
      BATCH.map(({ x, y }, s) => [
        list(x),
        ...y.map(String),
        ...[...delta3[s]!, ...delta2[s]!].map((value) => short(value, 5)),
      ]),
    )
    const loops = BATCH.map((sample) => backpropagate(NETWORK, sample))
    const mean = meanGradient(NETWORK, BATCH)
    const [single, triple] = [backpropagate(NETWORK, ONE_SAMPLE), backpropagate(THREE_OUTPUTS, THREE_SAMPLE)]
    const [onTape2, onTape3] = taped(BATCH)
    showChecks(terminal, [
      agreement(
        'one sample: matrices and loops',
        [one, three].map(({ delta2: d2, delta3: d3, dW1, dW2 }) => [d2, d3, dW1, dW2].map(numbersOf)),
        [single, triple].map(({ delta, dW }) => [delta[2]!, delta[3]!, dW[1]!, dW[2]!]),
      ),
      agreement(
        'the batch: δ by matrices and loops',
        [delta2, delta3],
        [2, 3].map((l) => loops.map(({ delta }) => delta[l]!)),
      ),
      agreement('the batch: δ by matrices and z.grad', [delta2, delta3], [onTape2, onTape3]),
      agreement('the batch: mean gradients', [many.dW1, many.db1, many.dW2, many.db2].map(numbersOf), [
        mean.dW[1]!,
        mean.db[1]!,
        mean.dW[2]!,
        mean.db[2]!,
      ]),
    ])
  },
}
