/** @file Programs that train, whose types must come out as stated. Compiled by types.test.ts, never run. */
import { type Tensor, tensor, zeros } from '@tapegrad/core'
import {
  accuracy,
  CrossEntropy,
  crossEntropy,
  DataLoader,
  Dense,
  earlyStopping,
  Flatten,
  fit,
  fitSteps,
  type History,
  type Layer,
  Module,
  MSE,
  mse,
  progress,
  SGD,
  Sigmoid,
  sequential,
  TensorDataset,
  type TrainingState,
} from '@tapegrad/nn'
import { terminalProgress } from '@tapegrad/nn/terminal'
import { is } from './is.ts'

const model = sequential(new Dense(4, 5), new Sigmoid(), new Dense(5, 3))
const optimizer = new SGD(model.parameters())
const x = zeros([10, 4])
const y = zeros([10, 3])
const classes = tensor([0, 1, 2], { dtype: 'int32' })
const common = { optimizer, epochs: 3 }
declare const dynamic: Tensor
declare const anyModule: Module
declare const anyLayer: Layer

// Histories know their metrics, and whether there was a validation.
const plain = await fit(model, [x, y], { ...common, loss: mse })
is<History<never, false>>()(plain)
is<number[]>()(plain.loss)
is<[]>()(plain.validationLoss)
const full = await fit(model, [x, classes], {
  ...common,
  loss: crossEntropy,
  metrics: { accuracy, mean: (p, t) => is<Tensor<[number]>>()(t) ?? p.mean() },
  validation: [x, classes],
})
is<History<'accuracy' | 'mean', true>>()(full)
is<number[]>()(full.validationLoss)
is<number[]>()(full.metrics.accuracy)
is<number[]>()(full.validationMetrics.mean)
is<number>()(full.epochs)

// Forms of data.
const pairs = new TensorDataset(x, y)
const loader = new DataLoader(pairs)
await fit(model, pairs, { ...common, loss: new MSE() })
await fit(model, loader, { ...common, loss: new CrossEntropy(), validation: loader })
await fit(model, [[x, y]] as const, { ...common, loss: mse })
await fit(model, () => loader, { ...common, loss: (p, t) => mse(p, is<Tensor<[number, 3]>>()(t) ?? t) })
await fit(
  model,
  async function* () {
    yield [x, y] as const
  },
  { ...common, loss: mse },
)
await fit(model, [dynamic, dynamic], { ...common, loss: mse })
await fit(anyModule, [x, y], { ...common, loss: (p, t) => mse(p as typeof t, t) })
await fit(anyLayer, [x, y], { ...common, loss: mse })
await fit(sequential(new Flatten(), new Dense(12, 3)), [zeros([10, 3, 4]), y], { ...common, loss: mse })

// Several inputs, and a prediction that is no tensor.
class Both extends Module {
  forward(a: Tensor<[number, 4]>, b: Tensor<[number, 3]>): { sum: Tensor<[number]> } {
    return { sum: a.sum(1).add(b.sum(1)) as Tensor<[number]> }
  }
}
await fit(new Both(), [x, y, zeros([10])], {
  ...common,
  loss: ({ sum }, target) => {
    is<Tensor<[number]>>()(sum)
    return mse(sum, target)
  },
})

// Steps of one's own.
const records = [{ image: x, label: y }]
const own = await fitSteps(model, records, {
  ...common,
  step: ({ image, label }) => {
    const prediction = model.call(image)
    return { loss: mse(prediction, label), prediction, target: { label } }
  },
  metrics: { mae: (p, { label }) => is<Tensor<[10, 3]>>()(p) ?? p.sub(label).abs().mean() },
  validation: records,
})
is<History<'mae', true>>()(own)
is<History<never, false>>()(
  await fitSteps(model, records, { ...common, step: ({ image, label }) => mse(model.call(image), label) }),
)

// Callbacks know the metrics.
await fit(model, [x, y], {
  ...common,
  loss: mse,
  metrics: { accuracy },
  callbacks: [
    progress(({ loss }) => is<number>()(loss)),
    earlyStopping(),
    terminalProgress(),
    { onEpochEnd: (state) => is<TrainingState<'accuracy'>>()(state) },
    { onBatchEnd: async ({ metrics }) => is<number>()(metrics.accuracy) },
  ],
})
