/** @file A small network as a function of one flat vector of its parameters. Imports core and nn. */
import { Generator, type Tensor, tensor } from '@tapegrad/core'
import { Dense, functionalCall, mse, type Sequential, sequential, Tanh, uniform } from '@tapegrad/nn'

/** Points that the network is fitted to: inputs and targets, [points, 1], float64. */
export interface Points {
  readonly x: Tensor
  readonly y: Tensor
}

export const column = (values: readonly number[]): Tensor =>
  tensor(
    values.map((value) => [value]),
    { dtype: 'float64' },
  )

/** A 1-h-1 network with a tanh in the middle, in float64, weights and biases uniform in [-scale, scale). */
export function network(hidden: number, seed: number, scale: number): Sequential {
  const start = uniform(-scale, scale)
  const options = { init: start, bias: start, dtype: 'float64', generator: new Generator(seed) } as const
  return sequential(
    new Dense(1, hidden, options),
    new Tanh(),
    new Dense(hidden, 1, options),
  ) as unknown as Sequential
}

/** A network's parameters one after the other, and a loss of them. */
export interface Problem {
  readonly start: Tensor
  /** Of a vector like `start`; 0-d. */
  readonly loss: (theta: Tensor) => Tensor
}

/** The mean squared error of the model's outputs, plus `decay` times the sum of the squared parameters. */
export function problemOf(model: Sequential, { x, y }: Points, decay: number): Problem {
  const parameters = [...model.namedParameters()]
  const start = tensor(Float64Array.from(parameters.flatMap(([, p]) => Array.from(p.data)))) as Tensor
  /** The vector cut into the model's weights and biases: views, through which derivatives flow. */
  const unpack = (theta: Tensor): Record<string, Tensor> => {
    let at = 0
    const cut = parameters.map(([name, { shape, size }]): [string, Tensor] => {
      at += size
      return [name, theta.slice([[at - size, at]]).reshape(shape) as Tensor]
    })
    return Object.fromEntries(cut)
  }
  const loss = (theta: Tensor): Tensor => {
    const error = mse(functionalCall(model, unpack(theta), x) as Tensor, y)
    return error.add(theta.square().sum().mul(decay)) as Tensor
  }
  return { start, loss }
}
