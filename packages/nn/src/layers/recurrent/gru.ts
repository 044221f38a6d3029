/** @file GRU: the gated recurrent unit. Imports core, cell.ts and recurrent.ts. */
import { add, mul, type Shape, sigmoid, sub, type Tensor, tanh } from '@tapegrad/core/ops'
import type { Cell } from './cell.ts'
import { checkRecurrent, Recurrent, type RecurrentOptions, type Returned, type Returns } from './recurrent.ts'

const CELL: Cell = {
  name: 'GRU',
  gates: 3,
  parts: ['h'],
  innerBias: 2,
  step: ([xr, xz, xn], product, [h]) => {
    const r = sigmoid(add(xr!, product(0)))
    const z = sigmoid(add(xz!, product(1)))
    const n = tanh(add(xn!, mul(r, product(2))))
    return [add(n, mul(z, sub(h!, n)))]
  },
}

/**
 * Gated recurrent units (Cho et al. 2014): [..., time, inputs] -> [..., time, hidden], or the last step alone,
 * [..., hidden]. In each step, with gates in the order r, z, n as in PyTorch's nn.GRU, whose parameters these are:
 *
 *     r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
 *     z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
 *     n = tanh(W_in x + b_in + r (W_hn h + b_hn))
 *     h' = (1 - z) n + z h
 */
export class GRU<
  I extends number = number,
  H extends number = number,
  R extends Returns = 'sequence',
> extends Recurrent<I, H, R> {
  constructor(inputs: I, hidden: H, options: RecurrentOptions<R> = {}) {
    super(CELL, inputs, hidden, checkRecurrent('GRU', options))
  }

  /** As `scan` of RNN: the state is h, [layers, ...batch, hidden]. */
  scan<Batch extends Shape>(
    x: Tensor<readonly [...Batch, number, I]>,
    state?: NoInfer<Tensor<readonly [number, ...Batch, H]>>,
  ): [output: Tensor<[...Batch, ...Returned<R, H>]>, state: Tensor<[number, ...Batch, H]>] {
    return this.scanned(x as Tensor, state) as never
  }
}
