/** @file SGD: gradient descent with momentum. Imports core, errors.ts, optimizer.ts and parameters.ts. */
import { add, assign, broadcastTo, mul, sub, type Tensor, tensor, zeros } from '@tapegrad/core/ops'
import { checkFinite, checkFlag, checkNonNegative, checkOptions, fail } from '../errors.ts'
import type { StateDict } from '../state-dict.ts'
import { Optimizer, type OptimizerOptions, penalized, type Slot } from './optimizer.ts'
import type { Params } from './parameters.ts'

export interface SGDOptions extends OptimizerOptions {
  /** Learning rate, default 0.001. */
  readonly lr?: number
  /** Share of the last step's direction that goes on, default 0. */
  readonly momentum?: number
  /** Share of the gradient that does not enter the momentum, default 0. */
  readonly dampening?: number
  /** Look ahead by one step of momentum (Sutskever et al. 2013); default false. */
  readonly nesterov?: boolean
  /** Adds weightDecay * p to the gradient of p, default 0. */
  readonly weightDecay?: number
}

type Settings = Required<SGDOptions>

const defaults: Settings = { lr: 1e-3, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 }

function check({ momentum, dampening, nesterov, weightDecay }: Settings): void {
  checkNonNegative('SGD', 'momentum', momentum)
  checkNonNegative('SGD', 'weightDecay', weightDecay)
  checkFinite('SGD', 'dampening', dampening)
  checkFlag('SGD', 'nesterov', nesterov)
  if (nesterov && (momentum === 0 || dampening !== 0))
    fail('SGD', `nesterov needs momentum above 0 and no dampening, got ${momentum} and ${dampening}`)
}

function makeState(p: Tensor, { momentum, dampening }: Settings): StateDict {
  if (momentum === 0) return {}
  const momentum_buffer = zeros(p.shape, { dtype: p.dtype })
  // The first gradient enters undampened: `share` is 1 until a step was made.
  return dampening === 0 ? { momentum_buffer } : { momentum_buffer, share: tensor(1, { dtype: p.dtype }) }
}

/**
 * Stochastic gradient descent, in PyTorch's arithmetic: d = grad + weightDecay p; with momentum, b = momentum b +
 * (1 - dampening) d (at first b = d), and d becomes b, or d + momentum b with nesterov; then p = p - lr d.
 */
export class SGD extends Optimizer<Settings> {
  constructor(params: Params<SGDOptions>, options: SGDOptions = {}) {
    super(
      'SGD',
      params,
      { ...defaults, ...checkOptions('SGD', options, Object.keys(defaults)) },
      check,
      makeState,
    )
  }

  protected update({ parameter, rate, options, state }: Slot<Settings>, grad: Tensor): void {
    const { momentum, dampening, nesterov, weightDecay } = options
    let d = penalized(grad, parameter, weightDecay)
    const { momentum_buffer: buffer, share } = state
    if (buffer !== undefined) {
      const entering = share === undefined ? d : mul(d, broadcastTo(share, d.shape))
      const b = add(mul(buffer, momentum), entering)
      assign(buffer, b)
      if (share !== undefined) assign(share, 1 - dampening)
      d = nesterov ? add(d, mul(b, momentum)) : b
    }
    assign(parameter, sub(parameter, mul(d, rate)))
  }
}
