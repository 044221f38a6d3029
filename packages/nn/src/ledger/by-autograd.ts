/** @file The same quantities from the tape: one backward pass through the model itself. Imports core, SGD and plain.ts. */
import { backward, grad, linear, sum, type Tensor, take, tensor, vjp } from '@tapegrad/core/ops'
import { fail } from '../errors.ts'
import { SGD } from '../optim/sgd.ts'
import { type Rows, rowsOf } from './arrays.ts'
import type { LayerValues, Pass } from './closed-form.ts'
import { checkElementwise, type Stages, sizesOf, through } from './plain.ts'

/** A pass, and what the first layer got. */
export type TapePass = Pass & { readonly inputs: Rows }

/** What the tape says of one batch: x is [in] or [samples, in]. */
export function byAutograd(
  { before, stages }: Stages,
  x: Tensor,
  loss: (prediction: Tensor) => Tensor,
  rate: number | null,
): TapePass {
  // `retainGrad` on every z keeps delta, on every n what comes back to it.
  const first = through(before, x)
  let h = first
  const tracked = stages.map(({ dense, activations }) => {
    const input = h
    const z = dense.call(input) as Tensor
    if (!z.requiresGrad) fail('ledger', 'nothing is recorded inside noGrad; call the ledger outside of it')
    checkElementwise(activations, z)
    const n = activations.length === 0 ? z : through(activations, z)
    if (!n.requiresGrad)
      fail('ledger', `${activations.join(', ')} passes no gradient on, so there is nothing to compare`)
    h = n
    return { input, z: z.retainGrad(), n: n.retainGrad() }
  })
  const value = loss(h)
  if (!value.requiresGrad) fail('ledger', 'the loss does not depend on the prediction')
  if (loss(h.detach()).requiresGrad)
    fail(
      'ledger',
      'the loss depends on the parameters besides the prediction, as a penalty does; the formulas have no term for that',
    )
  backward(value)

  const layers = stages.map(({ dense, activations }, l): LayerValues => {
    const { weight, bias } = dense
    const { input, z, n } = tracked[l]!
    const [neurons, inputs] = sizesOf(dense)
    const f = (at: Tensor): Tensor => sum(through(activations, at))
    const parts = x.ndim === 1 ? null : partsOf(weight, bias, input.detach(), z.grad!)
    const dW = matrix(weight.grad!)
    const db = bias === null ? [] : [...bias.grad!.data]
    return {
      z: rowsOf(z.data, neurons),
      n: rowsOf(n.data, neurons),
      fPrime: rowsOf((grad(f)(z.detach()) as Tensor).data, neurons),
      backprop: rowsOf(n.grad!.data, neurons),
      delta: rowsOf(z.grad!.data, neurons),
      weightParts: parts?.map(([dw]) => rowsOf(dw!.data, inputs)) ?? [dW],
      biasParts: bias === null ? [] : (parts?.map(([, d]) => [...d!.data]) ?? [db]),
      dW,
      db,
      W: rate === null ? [] : matrix(stepped(weight as Tensor, rate)),
      b: bias === null || rate === null ? [] : [...stepped(bias as Tensor, rate).data],
    }
  })
  return {
    loss: value.item(),
    losses: null,
    layers,
    inputs: rowsOf(first.data, sizesOf(stages[0]!.dense)[1]),
  }
}

const matrix = (x: Tensor): number[][] => rowsOf(x.data, x.shape[1]!)

/** What each sample adds to the gradients: z = W n + b of that sample alone, pulled back from its row of delta. */
function partsOf(weight: Tensor, bias: Tensor | null, input: Tensor, delta: Tensor): (Tensor | null)[][] {
  return Array.from({ length: input.shape[0]! }, (_, s) => {
    const n = sampleOf(input, s)
    const own = bias === null ? [weight] : [weight, bias]
    const [, pull] = vjp((w: Tensor, b?: Tensor) => linear(n, w, b ?? null) as Tensor, ...own)
    return pull(sampleOf(delta.detach(), s))
  })
}

/** Row s of a matrix. */
export const sampleOf = (x: Tensor, s: number): Tensor => take(x, tensor(s, { dtype: 'int32' }), 0) as Tensor

/** What SGD makes of a parameter with this gradient; the parameter itself is left alone. */
function stepped(parameter: Tensor, rate: number): Tensor {
  // Its own memory: `detach` shares it, and the step writes.
  const copy = tensor(Float64Array.from(parameter.data), { shape: parameter.shape, requiresGrad: true })
  copy.grad = parameter.grad
  new SGD([copy], { lr: rate }).step()
  return copy.detach()
}
