/**
 * @file Mistakes and what the compiler says about them. Each row is code, with «marks» around what the compiler must
 * point at, and its whole message, or its first line where the rest only unfolds it.
 */

/** What every row can use. */
export const preamble = `
import { type Tensor, zeros } from '@tapegrad/core'
import { CrossEntropy, crossEntropy, Dense, L1, Layer, MSE, mse, nll, Residual, Sequential, SGD, Sigmoid, sequential, Tanh, Embedding, MultiHeadAttention, TransformerBlock } from '@tapegrad/nn'
import { Adam, clipGradNorm, OneCycleLR, StepLR } from '@tapegrad/nn'
import { GRU, LSTM } from '@tapegrad/nn'
import { BatchNorm2d, Conv2d, Flatten, LayerNorm, MaxPool2d } from '@tapegrad/nn'
const model = sequential(new Dense(4, 5), new Sigmoid(), new Dense(5, 3))
class Halve extends Layer<[4], [2]> { forward(x: Tensor): Tensor { return x } }
class Image extends Layer<[3, number, number], [8, number, number]> { forward(x: Tensor): Tensor { return x } }
class Pool extends Layer<[number, 3], [3]> { forward(x: Tensor): Tensor { return x } }
class Filters extends Layer<[16, number, number], [8, number, number]> { forward(x: Tensor): Tensor { return x } }
`

const argument = (type: string, expected: string): string =>
  `Argument of type '${type}' is not assignable to parameter of type '${expected}'.`

const misfit = (layer: string, takes: string, gets: string): string =>
  argument(layer, `"this layer takes [..., ${takes}] but gets [..., ${gets}]"`)

export const mistakes: readonly (readonly [code: string, message: string])[] = [
  // The layer that does not fit, and only that one.
  ['sequential(new Dense(4, 5), «new Dense(6, 3)»)', misfit('Dense<6, 3>', '6', '5')],
  [
    'sequential(new Dense(4, 5), new Sigmoid(), «new Dense(6, 3)», new Tanh())',
    misfit('Dense<6, 3>', '6', '5'),
  ],
  [
    'sequential(new Sigmoid(), new Dense(4, 5), new Tanh(), «new Dense(4, 5)»)',
    misfit('Dense<4, 5>', '4', '5'),
  ],
  ['new Sequential(new Dense(4, 5), «new Dense(6, 3)», new Dense(9, 9))', misfit('Dense<6, 3>', '6', '5')],
  ['sequential(model, «new Dense(4, 2)»)', misfit('Dense<4, 2>', '4', '3')],
  [
    'sequential(new Dense(9, 5), «model»)',
    misfit('Sequential<[Dense<4, 5>, Sigmoid, Dense<5, 3>]>', '4', '5'),
  ],
  ['sequential(new Dense(9, 5), «new Halve()»)', misfit('Halve', '4', '5')],
  ['sequential(new Image(), «new Filters()»)', misfit('Filters', '16, ?, ?', '8, ?, ?')],
  [
    'sequential(new Conv2d(3, 8, 3), new MaxPool2d(2), «new Conv2d(16, 8, 3)»)',
    misfit('Conv2d<16, 8>', '16, ?, ?', '8, ?, ?'),
  ],
  ['sequential(new Conv2d(3, 8, 3), «new BatchNorm2d(3)»)', misfit('BatchNorm2d<3>', '3, ?, ?', '8, ?, ?')],
  ['sequential(new Dense(4, 5), «new LayerNorm(4)»)', misfit('LayerNorm<4>', '4', '5')],
  ['sequential(new Flatten(), new Dense(4, 5), «new Dense(6, 3)»)', misfit('Dense<6, 3>', '6', '?, 5')],
  // A layer that another cannot be put around.
  [
    'new Residual(«new Dense(4, 5)»)',
    argument('Dense<4, 5>', '"this layer makes [..., 5] of [..., 4], and must keep the shape"'),
  ],
  [
    'new Residual(«sequential(new Dense(4, 5), new Sigmoid())»)',
    argument(
      'Sequential<[Dense<4, 5>, Sigmoid]>',
      '"this layer makes [..., 5] of [..., 4], and must keep the shape"',
    ),
  ],
  [
    'new Residual(«new Pool()»)',
    argument('Pool', '"this layer makes [..., 3] of [..., ?, 3], and must keep the shape"'),
  ],
  // Recurrent layers.
  [
    'new LSTM(3, 4).call(«zeros([2, 5, 6])»)',
    argument('Tensor<[2, 5, 6]>', 'Tensor<readonly [2, number, 3]>'),
  ],
  ['sequential(new LSTM(3, 4, { returns: "last" }), «new Dense(5, 2)»)', misfit('Dense<5, 2>', '5', '4')],
  ['new LSTM(3, 4, { «returns»: "all" })', `Type '"all"' is not assignable to type 'Returns | undefined'.`],
  [
    'new LSTM(3, 4, { «hidden»: 2 })',
    `Object literal may only specify known properties, and 'hidden' does not exist in type 'RecurrentOptions<"sequence">'.`,
  ],
  [
    'new LSTM(3, 4).scan(zeros([2, 5, 3]), «zeros([1, 2, 4])»)',
    argument('Tensor<[1, 2, 4]>', 'readonly [h: Tensor<[number, 2, 4]>, c: Tensor<[number, 2, 4]>]'),
  ],
  [
    'new GRU(3, 4).scan(zeros([2, 5, 3]), «zeros([1, 2, 5])»)',
    argument('Tensor<[1, 2, 5]>', 'Tensor<readonly [number, 2, 4]>'),
  ],
  // Inputs.
  ['model.call(«zeros([7, 5])»)', argument('Tensor<[7, 5]>', 'Tensor<readonly [7, 4]>')],
  ['new Dense(4, 5).call(«zeros([3])»)', argument('Tensor<[3]>', 'Tensor<readonly [4]>')],
  ['model.activations(«zeros([7, 5])»)', argument('Tensor<[7, 5]>', 'Tensor<readonly [7, 4]>')],
  [
    'new Conv2d(3, 8, 3).call(«zeros([32, 1, 28, 28])»)',
    argument('Tensor<[32, 1, 28, 28]>', 'Tensor<readonly [32, 3, number, number]>'),
  ],
  [
    'new Conv2d(3, 8, 3, { «pading»: 1 })',
    `Object literal may only specify known properties, but 'pading' does not exist in type 'ConvOptions<Pair>'. Did you mean to write 'padding'?`,
  ],
  [
    'new MultiHeadAttention(8, 2).call(«zeros([2, 5, 6])»)',
    argument('Tensor<[2, 5, 6]>', 'Tensor<readonly [2, number, 8]>'),
  ],
  [
    'new MultiHeadAttention(8, 2).attend(zeros([3, 8]), «zeros([4, 6])», zeros([4, 6]))',
    argument('Tensor<[4, 6]>', 'Tensor<readonly [4, 8]>'),
  ],
  [
    'sequential(new Embedding(9, 8), «new TransformerBlock(6, 2)»)',
    misfit('TransformerBlock<6>', '?, 6', '8'),
  ],
  // Losses.
  ['mse(zeros([7, 3]), «zeros([7])»)', argument('Tensor<[7]>', 'Tensor<[7, 3]>')],
  ['crossEntropy(zeros([7, 3]), «zeros([6])»)', argument('Tensor<[6]>', 'Tensor<[7, 3]> | Tensor<[7]>')],
  [
    'mse(zeros([7]), zeros([7]), { «reduction»: "avg" })',
    `Type '"avg"' is not assignable to type 'Reduction | undefined'.`,
  ],
  ['new MSE().call(zeros([7, 3]), «zeros([7])»)', argument('Tensor<[7]>', 'Tensor<[7, 3]>')],
  ['nll(zeros([7, 3]), «zeros([6])»)', argument('Tensor<[6]>', 'Tensor<[7]>')],
  [
    'new CrossEntropy().call(zeros([7, 3]), «zeros([6])»)',
    argument('Tensor<[6]>', 'Tensor<[7, 3]> | Tensor<[7]>'),
  ],
  [
    'new MSE({ «mask»: zeros([7]) })',
    `Object literal may only specify known properties, and 'mask' does not exist in type 'LossOptions<"mean">'.`,
  ],
  [
    'const «m»: MSE = new CrossEntropy()',
    `Type 'CrossEntropy<"mean">' is not assignable to type 'MSE<"mean">'.`,
  ],
  ['const «m»: MSE = new L1()', `Type 'L1<"mean">' is not assignable to type 'MSE<"mean">'.`],
  // Results.
  [
    'const «y»: Tensor<[7, 2]> = model.call(zeros([7, 4]))',
    `Type 'Tensor<[7, 3]>' is not assignable to type 'Tensor<[7, 2]>'.`,
  ],
  [
    'const «l»: Layer<[4], [2]> = new Dense(4, 3)',
    `Type 'Dense<4, 3>' is not assignable to type 'Layer<[4], [2], []>'.`,
  ],
  // Options.
  [
    'new SGD(model.parameters(), { «rate»: 0.1 })',
    `Object literal may only specify known properties, and 'rate' does not exist in type 'SGDOptions'.`,
  ],
  [
    'new Adam(model.parameters(), { «betas»: 0.9 })',
    `Type 'number' is not assignable to type 'readonly [number, number]'.`,
  ],
  [
    'new StepLR(new Adam(model.parameters()), «{ gamma: 0.1 }»)',
    argument('{ gamma: number; }', 'StepLROptions'),
  ],
  [
    'new OneCycleLR(new Adam(model.parameters()), { maxLr: 1, totalSteps: 9, «annealStrategy»: "cosine" })',
    `Type '"cosine"' is not assignable to type '"cos" | "linear"'.`,
  ],
  [
    'clipGradNorm(model.parameters(), 1, { «normType»: "inf" })',
    `Type 'string' is not assignable to type 'number'.`,
  ],
]
