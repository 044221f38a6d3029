/** @file Mistakes in programs that train, and what the compiler says about them: rows as in messages.ts. */

/** What every row can use besides. */
export const trainPreamble = `
import { accuracy, DataLoader, fit, fitSteps, Module, TensorDataset } from '@tapegrad/nn'
const optimizer = new SGD(model.parameters())
const common = { loss: mse, optimizer, epochs: 3 }
const [x, y] = [zeros([10, 4]), zeros([10, 3])]
class Both extends Module { forward(a: Tensor<[number, 4]>, b: Tensor<[number, 3]>): Tensor<[number, 3]> { return b } }
`

const misfit = (type: string, expected: string, message: string): string =>
  `Argument of type '${type}' is not assignable to parameter of type '${expected} & "${message}"'.`

export const trainMistakes: readonly (readonly [code: string, message: string])[] = [
  [
    'fit(model, «[y, y]», common)',
    misfit(
      '[Tensor<[10, 3]>, Tensor<[10, 3]>]',
      'readonly [Tensor<[10, 3]>, Tensor<[10, 3]>]',
      'the model takes [..., 4], the batches hold [?, 3]',
    ),
  ],
  [
    'fit(model, «new TensorDataset(y, y)», common)',
    misfit(
      'TensorDataset<readonly [Tensor<[10, 3]>, Tensor<[10, 3]>]>',
      'TensorDataset<readonly [Tensor<[10, 3]>, Tensor<[10, 3]>]>',
      'the model takes [..., 4], the batches hold [?, 3]',
    ),
  ],
  [
    'fit(model, «[x, x, y]», common)',
    misfit(
      '[Tensor<[10, 4]>, Tensor<[10, 4]>, Tensor<[10, 3]>]',
      'readonly [Tensor<[10, 4]>, Tensor<[10, 4]>, Tensor<[10, 3]>]',
      'the model takes one tensor, so a batch must be [input, target]',
    ),
  ],
  [
    'fit(new Both(), «[x, x, y]», common)',
    misfit(
      '[Tensor<[10, 4]>, Tensor<[10, 4]>, Tensor<[10, 3]>]',
      'readonly [Tensor<[10, 4]>, Tensor<[10, 4]>, Tensor<[10, 3]>]',
      'the inputs of the batches, all but the last, are not those of forward',
    ),
  ],
  [
    'fit(model, «[{ x, y }]», common)',
    misfit(
      '[{ x: Tensor<[10, 4]>; y: Tensor<[10, 3]>; }]',
      'readonly [{ readonly x: Tensor<[10, 4]>; readonly y: Tensor<[10, 3]>; }]',
      'a batch must be [...inputs, target]; for others there is fitSteps',
    ),
  ],
  [
    'fit(model, [x, y], { ...common, «epoch»: 3 })',
    "Object literal may only specify known properties, but 'epoch' does not exist in type 'FitOptions<Tensor<Shape>, Tensor<[number, 3]>, never, undefined>'. Did you mean to write 'epochs'?",
  ],
  [
    'fit(model, [x, y], { ...common, metrics: { accuracy } }).then((history) => history.metrics.«acuracy»)',
    `Property 'acuracy' does not exist on type 'Series<"accuracy">'. Did you mean 'accuracy'?`,
  ],
  [
    'fit(model, [x, y], common).then((history) => history.validationLoss[«0»])',
    "Tuple type '[]' of length '0' has no element at index '0'.",
  ],
  [
    'fitSteps(model, [{ x, y }], { optimizer, epochs: 1, step: (batch) => mse(model.call(batch.«z»), batch.y) })',
    "Property 'z' does not exist on type '{ readonly x: Tensor<[10, 4]>; readonly y: Tensor<[10, 3]>; }'.",
  ],
]
