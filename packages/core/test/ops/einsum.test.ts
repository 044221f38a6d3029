/** @file einsum against its definition on random equations, its memory layouts, its order of products, and its messages. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vjp } from '../../src/autodiff.ts'
import { tensor, zeros } from '../../src/create.ts'
import { TapegradError } from '../../src/errors.ts'
import type { Tensor } from '../../src/tensor.ts'
import { checked, entriesOf } from '../support/checking.ts'
import { expectClose, expectSame } from '../support/close.ts'
import { type Layout, place } from '../support/layouts.ts'
import { type Plain, sizeOf } from '../support/plain.ts'
import { randomFor, whole } from '../support/sample.ts'
import { anyEinsum, einsumReference } from './table/einsum.ts'

/** Whole numbers, so that sums in any order are exact. */
const sample = (shape: readonly number[], seed: string | number): Plain => ({
  shape,
  data: whole(-3, 3)(randomFor(`${shape} ${seed}`), sizeOf(shape)),
})
const t = (...shape: number[]): Tensor => place(sample(shape, 'fixed'), 'float64')

describe('random equations', () => {
  const letters = ['a', 'b', 'c', 'D']
  const part = fc.array(fc.constantFrom(...letters), { maxLength: 3 })
  const cases = fc.record({
    parts: fc.array(part, { minLength: 1, maxLength: 4 }),
    sizes: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
    ones: fc.nat(),
    order: fc.shuffledSubarray(letters),
    implicit: fc.boolean(),
    layout: fc.constantFrom<Layout>('contiguous', 'transposed', 'sliced', 'reversed', 'repeated'),
  })

  it('are the sums that they say', () => {
    fc.assert(
      fc.property(cases, ({ parts, sizes, ones, order, implicit, layout }) => {
        const all = parts.flat()
        const output = implicit
          ? letters.filter((c) => all.filter((d) => d === c).length === 1).sort()
          : order.filter((c) => all.includes(c))
        // A label that stands twice in an operand cannot stretch there.
        const xs = parts.map((labels, i) =>
          sample(
            labels.map((c) =>
              ((ones >> (3 * i + letters.indexOf(c))) & 7) === 0 ? 1 : sizes[letters.indexOf(c)]!,
            ),
            i,
          ),
        )
        const left = parts.map((labels) => labels.join('')).join(',')
        const tensors = xs.map((x, i) => place(x, 'float64', i % 2 === 0 ? layout : 'contiguous'))
        // Where a layout repeats along an axis, its elements are not the sample's.
        const plain = tensors.map((x): Plain => ({ shape: x.shape, data: [...x.data] }))
        const equation = implicit ? left : `${left}->${output.join('')}`
        const actual = checked(() => anyEinsum(equation, ...tensors))
        expectSame(actual, einsumReference(`${left}->${output.join('')}`, ...plain), equation)
      }),
      { numRuns: 600 },
    )
  })
})

describe('einsum', () => {
  it('reads diagonals and transposes as views', () => {
    const x = t(3, 3)
    for (const equation of ['ii->i', 'ij->ji', 'ij->ij'])
      expect(anyEinsum(equation, x).storage).toBe(x.storage)
  })

  it('copies no operand of a product of matrices, used transposed or not', () => {
    const [a, b] = [t(4, 3), t(5, 3)]
    const product = entriesOf(() => anyEinsum('ij,kj->ki', a, b)).filter(
      ({ primitive }) => primitive.name === 'matmul',
    )
    expect(product).toHaveLength(1)
    for (const { inputs } of product)
      expect(inputs.map(({ storage }) => storage)).toEqual([a.storage, b.storage])
  })

  it('contracts the pair with the smallest result first', () => {
    // From the left this would make a matrix of 50 x 50; from the right it makes vectors.
    const sizes = entriesOf(() => anyEinsum('ij,jk,k->i', t(50, 2), t(2, 50), t(50))).map(
      ({ output }) => output.size,
    )
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100)
  })

  it('of no elements is empty, or sums of nothing', () => {
    expectSame(anyEinsum('ij,jk->ik', t(2, 0), t(0, 3)), { shape: [2, 3], data: [0, 0, 0, 0, 0, 0] })
    expect(anyEinsum('ij,jk->ik', t(0, 2), t(2, 3)).shape).toEqual([0, 3])
    expect(anyEinsum('ii->i', t(0, 0)).shape).toEqual([0])
    const [ct] = vjp((x) => anyEinsum('ij,jk->ik', x!, t(0, 3)), t(2, 0))[1](t(2, 3))
    expect(ct!.shape).toEqual([2, 0])
    // Size 1 stretches to 0 too.
    expect(anyEinsum('i,i->i', t(1), t(0)).shape).toEqual([0])
  })

  it('wraps int32 as mul and sum do', () => {
    const big = tensor(new Int32Array([2 ** 30, 3]))
    expect([...anyEinsum('i,i->i', big, big).data]).toEqual([0, 9])
    expect(anyEinsum('i,i->', big, big).item()).toBe(9)
  })

  it('is exact in float64 for float32: large sums are rounded once', () => {
    const n = 4096
    const x = tensor(new Float32Array(n).fill(0.1))
    const expected = Math.fround(n * Math.fround(0.1) ** 2)
    expectClose(anyEinsum('i,i->', x, x), { shape: [], data: [expected] }, 2 ** -23)
  })
})

describe('messages', () => {
  const a = t(2, 3)
  const cases: readonly (readonly [string, readonly Tensor[], string])[] = [
    ['ij,jk->ik', [a, t(4, 5)], "label 'j' has size 3 in operand 0 and 4 in operand 1; neither is 1"],
    ['i,i,i->', [t(1), t(2), t(3)], "label 'i' has size 2 in operand 1 and 3 in operand 2; neither is 1"],
    ['ii', [a], "label 'i' has sizes 2 and 3 in operand 0; a diagonal has one size"],
    ['ii', [t(3, 1)], "label 'i' has sizes 3 and 1 in operand 0; a diagonal has one size"],
    [
      '...i,...i',
      [a, t(4, 3)],
      'axis -1 of the ellipsis has size 2 in operand 0 and 4 in operand 1; neither is 1',
    ],
    ['ijk->', [a], "operand 0 has shape [2, 3], its labels are 'ijk'"],
    ['i->i', [a], "operand 0 has shape [2, 3], its labels are 'i'"],
    ['i...jk', [a], "operand 0 has shape [2, 3], its labels are 'i...jk'"],
    ['ij,jk', [a], "'ij,jk' has 2 operands, the call has 1"],
    ['', [], "'' has 1 operands, the call has 0"],
    ['ij->ik', [a], "the output of 'ij->ik' has 'k', which is in no operand"],
    ['ij->...i', [a], "the output of 'ij->...i' has '...', which is in no operand"],
    ['ij->ii', [a], "the output of 'ij->ii' has 'i' twice"],
    ['...i->i', [a], "the output of '...i->i' has no ellipsis, that of the operands has axes: 1"],
    ['i1->i', [a], "'1' in 'i1->i' is no label; labels are letters, and ... is an ellipsis"],
    ['i.j', [a], "'.' in 'i.j' is no label; labels are letters, and ... is an ellipsis"],
    ['...i...', [a], "'...i...' in '...i...' has more than one ellipsis"],
    ['ij->i->j', [a], "'ij->i->j' has more than one ->"],
    ['ij,ij', [a, zeros([2, 3])], "dtypes float64 and float32 differ; convert one with to('float64')"],
  ]
  it.each(cases)('%s', (equation, tensors, message) => {
    const call = (): Tensor => anyEinsum(equation, ...tensors)
    expect(call).toThrow(TapegradError)
    expect(call).toThrow(new TapegradError('einsum', message))
  })

  it('refuses results that do not fit', () => {
    const x = t(2 ** 11)
    expect(() => anyEinsum('i,j,k->ijk', x, x, x)).toThrow(/^einsum: shape/)
  })
})
