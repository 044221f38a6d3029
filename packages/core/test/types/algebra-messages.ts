/** @file Mistakes in linear algebra and what the compiler says about them, as in messages.ts. */

/** What the rows can use besides the preamble of messages.ts. */
export const algebraPreamble = `
import { cholesky, det, dot, einsum, inv, outer, solve } from '../../src/index.ts'
`

const says = (type: string, message: string): string =>
  `Argument of type '${type}' is not assignable to parameter of type '"${message}"'.`
const saysOfThis = (type: string, message: string): string =>
  `The 'this' context of type '${type}' is not assignable to method's 'this' of type '"${message}"'.`
const saysOf = (equation: string, message: string): string => says(`"${equation}"`, message)

export const algebraMistakes: readonly (readonly [code: string, message: string])[] = [
  ['zeros([3]).dot(«zeros([4])»)', says('Tensor<[4]>', 'dot: [3] and [4]: sizes 3 and 4 differ')],
  [
    'dot(t23, «zeros([3])»)',
    says('Tensor<[3]>', 'dot: [2, 3] and [3]: both must be 1-d; use matmul for matrices'),
  ],
  [
    'outer(t23, «zeros([3])»)',
    says('Tensor<[3]>', 'outer: [2, 3] and [3]: both must be 1-d; flatten them first, or use einsum'),
  ],
  [
    'det(«t23»)',
    says('Tensor<[2, 3]>', 'det: [2, 3] holds no square matrices: its last sizes 2 and 3 differ'),
  ],
  [
    'cholesky(«zeros([3])»)',
    says('Tensor<[3]>', 'cholesky: needs a matrix, or a batch of them; the shape is [3]'),
  ],
  [
    'solve(zeros([3, 3]), «t23»)',
    says('Tensor<[2, 3]>', 'solve: 3 equations in [3, 3], but 2 rows in [2, 3]'),
  ],
  [
    'solve(zeros([5, 3, 3]), «zeros([2, 3, 1])»)',
    says(
      'Tensor<[2, 3, 1]>',
      'shapes [5, 3, 3] and [2, 3, 1] do not broadcast: sizes 5 and 2 differ at axis -3; neither is 1',
    ),
  ],
  [
    't23.solve(«zeros([2])»)',
    says('Tensor<[2]>', 'solve: [2, 3] holds no square matrices: its last sizes 2 and 3 differ'),
  ],
  // Methods without arguments: the compiler points at the tensor.
  [
    '«t23».inv()',
    saysOfThis('Tensor<[2, 3]>', 'inv: [2, 3] holds no square matrices: its last sizes 2 and 3 differ'),
  ],
  [
    '«t23.T».det().add(1)',
    saysOfThis('Tensor<[3, 2]>', 'det: [3, 2] holds no square matrices: its last sizes 3 and 2 differ'),
  ],
  [
    '«zeros([3])».cholesky()',
    saysOfThis('Tensor<[3]>', 'cholesky: needs a matrix, or a batch of them; the shape is [3]'),
  ],
  [
    '«zeros([3])».tril(1)',
    saysOfThis('Tensor<[3]>', 'tril: needs a matrix, or a batch of them; the shape is [3]'),
  ],
  ['«t0».triu()', saysOfThis('Tensor<[]>', 'triu: needs a matrix, or a batch of them; the shape is []')],
  [
    '«zeros([3])».diagonal()',
    saysOfThis('Tensor<[3]>', 'diagonal: needs a matrix, or a batch of them; the shape is [3]'),
  ],
  [
    '«zeros([2, 3], { requiresGrad: true })».backward()',
    saysOfThis(
      'Tensor<[2, 3]>',
      'backward: the tensor has shape [2, 3], not one element; reduce it with sum() or mean(), or pass a cotangent',
    ),
  ],
  // Operands of einsum.
  [
    "einsum('ij,jk->ik', t23, «t45»)",
    says('Tensor<[4, 5]>', "einsum: label 'j' has size 3 in operand 0 and 4 in operand 1; neither is 1"),
  ],
  [
    "einsum('ij,jk,k', t23, zeros([3, 4]), «zeros([5])»)",
    says('Tensor<[5]>', "einsum: label 'k' has size 4 in operand 1 and 5 in operand 2; neither is 1"),
  ],
  [
    "einsum('ijk->ik', «t23»)",
    says('Tensor<[2, 3]>', "einsum: operand 0 has shape [2, 3], its labels are 'ijk'"),
  ],
  [
    "einsum('i,ij', zeros([2]), «t234»)",
    says('Tensor<[2, 3, 4]>', "einsum: operand 1 has shape [2, 3, 4], its labels are 'ij'"),
  ],
  [
    "einsum('...ijk', «t23»)",
    says('Tensor<[2, 3]>', "einsum: operand 0 has shape [2, 3], its labels are '...ijk'"),
  ],
  [
    "einsum('ii', «t23»)",
    says('Tensor<[2, 3]>', "einsum: label 'i' has sizes 2 and 3 in operand 0; a diagonal has one size"),
  ],
  [
    "einsum('...i,...i', t23, «zeros([4, 3])»)",
    says(
      'Tensor<[4, 3]>',
      'einsum: axis -1 of the ellipsis has size 2 in operand 0 and 4 in operand 1; neither is 1',
    ),
  ],
  // The equation itself.
  ["einsum(«'ij,jk->ik'», t23)", saysOf('ij,jk->ik', "einsum: 'ij,jk->ik' has 2 operands, the call has 1")],
  [
    "einsum(«'ij->ik'», t23)",
    saysOf('ij->ik', "einsum: the output of 'ij->ik' has 'k', which is in no operand"),
  ],
  ["einsum(«'ij->ii'», t23)", saysOf('ij->ii', "einsum: the output of 'ij->ii' has 'i' twice")],
  [
    "einsum(«'i2 -> i'», t23)",
    saysOf('i2 -> i', "einsum: '2' in 'i2->i' is no label; labels are letters, and ... is an ellipsis"),
  ],
  [
    "einsum(«'...i->i'», t23)",
    saysOf('...i->i', "einsum: the output of '...i->i' has no ellipsis, that of the operands has axes: 1"),
  ],
]
