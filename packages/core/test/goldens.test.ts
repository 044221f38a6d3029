/** @file Every op against PyTorch and NumPy: values, gradients, second derivatives (test/goldens/*.json). */
import { describe, expect, it } from 'vitest'
import '../src/methods.ts'
import * as exported from '../src/ops/index.ts'
import { Tensor } from '../src/tensor.ts'
import { WITHOUT_DERIVATIVES } from './ops/table/without.ts'
import {
  callFunction,
  callMethod,
  checkGradients,
  checkSecond,
  checkValues,
  inputsOf,
  readGoldens,
  titleOf,
} from './support/goldens.ts'
import { record } from './support/record.ts'

const FAMILIES = ['elementwise', 'special', 'reductions', 'movement', 'order', 'algebra', 'convolution']
const families = FAMILIES.map((family) => ({ family, goldens: readGoldens(family) }))

describe.each(families)('goldens: $family', ({ family, goldens }) => {
  const elementwise = family === 'elementwise' || family === 'special'
  it.each(goldens.map((golden) => [titleOf(golden), golden] as const))('%s', (_, golden) => {
    const inputs = () => inputsOf(golden)
    checkValues(golden, callFunction(golden, inputs()), elementwise)
    const byMethod = callMethod(golden, inputs())
    if (byMethod !== null) checkValues(golden, byMethod, elementwise)
    record(golden.op, 'golden values')
    if (golden.g === undefined) return
    checkGradients(golden, (xs) => callFunction(golden, xs), inputs)
    if (byMethod !== null) checkGradients(golden, (xs) => callMethod(golden, xs)!, inputs)
    record(golden.op, 'golden gradients')
    if (golden.h === undefined) return
    checkSecond(golden, (xs) => callFunction(golden, xs), inputs)
    record(golden.op, 'golden second')
  })
})

describe('goldens', () => {
  const all = families.flatMap(({ goldens }) => goldens)
  const opsOf = (list: typeof all): string[] => [...new Set(list.map(({ op }) => op))].sort()
  const functions = Object.entries(exported)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name)
    .sort()

  it('are there for every op, and for nothing else', () => {
    const there = opsOf(all)
    expect(functions.filter((name) => !there.includes(name))).toEqual([])
    expect(there.filter((name) => !functions.includes(name))).toEqual([])
  })

  it('call every op that is a method as a method, too', () => {
    const asMethods = opsOf(all.filter((golden) => callMethod(golden, inputsOf(golden)) !== null))
    expect(asMethods).toEqual(functions.filter((name) => name in Tensor.prototype))
  })

  it('have second derivatives of every op but those without derivatives', () => {
    // Those of stopGradient are there, and zero.
    const without = Object.keys(WITHOUT_DERIVATIVES).filter((name) => name !== 'stopGradient')
    const second = opsOf(all.filter(({ h }) => h !== undefined))
    expect(second).toEqual(functions.filter((name) => !without.includes(name)))
    // Gradients that are all zero would say nothing.
    const constant = ['sign', 'floor', 'ceil', 'round', 'floorDivide', 'stopGradient']
    const flowing = opsOf(all.filter(({ g }) => g !== undefined && g !== 0))
    expect(flowing).toEqual(second.filter((name) => !constant.includes(name)))
  })

  it('have titles of their own', () => {
    const titles = families.flatMap(({ family, goldens }) => goldens.map((g) => `${family} ${titleOf(g)}`))
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([])
  })
})
