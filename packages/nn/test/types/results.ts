/** @file Programs whose types must come out as stated. Compiled by types.test.ts, never run. */
import { linear, type Tensor, tensor, zeros } from '@tapegrad/core'
import {
  BatchNorm1d,
  BatchNorm2d,
  BCE,
  bceWithLogits,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  CosineSimilarity,
  CrossEntropy,
  cosineSimilarity,
  crossEntropy,
  DataLoader,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  functionalCall,
  GELU,
  GRU,
  GroupNorm,
  huber,
  klDiv,
  Lambda,
  Layer,
  LayerNorm,
  LSTM,
  type LSTMState,
  MaxPool2d,
  MinMaxScaler,
  Module,
  MSE,
  MultiHeadAttention,
  mse,
  nll,
  parameter,
  Residual,
  RNN,
  Sequential,
  SGD,
  Sigmoid,
  Softmax,
  sequential,
  Tanh,
  TensorDataset,
  TransformerBlock,
  trainTestSplit,
} from '@tapegrad/nn'
import { is } from './is.ts'

declare const n: number
declare const dynamic: Tensor
declare const list: readonly Layer[]
declare const flag: boolean

// Layers.
const dense = new Dense(4, 5)
is<Tensor<[5, 4]>>()(dense.weight)
is<Tensor<[5]> | null>()(dense.bias)
is<Tensor<[32, 5]>>()(dense.call(zeros([32, 4])))
is<Tensor<[5]>>()(dense.call(zeros([4])))
is<Tensor<[2, 3, 5]>>()(dense.call(zeros([2, 3, 4])))
is<Tensor<[number, 5]>>()(dense.call(zeros([n, 4])))
is<Tensor<[32, 5]>>()(dense.call(zeros([32, n])))
is<Tensor<[2, 7]>>()(new Tanh().call(zeros([2, 7])))
const anyBatch: Tensor<[9, 5]> = dense.call(dynamic)

// Sequential.
const model = sequential(new Dense(4, 5), new Sigmoid(), new Dense(5, 3), new Tanh())
is<Sequential<[Dense<4, 5>, Sigmoid, Dense<5, 3>, Tanh]>>()(model)
is<Tensor<[7, 3]>>()(model.call(zeros([7, 4])))
is<Tensor<[3]>>()(model.call(zeros([4])))
is<Tensor<[3, 5]>>()(model.layers[2].weight)
is<Tensor[]>()(model.activations(zeros([7, 4])))
is<Tensor<[7, 1]>>()(sequential(model, new Dense(3, 1)).call(zeros([7, 4])))
is<Tensor<[7, 3]>>()(new Sequential(new Dense(4, 5), new Sigmoid(), new Dense(5, 3)).call(zeros([7, 4])))
is<Tensor<[7, 4]>>()(sequential(new Sigmoid(), new Tanh()).call(zeros([7, 4])))
is<Tensor<[7, 4]>>()(sequential().call(zeros([7, 4])))

// Sizes that types do not know fit everything.
is<Tensor<[7, 3]>>()(sequential(new Dense(4, n), new Dense(6, 3)).call(zeros([7, 4])))
is<Tensor<[7, number]>>()(sequential(new Dense(4, 6), new Dense(6, n)).call(zeros([7, 4])))
const open: Tensor<[2, 2]> = sequential(...list).call(zeros([7, 4]))

// Any of them is a Layer and a Module; layers of the wrong sizes are not.
const asLayer: Layer<[4], [3]> = model
const asAnyLayer: Layer = model
const asModule: Module = model
const denseAsLayer: Layer<[4], [5]> = dense
const mixed: Layer[] = [dense, model, new Sigmoid()]

// Layers around layers, functions as layers.
is<Tensor<[7, 4]>>()(
  new Residual(sequential(new Dense(4, 5), new Tanh(), new Dense(5, 4))).call(zeros([7, 4])),
)
is<Tensor<[7, 4]>>()(new Residual(new Tanh()).call(zeros([7, 4])))
is<Tensor<[7, 3]>>()(sequential(new Residual(new Dense(4, 4)), new Dense(4, 3)).call(zeros([7, 4])))
is<Tensor<[7, number]>>()(new Residual(new Dense(4, n)).call(zeros([7, 4])))
is<Dense<4, 4>>()(new Residual(new Dense(4, 4)).layer)
is<Tensor<[7, 4]>>()(sequential(new Dropout(0.5), new Softmax(), new GELU()).call(zeros([7, 4])))
is<Tensor<[7, 2]>>()(new Lambda<[4], [2]>((x) => x.slice([null, [0, 2]])).call(zeros([7, 4])))
const square: Tensor<[9]> = sequential(new Dense(4, 4), new Lambda((x) => x.square())).call(zeros([4]))
const anyResidual: Layer = new Residual(list[0]!)

// Recurrent layers: the number of time steps is not followed.
const lstm = new LSTM(3, 4)
is<Tensor<[2, number, 4]>>()(lstm.call(zeros([2, 5, 3])))
is<Tensor<[number, 4]>>()(lstm.call(zeros([5, 3])))
is<Tensor<[2, 4]>>()(new GRU(3, 4, { returns: 'last' }).call(zeros([2, 5, 3])))
is<Tensor<[2, number, 4]>>()(new RNN(3, 4, { layers: 2, nonlinearity: 'relu' }).call(zeros([2, 5, 3])))
is<Tensor<[2, 7]>>()(
  sequential(lstm, new Tanh(), new LSTM(4, 6, { returns: 'last' }), new Dense(6, 7)).call(zeros([2, 5, 3])),
)
is<Tensor<[2, number, 4]>>()(sequential(new Dense(3, 4), new Residual(new GRU(4, 4))).call(zeros([2, 5, 3])))
let memory: LSTMState<[2], 4> | undefined
const [outputs, after] = lstm.scan(zeros([2, 5, 3]), memory)
is<Tensor<[2, number, 4]>>()(outputs)
is<LSTMState<[2], 4>>()(after)
memory = after
is<[output: Tensor<[2, 4]>, state: Tensor<[number, 2, 4]>]>()(
  new GRU(3, 4, { returns: 'last' }).scan(zeros([2, 5, 3]), zeros([1, 2, 4])),
)
is<Tensor<[number, 9, 2, 4]>>()(new RNN(3, 4).scan(zeros([9, 2, 5, 3]))[1])
const eitherWay: Layer = new LSTM(3, 4, { returns: flag ? 'last' : 'sequence' })
const recurrentLayer: Layer<[number, 3], [number, 4]> = lstm

// Images.
const images = zeros([32, 3, 28, 28])
is<Tensor<[8, number, number, number]>>()(new Conv2d(3, 8, 3).weight)
is<Tensor<[32, 8, number, number]>>()(new Conv2d(3, 8, 3).call(images))
is<Tensor<[8, number, number]>>()(new Conv2d(3, 8, [3, 1], { padding: [1, 0] }).call(zeros([3, 28, 28])))
is<Tensor<[2, 8, number]>>()(new Conv1d(3, 8, 3, { padding: 'same' }).call(zeros([2, 3, 9])))
is<Tensor<[32, 6, number, number]>>()(new ConvTranspose2d(3, 6, 2, { stride: 2 }).call(images))
is<Tensor<[32, 3, number, number]>>()(new MaxPool2d(2).call(images))
is<Tensor<[32, 3, number, number]>>()(new BatchNorm2d(3).call(images))
is<Tensor<[7, 5]>>()(new BatchNorm1d(5).call(zeros([7, 5])))
is<Tensor<[7, 4, 2]>>()(new GroupNorm(2, 4).call(zeros([7, 4, 2])))
is<Tensor<[7, 4]>>()(new LayerNorm(4).call(zeros([7, 4])))
is<Tensor<[7, 2, 4]>>()(new LayerNorm([2, 4]).call(zeros([7, 2, 4])))
is<Tensor<[2, 4]> | null>()(new LayerNorm([2, 4]).weight)
is<Tensor<[number, number]>>()(new Flatten().call(images))
// Flatten takes all axes, so the batch is no longer that of the input; sizes of images are not followed.
const lenet = sequential(
  new Conv2d(1, 8, 3),
  new Sigmoid(),
  new MaxPool2d(2),
  new Flatten(),
  new Dense(1352, 10),
)
is<Tensor<[number, 10]>>()(lenet.call(zeros([n, 1, 28, 28])))
is<Tensor<[number, 10]>>()(lenet.call(zeros([32, 1, 28, 28])))
is<Tensor<[number, 10]>>()(sequential(new Flatten(), new Dense(784, 10)).call(zeros([32, 1, 28, 28])))
is<Tensor<[number, 4]>>()(sequential(new Conv2d(3, 1, 1), lenet, new Dense(10, 4)).call(images))
is<Tensor<[]>>()(crossEntropy(lenet.call(zeros([32, 1, 28, 28])), tensor(new Int32Array(32))))
const lenetAsLayer: Layer = lenet
const convolutional = sequential(
  new Conv2d(3, 8, 3),
  new BatchNorm2d(8),
  new MaxPool2d(2),
  new Conv2d(8, 4, 3),
)
is<Tensor<[32, 4, number, number]>>()(convolutional.call(images))

// Layers and modules that users write.
class Bilinear extends Module {
  readonly weight = parameter(zeros([3, 2]))
  forward(left: Tensor<[3]>, right: Tensor<[2]>, scale = 1): Tensor<[]> {
    return left.matmul(this.weight.matmul(right)).mul(scale)
  }
}
is<Tensor<[]>>()(new Bilinear().call(zeros([3]), zeros([2])))
is<Tensor<[]>>()(new Bilinear().call(zeros([3]), zeros([2]), 2))
is<Tensor<[3, 2]>>()(new Bilinear().weight)

class Halve extends Layer<[4], [2]> {
  forward(x: Tensor): Tensor {
    return x
  }
}
is<Tensor<[7, 3]>>()(sequential(new Dense(9, 4), new Halve(), new Dense(2, 3)).call(zeros([7, 9])))
is<Tensor>()(functionalCall(new Halve(), { weight: zeros([1]) }, zeros([4])))

// Attention. Types follow the length of a sequence in attend alone.
const table = new Embedding(6, 8)
const ids = zeros([2, 5], { dtype: 'int32' })
is<Tensor<[6, 8]>>()(table.weight)
is<Tensor<[2, 5, 8]>>()(table.call(ids))
is<Tensor<[8]>>()(table.call(zeros([], { dtype: 'int32' })))
const attention = new MultiHeadAttention(8, 2, { causal: true })
is<Tensor<[2, number, 8]>>()(attention.call(zeros([2, 5, 8])))
is<Tensor<[number, 8]>>()(attention.call(zeros([5, 8]), { keyMask: zeros([5], { dtype: 'bool' }) }))
is<Tensor<[2, 3, 8]>>()(attention.attend(zeros([2, 3, 8]), zeros([2, 5, 8]), zeros([2, 5, 8])))
is<Tensor<[3, number]>>()(new MultiHeadAttention(n, 2).attend(zeros([3, 8]), zeros([4, 8]), zeros([4, 8])))
is<Tensor<[2, number, 8]>>()(
  new TransformerBlock(8, 2, { mlpRatio: 2 }).call(zeros([2, 5, 8]), { causal: true }),
)
const readingSymbols = sequential(table, new TransformerBlock(8, 2), new LayerNorm(8), new Dense(8, 6))
is<Tensor<[2, number, 6]>>()(readingSymbols.call(ids))

/** Several inputs and outputs, modules in an array and an object, a weight that two places share. */
class Translator extends Module {
  readonly table = new Embedding(6, 8)
  readonly blocks = [new TransformerBlock(8, 2), new TransformerBlock(8, 2)]
  readonly decoder = { attention: new MultiHeadAttention(8, 2), norm: new LayerNorm(8) }
  readonly output = { weight: this.table.weight }
  forward<N extends number>(
    source: Tensor<[N, number]>,
    target: Tensor<[N, 5]>,
    { mask }: { mask?: Tensor } = {},
  ): { logits: Tensor<[N, 5, 6]>; memory: readonly [Tensor<[N, number, 8]>, Tensor | undefined] } {
    let states: Tensor<[N, number, 8]> = this.table.call(source)
    for (const block of this.blocks) states = block.call(states)
    const { attention, norm } = this.decoder
    const read = attention.attend(norm.call(this.table.call(target)), states, states, mask ? { mask } : {})
    return { logits: linear(read, this.output.weight), memory: [states, mask] }
  }
}
const translator = new Translator()
const translated = translator.call(ids, ids, { mask: dynamic })
is<Tensor<[number, 5, 6]>>()(translated.logits)
is<readonly [Tensor<[number, number, 8]>, Tensor | undefined]>()(translated.memory)
is<Tensor<[number, 5, 6]>>()(functionalCall(translator, { positions: zeros([1]) }, ids, ids).logits)

// Losses.
const y = zeros([7, 3])
const classes = tensor([0, 1, 2, 0, 1, 2, 0], { dtype: 'int32' })
is<Tensor<[]>>()(mse(y, y))
is<Tensor<[]>>()(mse(y, y, { reduction: 'sum', scale: 0.5 }))
is<Tensor<[7, 3]>>()(mse(y, y, { reduction: 'none' }))
is<Tensor>()(mse(y, y, { reduction: flag ? 'none' : 'sum' }))
is<Tensor<[]>>()(crossEntropy(y, classes))
is<Tensor<[]>>()(crossEntropy(y, y, { labelSmoothing: 0.1 }))
is<Tensor<[7]>>()(crossEntropy(y, classes, { reduction: 'none' }))
is<Tensor<[]>>()(crossEntropy(zeros([3]), tensor(1, { dtype: 'int32' })))
is<Tensor<[]>>()(crossEntropy(dynamic, dynamic))
is<Tensor<[]>>()(mse(y, y, { reduction: 'batchMean', mask: zeros([7], { dtype: 'bool' }) }))
is<Tensor<[7, 3]>>()(huber(y, y, { delta: 2, reduction: 'none' }))
is<Tensor<[7, 3]>>()(bceWithLogits(y, y, { posWeight: zeros([3]), reduction: 'none' }))
is<Tensor<[]>>()(klDiv(y, y, { logTarget: true }))
is<Tensor<[7]>>()(nll(y, classes, { reduction: 'none', ignoreIndex: -100 }))
is<Tensor<[7, 5]>>()(
  nll(zeros([7, 3, 5]), zeros([7, 5], { dtype: 'int32' }), { reduction: 'none', weight: zeros([3]) }),
)
is<Tensor<[]>>()(cosineSimilarity(y, y))
is<Tensor<[7]>>()(cosineSimilarity(y, y, { reduction: 'none' }))
is<Tensor>()(cosineSimilarity(y, y, { reduction: 'none', axis: 0 }))
is<Tensor<[]>>()(new MSE().call(y, y))
is<Tensor<[]>>()(new MSE({ scale: 0.5 }).call(y, y, { mask: dynamic }))
is<Tensor<[7, 3]>>()(new MSE({ reduction: 'none' }).call(y, y))
is<Tensor<[7]>>()(new CrossEntropy({ reduction: 'none' }).call(y, classes))
is<Tensor<[]>>()(new CrossEntropy().call(y, y))
is<Tensor<[7]>>()(new CosineSimilarity({ reduction: 'none' }).call(y, y))
is<Tensor>()(new CosineSimilarity({ reduction: 'none', axis: 0 }).call(y, y))
is<Tensor>()(new MSE({ reduction: flag ? 'none' : 'sum' }).call(y, y))
is<Tensor<[]>>()(functionalCall(new BCE(), {}, y, y))

// Data.
const pairs = new TensorDataset(zeros([10, 4]), zeros([10]))
is<[Tensor<[4]>, Tensor<[]>]>()(pairs.get(0))
for (const batch of new DataLoader(pairs, { batchSize: 2 }))
  is<[Tensor<[number, 4]>, Tensor<[number]>]>()(batch)
const records = { length: 3, get: (i: number) => ({ x: zeros([3, 2]), label: i }) }
for (const batch of new DataLoader(records))
  is<{ x: Tensor<[number, 3, 2]>; label: Tensor<[number]> }>()(batch)
for (const batch of new DataLoader(records, { collate: (samples) => samples.length })) is<number>()(batch)
is<[Tensor<[number, 4]>, Tensor<[number, 4]>, Tensor<[number]>, Tensor<[number]>]>()(
  trainTestSplit(zeros([10, 4]), zeros([10]), { testSize: 3 }),
)
is<[Tensor<[number, 4]>, Tensor<[number, 4]>]>()(trainTestSplit(zeros([10, 4])))
is<Tensor<[2, 3]>>()(new MinMaxScaler().fitTransform(zeros([2, 3])))

// Optimizers.
new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true })
new SGD([{ params: [dense.weight], lr: 0.3 }, { params: model.parameters() }], { lr: 0.1 })

export {
  anyBatch,
  anyResidual,
  asAnyLayer,
  asLayer,
  asModule,
  denseAsLayer,
  eitherWay,
  lenetAsLayer,
  memory,
  mixed,
  open,
  recurrentLayer,
  square,
}
