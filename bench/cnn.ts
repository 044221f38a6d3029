/**
 * @file One eager training step of a small CNN, batch 32, float32: [1, 28, 28] -> conv 3x3x16 same -> relu -> pool -> conv
 * 3x3x32 same -> relu -> pool -> dense 10, cross-entropy, SGD. Target: 60 ms. Beside it the same by JavaScript alone.
 */
import { conv2d, manualSeed, maxPool2d, randint, randn, type Tensor } from '@tapegrad/core'
import { crossEntropy, SGD } from '@tapegrad/nn'
import { accelerators } from '../packages/core/src/kernels/accelerators.ts'
import { duration, minima, table } from './support/measure.ts'

manualSeed(1)
const weights = [
  [16, 1, 3, 3],
  [32, 16, 3, 3],
  [10, 32 * 7 * 7],
].map((shape): Tensor => {
  const weight = randn(shape).mul(0.1)
  weight.requiresGrad = true
  return weight
})
const [first, second, dense] = weights as [Tensor, Tensor, Tensor]
const [images, labels]: Tensor[] = [randn([32, 1, 28, 28]), randint(0, 10, [32])]
const optimizer = new SGD(weights, { lr: 0.01 })

const layer = (x: Tensor, weight: Tensor): Tensor =>
  maxPool2d(conv2d(x, weight, { padding: 'same' }).relu(), { kernelSize: 2 })

function step(): number {
  optimizer.zeroGrad()
  const logits = layer(layer(images!, first), second).flatten(1).matmul(dense.T)
  const loss = crossEntropy(logits, labels!) as Tensor
  loss.backward()
  optimizer.step()
  return loss.item()
}

const losses = [step()]
const installed = { ...accelerators }
const [webAssembly, javaScript] = minima(
  [
    { name: 'WebAssembly', run: () => losses.push(step()) },
    {
      name: 'JavaScript',
      run: () => {
        Object.assign(accelerators, { elementwise: null, matmul: null })
        step()
        Object.assign(accelerators, installed)
      },
    },
  ],
  21,
)
console.log(
  table(
    'one training step of a small CNN, batch 32, float32 (the fewest of 21)',
    ['', 'step'],
    [
      ['with WebAssembly', duration(webAssembly!)],
      ['JavaScript alone', duration(javaScript!)],
    ],
  ),
)
console.log(`loss ${losses[0]!.toFixed(3)} at first, ${losses.at(-1)!.toFixed(3)} in the end`)
