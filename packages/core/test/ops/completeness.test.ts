/** @file Every exported op and every method of Tensor has a row in the op table. */
import { describe, expect, it } from 'vitest'
import '../../src/methods.ts'
import * as exported from '../../src/ops/index.ts'
import { Tensor } from '../../src/tensor.ts'
import { rows } from './table/index.ts'
import { nameOf } from './table/row.ts'
import { WITHOUT_DERIVATIVES } from './table/without.ts'

// allClose returns no tensor: it is tested in ops/logic.test.ts.
const covered = new Set([...rows.map((row) => row.op), 'allClose'])

/** What Tensor has besides ops. `T` is transpose() without axes, `detach` the method form of stopGradient, `~copy` internal. */
const NOT_OPS = [
  'constructor',
  'ndim',
  'size',
  'data',
  'item',
  'toArray',
  'toJSON',
  'toString',
  'requiresGrad',
  'retainGrad',
  'onGrad',
  'detach',
  'backward',
  'T',
  '~copy',
]

describe('the op table', () => {
  it('has a row for every export of ops/index.ts', () => {
    const functions = Object.entries(exported).filter(([, value]) => typeof value === 'function')
    expect(functions.map(([name]) => name).filter((name) => !covered.has(name))).toEqual([])
  })

  it('has a row for every method of Tensor', () => {
    const names = Object.getOwnPropertyNames(Tensor.prototype)
    expect(names.filter((name) => !covered.has(name) && !NOT_OPS.includes(name))).toEqual([])
  })

  it('has no row for what does not exist, and no two rows of one name', () => {
    expect([...covered].filter((op) => !(op in exported))).toEqual([])
    const names = rows.map(nameOf)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })

  it('checks derivatives of every op but those that cannot carry any', () => {
    const without = [...covered].filter((op) => rows.every((row) => row.op !== op || row.order === 0))
    expect(without.sort()).toEqual(Object.keys(WITHOUT_DERIVATIVES).sort())
  })
})
