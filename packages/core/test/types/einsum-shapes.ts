/** @file What einsum returns for literal equations. Lines below `@ts-expect-error` must not compile; they are not run. */
import { einsum, eye, ones, type Tensor } from '../../src/index.ts'
import { is } from './equal.ts'
import { gradual, type Row, row, unknown } from './row.ts'

const t0 = ones([])
const t3 = ones([3])
const t23 = ones([2, 3])
const t34 = ones([3, 4])
const t233 = ones([2, 3, 3])
const any: Tensor = ones([2, 3])
const rows = ones([unknown(2), 3])
const equation: string = ['ij,jk', 'ik'].join('->')
const list: Tensor[] = [t23, t34]

export const einsumShapes: readonly Row[] = [
  row([2, 4], einsum('ij,jk->ik', t23, t34), einsum(' ij, jk -> ik ', t23, t34), einsum('ij,jk', t23, t34)),
  // Without an output the labels that stand once, in alphabetic order, upper case first.
  row([4, 2], einsum('bj,ja', t23, t34), einsum('aj,jB', t23, t34), einsum('kj,ja->ak', t23, t34)),
  row([], einsum('ii', eye(3)), einsum('ii->', eye(3)), einsum('i,ii', t3, eye(3)), einsum('', t0)),
  row([3], einsum('ii->i', eye(3)), einsum('ij->j', t23), einsum('i,ij->j', t3, eye(3))),
  row([2, 3], einsum('bii->bi', t233), einsum(',ij->ij', t0, t23), einsum('ij->ij', t23)),
  row([2, unknown(4)], einsum('ij,jk->ik', t23, ones([3, unknown(4)]))),
  row([unknown(2), 4], einsum('ij,jk->ik', rows, t34), einsum('ij,jk->ik', any, t34)),
  row([2, 1], einsum('ij,jk,kl->il', t23, t34, ones([4, 1]))),
  // Size 1 stretches; of an unknown size and a literal, the literal.
  row([2, 3], einsum('ij,ij->ij', ones([2, 1]), ones([1, 3])), einsum('ij,ij->ij', rows, ones([2, 1]))),
  row([unknown(2), 3], einsum('ij,ij->ij', any, ones([1, 3]))),
  // Ellipses.
  row([2, 3, 4], einsum('...ij,...jk', t233, t34), einsum('...ij,jk->...ik', t233, t34)),
  row([5, 2, 3, 4], einsum('...ij,...jk->...ik', ones([5, 1, 3, 3]), ones([2, 3, 4]))),
  row([3, 2, 3], einsum('i...j->j...i', ones([3, 2, 3]))),
  row([3], einsum('...->...', t3), einsum('...,...', t3, t0)),
  // What types cannot know.
  row(gradual(2, 4), einsum(equation, t23, t34), einsum('ij,jk->ik', ...list), einsum('...j,jk', any, t34)),
]

/** Sizes may be type parameters. */
function _generic<B extends number, D extends number>(x: Tensor<[B, D]>, w: Tensor<[D, 4]>): Tensor<[B, B]> {
  is<Tensor<[D, B]>>()(einsum('bd->db', x))
  const y = einsum('bd,dk->bk', x, w)
  // @ts-expect-error the axis k has size 4
  einsum('bd,dk->bk', x, w).matmul(ones([5, 2]))
  return einsum('bk,ck->bc', y, y)
}
