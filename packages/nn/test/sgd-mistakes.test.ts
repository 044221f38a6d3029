/** @file What SGD alone refuses; what all optimizers refuse is in optim/refusals.test.ts. */
import { SGD } from '@tapegrad/nn'
import { expect, it } from 'vitest'
import { leaf } from './support/sgd-steps.ts'

it.each<[what: string, options: object, got: string]>([
  ['without momentum', { nesterov: true }, '0 and 0'],
  ['with dampening', { nesterov: true, momentum: 0.5, dampening: 0.1 }, '0.5 and 0.1'],
])('nesterov %s', (_, options, got) => {
  const message = `SGD: nesterov needs momentum above 0 and no dampening, got ${got}`
  expect(() => new SGD([leaf()], options)).toThrow(message)
  expect(() => new SGD([{ params: [leaf()], ...options }])).toThrow(message)
})
