/** @file Types tell the truth: the shape of every typed op at run time is the one in its type. */
import { describe, expect, it } from 'vitest'
import { Tensor } from '../../src/index.ts'
import { functions } from './function-shapes.ts'
import { methods } from './method-shapes.ts'

describe.each([
  ['methods', methods],
  ['functions', functions],
])('%s have the shapes of their types', (_, table) => {
  it.each(Object.entries(table))('%s', (_name, rows) => {
    expect(rows.length).toBeGreaterThan(0)
    for (const { results, expected } of rows) {
      expect(results.length).toBeGreaterThan(0)
      for (const result of results) expect(result.shape).toEqual(expected)
    }
  })
})

it('covers every op on the prototype', () => {
  const ownOfTensor = new Set([
    'constructor',
    'ndim',
    'size',
    'data',
    'item',
    'toArray',
    'toJSON',
    'toString',
  ])
  const own = ['requiresGrad', 'retainGrad', 'detach', '~copy', ...ownOfTensor]
  const installed = Object.getOwnPropertyNames(Tensor.prototype).filter((name) => !own.includes(name))
  expect(Object.keys(methods).sort()).toEqual(installed.sort())
})
