/**
 * @file Mistakes and what the compiler says about them. Each row is code, with «marks» around what the compiler must
 * point at, and its whole message.
 */

import { convolutionMistakes } from './messages-convolution.ts'
import { indexMistakes } from './messages-index.ts'

/** What every row can use. */
export const preamble = `
import { concat, grad, jvp, linear, matmul, oneHot, stack, sum, type Tensor, tensor, vjp, where, zeros } from '../../src/index.ts'
declare const n: number
declare const flag: boolean
const t0 = zeros([])
const t23 = zeros([2, 3])
const t45 = zeros([4, 5])
const t234 = zeros([2, 3, 4])
const rows = zeros([n, 3])
`

const refused = (type: string, expected: string): string =>
  `Argument of type '${type}' is not assignable to parameter of type '${expected}'.`
/** A message of ours, in the place of the parameter's type. */
const says = (type: string, message: string): string => refused(type, `"${message}"`)
const saysOrNumber = (type: string, message: string): string => refused(type, `number | "${message}"`)
/** The compiler's own account of two shapes, innermost line last. */
const mismatch = (type: string, expected: string, ...why: string[]): string =>
  [`Type '${type}' is not assignable to type '${expected}'.`, ...why].reduce(
    (text, line, depth) => `${text}\n${'  '.repeat(depth)}${line}`,
  )

const notOne = (shape: string): string =>
  `the function must return one element, it returned shape ${shape}; reduce it with sum() or mean(), or use vjp`

export const mistakes: readonly (readonly [code: string, message: string])[] = [
  // Broadcasting.
  [
    't23.add(«t45»)',
    saysOrNumber(
      'Tensor<[4, 5]>',
      'shapes [2, 3] and [4, 5] do not broadcast: sizes 3 and 5 differ at axis -1; neither is 1',
    ),
  ],
  [
    't23.mul(«zeros([2])»)',
    saysOrNumber(
      'Tensor<[2]>',
      'shapes [2, 3] and [2] do not broadcast: sizes 3 and 2 differ at axis -1; neither is 1',
    ),
  ],
  [
    't234.sub(«zeros([5, 2, 1])»)',
    saysOrNumber(
      'Tensor<[5, 2, 1]>',
      'shapes [2, 3, 4] and [5, 2, 1] do not broadcast: sizes 3 and 2 differ at axis -2; neither is 1',
    ),
  ],
  [
    'rows.lt(«t45»)',
    saysOrNumber(
      'Tensor<[4, 5]>',
      'shapes [?, 3] and [4, 5] do not broadcast: sizes 3 and 5 differ at axis -1; neither is 1',
    ),
  ],
  ["t23.add(«'1'»)", refused('string', 'number | Tensor<[2, 3]>')],
  ['t23.add(«undefined»)', refused('undefined', 'number | Tensor<[2, 3]>')],
  [
    'where(t23.gt(0), «t45», 0)',
    saysOrNumber(
      'Tensor<[4, 5]>',
      'shapes [2, 3] and [4, 5] do not broadcast: sizes 3 and 5 differ at axis -1; neither is 1',
    ),
  ],
  [
    'where(t23.gt(0), 1, «t45»)',
    saysOrNumber(
      'Tensor<[4, 5]>',
      'shapes [2, 3] and [4, 5] do not broadcast: sizes 3 and 5 differ at axis -1; neither is 1',
    ),
  ],
  // Matrix products.
  ['t23.matmul(«t45»)', says('Tensor<[4, 5]>', 'matmul: [2, 3] @ [4, 5]: inner sizes 3 and 4 differ')],
  ['matmul(t23, «t45»)', says('Tensor<[4, 5]>', 'matmul: [2, 3] @ [4, 5]: inner sizes 3 and 4 differ')],
  [
    't23.matmul(«t23»)',
    says(
      'Tensor<[2, 3]>',
      'matmul: [2, 3] @ [2, 3]: inner sizes 3 and 2 differ; transpose the right operand, as in a.matmul(b.T)',
    ),
  ],
  [
    't23.matmul(«zeros([2, 4])»)',
    says(
      'Tensor<[2, 4]>',
      'matmul: [2, 3] @ [2, 4]: inner sizes 3 and 2 differ; transpose the left operand, as in a.T.matmul(b)',
    ),
  ],
  ['rows.matmul(«t45»)', says('Tensor<[4, 5]>', 'matmul: [?, 3] @ [4, 5]: inner sizes 3 and 4 differ')],
  [
    'zeros([8, 2, 3]).matmul(«zeros([7, 3, 4])»)',
    says(
      'Tensor<[7, 3, 4]>',
      'shapes [8, 2, 3] and [7, 3, 4] do not broadcast: sizes 8 and 7 differ at axis -3; neither is 1',
    ),
  ],
  ['t23.matmul(«t0»)', says('Tensor<[]>', 'matmul: [2, 3] @ []: a 0-d operand has no inner axis; use mul')],
  [
    't0.matmul(«t23»)',
    says('Tensor<[2, 3]>', 'matmul: [] @ [2, 3]: a 0-d operand has no inner axis; use mul'),
  ],
  ['t23.matmul(«2»)', refused('number', 'Tensor<Shape>')],

  // Convolution.
  ...convolutionMistakes,

  // Axes.
  ['t23.sum(«2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
  ['sum(t23, «2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
  [
    't23.mean([0, «-3»])',
    `Type 'number' is not assignable to type '"axis -3 is out of range for 2 axes; use -2 to 1"'.`,
  ],
  ['t0.max(«0»)', says('0', 'axis 0 of a 0-d tensor; it has no axes')],
  ['t23.argmax(«0.5»)', says('0.5', 'axis must be a whole number, got 0.5')],
  ['t23.softmax(«2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
  ['t23.«softmax»()', 'Expected 1 arguments, but got 0.'],
  [
    't23.std(0, { «keepdim»: true })',
    "Object literal may only specify known properties, but 'keepdim' does not exist in type 'VarianceOptions<false>'. Did you mean to write 'keepdims'?",
  ],
  ["t23.std(0, { «correction»: '1' })", "Type 'string' is not assignable to type 'number'."],
  ['t23.flip(«2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
  // Movement.
  ["t23.reshape(«'6'»)", refused('string', 'readonly number[]')],
  ['t23.flatten(0, «2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
  ['t23.permute(«[0, 0]»)', says('number[]', 'permute: [0, 0] must name each of the 2 axes of [2, 3] once')],
  [
    't234.permute(«[0, 1]»)',
    says('number[]', 'permute: [0, 1] must name each of the 3 axes of [2, 3, 4] once'),
  ],
  ['t23.transpose(0, «2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
  ['t23.squeeze(«0»)', says('0', 'squeeze: axis 0 of [2, 3] has size 2; only size 1 can be removed')],
  ['t23.squeeze(«2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
  ['t23.unsqueeze(«3»)', says('3', 'axis 3 is out of range for 3 axes; use -3 to 2')],
  [
    't23.broadcastTo(«[4, 3]»)',
    says('number[]', 'broadcastTo: [2, 3] cannot become [4, 3]: axis 0 has size 2, neither 1 nor 4'),
  ],
  ['t23.broadcastTo(«[3]»)', says('number[]', 'broadcastTo: [2, 3] cannot become [3]: that has fewer axes')],
  ['t23.slice(«[0, 0, 0]»)', says('number[]', 'slice: 3 ranges for a tensor of 2 axes, shape [2, 3]')],
  ["t23.slice([«'1:'»])", "Type 'string' is not assignable to type 'Range'."],
  [
    't23.pad(«[[1, 1]]»)',
    [
      "Argument of type '[[number, number]]' is not assignable to parameter of type 'readonly [readonly [before: number, after: number], readonly [before: number, after: number]]'.",
      '  Source has 1 element(s) but target requires 2.',
    ].join('\n'),
  ],
  [
    't23.pad([[1, 1], «[1]»])',
    mismatch(
      '[number]',
      'readonly [before: number, after: number]',
      'Source has 1 element(s) but target requires 2.',
    ),
  ],
  // Joining and indexing.
  ['t23.take(«3», 0)', refused('number', 'Indices')],
  ['t23.take([1], «2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
  ...indexMistakes,
  [
    'concat([t23, «t45»], 0)',
    mismatch(
      'Tensor<[4, 5]>',
      'Tensor<[number, 3]>',
      'Type at position 1 in source is not compatible with type at position 1 in target.',
      "The types of ''~shape'' are incompatible between these types.",
      "Type '5' is not assignable to type '3'.",
    ),
  ],
  ['concat([t23, t23], «2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
  [
    'stack([t23, «zeros([3, 2])»])',
    mismatch(
      'Tensor<[3, 2]>',
      'Tensor<[2, 3]>',
      'Type at position 0 in source is not compatible with type at position 0 in target.',
      "The types of ''~shape'' are incompatible between these types.",
      "Type '3' is not assignable to type '2'.",
    ),
  ],
  ['stack([t23, t23], «3»)', says('3', 'axis 3 is out of range for 3 axes; use -3 to 2')],
  [
    'zeros([2]).assign(«zeros([3])»)',
    saysOrNumber('Tensor<[3]>', "assign: a value of shape [3] does not fit the target's shape [2]"),
  ],
  ["oneHot(t23, «'10'»)", refused('string', 'number')],
  // Values.
  ["tensor(«'1'»)", refused('"1"', 'TypedArray | NestedValues')],
  ["tensor([1, «'2'»])", "Type 'string' is not assignable to type 'NestedValues'."],
  ['zeros(«3»)', refused('number', 'readonly number[]')],
  [
    "zeros([2], { «dtype»: 'float16' })",
    `Type '"float16"' is not assignable to type 'DType | undefined'. Did you mean '"float64"'?`,
  ],
  // Assignment.
  [
    'const «x»: Tensor<[2, 4]> = t23',
    mismatch(
      'Tensor<[2, 3]>',
      'Tensor<[2, 4]>',
      'Type at position 1 in source is not compatible with type at position 1 in target.',
      "The types of ''~shape'' are incompatible between these types.",
      "Type '3' is not assignable to type '4'.",
    ),
  ],
  [
    'const «x»: Tensor<[2]> = t23',
    mismatch(
      'Tensor<[2, 3]>',
      'Tensor<[2]>',
      "Types of property ''~shape'' are incompatible.",
      "Type 'readonly [2, 3]' is not assignable to type 'readonly [2]'.",
      'Source has 2 element(s) but target allows only 1.',
    ),
  ],
  [
    'const f: (x: Tensor<[2, 3]>) => Tensor<[2]> = (x) => «x.sum(0)»',
    mismatch(
      'Tensor<[3]>',
      'Tensor<[2]>',
      "Types of property ''~shape'' are incompatible.",
      "Type 'readonly [3]' is not assignable to type 'readonly [2]'.",
      "Type '3' is not assignable to type '2'.",
    ),
  ],
  // Derivatives.
  [
    'grad(«(w: Tensor<[3, 4]>) => t23.matmul(w)»)',
    [
      `Argument of type '(w: Tensor<[3, 4]>) => Tensor<[2, 4]>' is not assignable to parameter of type '(w: Tensor<[3, 4]>) => "${notOne('[2, 4]')}"'.`,
      `  Type 'Tensor<[2, 4]>' is not assignable to type '"${notOne('[2, 4]')}"'.`,
    ].join('\n'),
  ],
  [
    'vjp((x: Tensor<[3]>) => x.sum(), zeros([3]))[1](«zeros([3])»)',
    [
      "Argument of type 'Tensor<[3]>' is not assignable to parameter of type 'Tensor<[]>'.",
      "  Types of property ''~shape'' are incompatible.",
      "    Type 'readonly [3]' is not assignable to type 'readonly []'.",
      '      Source has 1 element(s) but target allows only 0.',
    ].join('\n'),
  ],
  [
    'jvp((x: Tensor<[3]>) => x.sum(), [zeros([3])], [«zeros([4])»])',
    mismatch(
      'Tensor<[4]>',
      'Tensor<[3]>',
      "Types of property ''~shape'' are incompatible.",
      "Type 'readonly [4]' is not assignable to type 'readonly [3]'.",
      "Type '4' is not assignable to type '3'.",
    ),
  ],
  // In the middle of a program.
  [
    'const w: Tensor<[4, 3]> = zeros([4, 3])\nt23.matmul(w.T).relu().matmul(«w.T»)',
    says(
      'Tensor<[3, 4]>',
      'matmul: [2, 4] @ [3, 4]: inner sizes 4 and 3 differ; transpose the right operand, as in a.matmul(b.T)',
    ),
  ],
  [
    'const f = (w: Tensor<[3, 4]>) => t23.matmul(w).sum()\ngrad(f)(«zeros([4, 3])»)',
    [
      "Argument of type 'Tensor<[4, 3]>' is not assignable to parameter of type 'Tensor<[3, 4]>'.",
      '  Type at position 0 in source is not compatible with type at position 0 in target.',
      "    The types of ''~shape'' are incompatible between these types.",
      "      Type '4' is not assignable to type '3'.",
    ].join('\n'),
  ],
  [
    'const d = flag ? 2 : 4\nzeros([3, d]).matmul(«zeros([7, 5])»)',
    refused(
      'Tensor<[7, 5]>',
      '"matmul: [3, 4] @ [7, 5]: inner sizes 2 and 7 differ" | "matmul: [3, 4] @ [7, 5]: inner sizes 4 and 7 differ" | "matmul: [3, 2] @ [7, 5]: inner sizes 2 and 7 differ" | "matmul: [3, 2] @ [7, 5]: inner sizes 4 and 7 differ"',
    ),
  ],
  [
    'const u = flag ? zeros([2, 3]) : zeros([4, 3])\nu.add(«zeros([3, 3])»)',
    refused('Tensor<[3, 3]>', 'number'),
  ],
]
