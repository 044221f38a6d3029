/** @file A plain network as a model of nn, and back. Imports nn, network.ts and autograd.ts. */
import { Dense, Sequential, Sigmoid } from '@tapegrad/nn'
import { double, type PlainLayer } from '../network.ts'
import { numbersOf, rowsOf } from './autograd.ts'

/** Dense and Sigmoid for each layer, with copies of the weights and biases, in float64. */
export function modelOf(network: readonly PlainLayer[]): Sequential {
  const layers = network.flatMap(({ weight, bias }) => {
    const dense = new Dense(weight[0]!.length, weight.length, { dtype: 'float64' })
    dense.weight.assign(double(weight))
    dense.bias!.assign(double(bias))
    return [dense, new Sigmoid()]
  })
  return new Sequential(...layers) as unknown as Sequential
}

/** The weights and biases as they are now. */
export const plainOf = ({ layers }: Sequential): PlainLayer[] =>
  layers
    .filter((layer) => layer instanceof Dense)
    .map(({ weight, bias }) => ({ weight: rowsOf(weight), bias: numbersOf(bias!) }))
