/** @file Programs that load data, whose types must come out as stated. Compiled by types.test.ts, never run. */
import { type Tensor, tensor, zeros } from '@tapegrad/core'
import {
  DataLoader,
  mapDataset,
  precisionRecallF1,
  StandardScaler,
  subset,
  TensorDataset,
  trainTestSplit,
} from '@tapegrad/nn'
import { is } from './is.ts'

const pairs = new TensorDataset(zeros([10, 4]), zeros([10]))
is<number>()(new DataLoader(pairs).length)
is<number>()(new DataLoader({ length: 3, get: (i) => i > 0 }).length)
is<number>()(new DataLoader([1, 2, 3]).length)
for (const batch of new DataLoader([{ x: zeros([4]), seen: true, raw: new Float32Array(3) }]))
  is<{ x: Tensor<[number, 4]>; seen: Tensor<[number]>; raw: Tensor<[number, number]> }>()(batch)
async function* stream(): AsyncGenerator<[Tensor<[4]>, number]> {
  yield [zeros([4]), 1]
}
const streamed = new DataLoader(stream, { batchSize: 2, shuffleBuffer: 10 })
is<number | undefined>()(streamed.length)
for await (const [x, label] of streamed) {
  is<Tensor<[number, 4]>>()(x)
  is<Tensor<[number]>>()(label)
}
for await (const batch of new DataLoader(stream())) is<[Tensor<[number, 4]>, Tensor<[number]>]>()(batch)
for await (const batch of new DataLoader(stream, { collate: async (samples) => samples })) {
  is<[Tensor<[4]>, number][]>()(batch)
}
for (const batch of new DataLoader(new Set([true]))) is<Tensor<[number]>>()(batch)
for await (const batch of new DataLoader(() => [Promise.resolve(zeros([2]))]))
  is<Tensor<[number, 2]>>()(batch)
for (const [x, label] of new DataLoader(subset(pairs, [1, 2]))) {
  is<Tensor<[number, 4]>>()(x)
  is<Tensor<[number]>>()(label)
}
for (const batch of new DataLoader(mapDataset(pairs, ([x]) => ({ x }))))
  is<{ x: Tensor<[number, 4]> }>()(batch)
export const anyLoader: DataLoader<[Tensor<[4]>, Tensor<[]>]> = new DataLoader(pairs)

// More than two tensors; scalers; metrics.
declare const n: number
is<
  [
    Tensor<[number, 4]>,
    Tensor<[number, 4]>,
    Tensor<[number]>,
    Tensor<[number]>,
    Tensor<[number, 2]>,
    Tensor<[number, 2]>,
  ]
>()(trainTestSplit(zeros([10, 4]), zeros([10]), zeros([10, 2]), { testSize: 3 }))
is<6>()(trainTestSplit(zeros([10, 4]), zeros([10]), zeros([10, 2])).length)
is<Record<string, Tensor>>()(new StandardScaler().fit(zeros([2, 3])).stateDict())
const classes = tensor([0, n], { dtype: 'int32' })
is<number>()(precisionRecallF1(classes, classes).f1)
is<number>()(precisionRecallF1(classes, classes, { average: 'micro' }).recall)
is<readonly number[]>()(precisionRecallF1(classes, classes, { average: 'none', classes: 3 }).support)
