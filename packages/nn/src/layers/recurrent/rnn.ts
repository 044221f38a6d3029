/** @file RNN: the plain recurrent layer. Imports core, errors.ts, cell.ts and recurrent.ts. */
import { add, relu, type Shape, type Tensor, tanh } from '@tapegrad/core/ops'
import { describe, fail } from '../../errors.ts'
import type { Cell } from './cell.ts'
import { checkRecurrent, Recurrent, type RecurrentOptions, type Returned, type Returns } from './recurrent.ts'

export interface RNNOptions<R extends Returns = Returns> extends RecurrentOptions<R> {
  /** What is applied in each step: default 'tanh'. */
  readonly nonlinearity?: 'tanh' | 'relu'
}

const cellWith = (nonlinearity: (x: Tensor) => Tensor): Cell => ({
  name: 'RNN',
  gates: 1,
  parts: ['h'],
  step: ([x], product) => [nonlinearity(add(x!, product(0)))],
})

/**
 * A recurrent layer (Elman 1990): [..., time, inputs] -> [..., time, hidden], or the last step alone, [..., hidden]. In
 * each step h' = tanh(W_ih x + b_ih + W_hh h + b_hh). Parameters are those of PyTorch's nn.RNN: `weight_ih_l0`, ...
 */
export class RNN<
  I extends number = number,
  H extends number = number,
  R extends Returns = 'sequence',
> extends Recurrent<I, H, R> {
  readonly nonlinearity: 'tanh' | 'relu'

  constructor(inputs: I, hidden: H, options: RNNOptions<R> = {}) {
    const { nonlinearity = 'tanh' } = checkRecurrent('RNN', options, ['nonlinearity'])
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu')
      fail('RNN', `nonlinearity must be 'tanh' or 'relu', got ${describe(nonlinearity)}`)
    super(cellWith(nonlinearity === 'relu' ? relu : tanh), inputs, hidden, options)
    this.nonlinearity = nonlinearity
  }

  /**
   * What `call` returns, and the state h after the last step, [layers, ...batch, hidden]; the state before the first is
   * `state`, zeros when left out. So a long sequence is processed in pieces, each with the state of the one before;
   * pass on `state.detach()` where gradients should not flow back into earlier pieces.
   */
  scan<Batch extends Shape>(
    x: Tensor<readonly [...Batch, number, I]>,
    state?: NoInfer<Tensor<readonly [number, ...Batch, H]>>,
  ): [output: Tensor<[...Batch, ...Returned<R, H>]>, state: Tensor<[number, ...Batch, H]>] {
    return this.scanned(x as Tensor, state) as never
  }

  override toString(): string {
    return this.shown([['nonlinearity', this.nonlinearity, 'tanh']])
  }
}
