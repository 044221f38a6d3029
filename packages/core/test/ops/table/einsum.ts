/** @file Rows of einsum. */
import { einsum } from '../../../src/ops/index.ts'
import type { Tensor } from '../../../src/tensor.ts'
import { at, build, indicesOf, type Plain } from '../../support/plain.ts'
import { uniform } from '../../support/sample.ts'
import { NUMBERS, type Row } from './row.ts'

/** `einsum` for equations that are not literals. */
export const anyEinsum = einsum as (equation: string, ...tensors: Tensor[]) => Tensor

/**
 * einsum by its definition, for an equation with letters alone and a written output: for every value of every label
 * the product of the elements there is added to one place. Size 1 stretches.
 */
export function einsumReference(equation: string, ...xs: Plain[]): Plain {
  const [left, output] = equation.split('->') as [string, string]
  const parts = left.split(',')
  const labels = [...new Set(left.replaceAll(',', ''))]
  const sizes = new Map<string, number>()
  parts.forEach((part, i) => {
    for (const [axis, label] of [...part].entries())
      if ((sizes.get(label) ?? 1) === 1) sizes.set(label, xs[i]!.shape[axis]!)
  })
  const summed = labels.filter((label) => !output.includes(label))
  const shape = [...output].map((label) => sizes.get(label)!)
  return build(shape, (outer) => {
    let sum = 0
    for (const inner of indicesOf(summed.map((label) => sizes.get(label)!))) {
      const place = (label: string): number =>
        output.includes(label) ? outer[output.indexOf(label)]! : inner[summed.indexOf(label)]!
      sum += parts.reduce((product, part, i) => {
        const index = [...part].map((label, axis) => (xs[i]!.shape[axis] === 1 ? 0 : place(label)))
        return product * at(xs[i]!, index)
      }, 1)
    }
    return sum
  })
}

/** `plain` is the equation in the form that the reference reads. */
const einsumRow = (equation: string, shapes: readonly (readonly number[])[], plain = equation): Row => ({
  op: 'einsum',
  title: `${equation} ${shapes.map((shape) => `[${shape}]`).join(' ')}`,
  inputs: shapes.map((shape) => ({ shape, sample: uniform(-2, 2) })),
  call: (...xs) => anyEinsum(equation, ...xs),
  reference: (...xs) => einsumReference(plain, ...xs),
  order: 3,
  dtypes: NUMBERS,
  roundings: 64,
})

export const einsumRows: readonly Row[] = [
  // One operand: the identity, transposes, sums, diagonals, a trace.
  einsumRow('ij->ij', [[2, 3]]),
  einsumRow('ij->ji', [[2, 3]]),
  einsumRow('ba', [[2, 3]], 'ba->ab'),
  einsumRow('ijk->j', [[2, 3, 2]]),
  einsumRow('ij->', [[2, 3]]),
  einsumRow('ii->i', [[3, 3]]),
  einsumRow('ii', [[3, 3]], 'ii->'),
  einsumRow('jiij->ij', [[2, 3, 3, 2]]),
  einsumRow('iii->i', [[2, 2, 2]]),
  einsumRow('...i->i...', [[2, 3]], 'ji->ij'),
  // Products: of matrices, with a matrix used transposed, inner, outer, elementwise, batches.
  einsumRow('ij,jk->ik', [
    [2, 3],
    [3, 2],
  ]),
  einsumRow(
    'ij, kj',
    [
      [2, 3],
      [2, 3],
    ],
    'ij,kj->ik',
  ),
  einsumRow('i,i->', [[3], [3]]),
  einsumRow('i,j->ji', [[2], [3]]),
  einsumRow('ij,ij->ij', [
    [2, 3],
    [2, 3],
  ]),
  einsumRow('ij,ij->i', [
    [2, 3],
    [2, 3],
  ]),
  einsumRow('bij,bjk->bik', [
    [2, 1, 3],
    [2, 3, 2],
  ]),
  einsumRow('ijk,kjl->il', [
    [2, 2, 3],
    [3, 2, 2],
  ]),
  einsumRow('ij,kl->', [
    [2, 2],
    [2, 3],
  ]),
  einsumRow('ii,ij->j', [
    [2, 2],
    [2, 3],
  ]),
  einsumRow(',ij->ji', [[], [2, 3]]),
  einsumRow('bi,b->bi', [[2, 3], [2]]),
  // Ellipses, and sizes 1 that stretch.
  einsumRow(
    '...ij,...jk',
    [
      [2, 2, 1],
      [1, 2],
    ],
    'aij,jk->aik',
  ),
  einsumRow(
    '...ij,j...->...i',
    [
      [3, 2, 2],
      [2, 1],
    ],
    'aij,ja->ai',
  ),
  einsumRow('ij,jk->ik', [
    [2, 1],
    [3, 2],
  ]),
  einsumRow('ij,ij->ij', [
    [2, 1],
    [1, 3],
  ]),
  einsumRow('...i,...->i...', [[2, 1, 2], [3]], 'abi,b->iab'),
  // Three operands.
  einsumRow('i,ij,j->', [[2], [2, 3], [3]]),
  einsumRow('ij,jk,kl->il', [
    [2, 2],
    [2, 3],
    [3, 1],
  ]),
]
