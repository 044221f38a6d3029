/** @file LSTM: long short-term memory. Imports core, cell.ts and recurrent.ts. */
import { add, mul, type Shape, sigmoid, type Tensor, tanh } from '@tapegrad/core/ops'
import type { Cell } from './cell.ts'
import { checkRecurrent, Recurrent, type RecurrentOptions, type Returned, type Returns } from './recurrent.ts'

/** The state of an LSTM: output h and memory c, each [layers, ...batch, hidden]. */
export type LSTMState<Batch extends Shape = Shape, H extends number = number> = readonly [
  h: Tensor<[number, ...Batch, H]>,
  c: Tensor<[number, ...Batch, H]>,
]

const CELL: Cell = {
  name: 'LSTM',
  gates: 4,
  parts: ['h', 'c'],
  step: (x, product, [, c]) => {
    const gate = (k: number): Tensor => add(x[k]!, product(k))
    const memory = add(mul(sigmoid(gate(1)), c!), mul(sigmoid(gate(0)), tanh(gate(2))))
    return [mul(sigmoid(gate(3)), tanh(memory)), memory]
  },
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; forget gates by Gers et al. 2000): [..., time, inputs] ->
 * [..., time, hidden], or the last step alone, [..., hidden]. In each step, with gates in the order i, f, g, o as in
 * PyTorch's nn.LSTM, whose parameters these are:
 *
 *     i = sigmoid(W_ii x + b_ii + W_hi h + b_hi)      f, o: the same with their own weights
 *     g = tanh(W_ig x + b_ig + W_hg h + b_hg)
 *     c' = f c + i g
 *     h' = o tanh(c')
 */
export class LSTM<
  I extends number = number,
  H extends number = number,
  R extends Returns = 'sequence',
> extends Recurrent<I, H, R> {
  constructor(inputs: I, hidden: H, options: RecurrentOptions<R> = {}) {
    super(CELL, inputs, hidden, checkRecurrent('LSTM', options))
  }

  /**
   * What `call` returns, and the state [h, c] after the last step, each [layers, ...batch, hidden]; the state before the
   * first is `state`, zeros when left out. So a long sequence is processed in pieces, each with the state of the one
   * before; pass on [h.detach(), c.detach()] where gradients should not flow back into earlier pieces.
   */
  scan<Batch extends Shape>(
    x: Tensor<readonly [...Batch, number, I]>,
    state?: NoInfer<LSTMState<Batch, H>>,
  ): [output: Tensor<[...Batch, ...Returned<R, H>]>, state: LSTMState<Batch, H>] {
    return this.scanned(x as Tensor, state) as never
  }
}
