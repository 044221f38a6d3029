/** @file Programs whose types must come out as stated. Compiled by types.test.ts, never run. */
import { type Tensor, tensor, zeros } from '@tapegrad/core'
import {
  BCE,
  bceWithLogits,
  CosineSimilarity,
  CrossEntropy,
  cosineSimilarity,
  crossEntropy,
  DataLoader,
  Dense,
  Dropout,
  functionalCall,
  GELU,
  huber,
  klDiv,
  Lambda,
  Layer,
  MinMaxScaler,
  Module,
  MSE,
  mse,
  nll,
  parameter,
  Residual,
  Sequential,
  SGD,
  Sigmoid,
  Softmax,
  sequential,
  Tanh,
  TensorDataset,
  trainTestSplit,
} from '@tapegrad/nn'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** `is<X>()(value)` compiles only if the type of the value is exactly X. */
const is =
  <Expected>() =>
  <Actual>(
    _actual: Actual,
    ..._proof: Equal<Actual, Expected> extends true ? [] : [{ got: Actual }]
  ): void => {}

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

export { anyBatch, anyResidual, asAnyLayer, asLayer, asModule, denseAsLayer, mixed, open, square }
