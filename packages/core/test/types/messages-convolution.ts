/** @file Mistakes in convolutions, and what the compiler says about them: rows as in messages.ts. */

const says = (type: string, message: string): string =>
  `Argument of type '${type}' is not assignable to parameter of type '"${message}"'.`

export const convolutionMistakes: readonly (readonly [code: string, message: string])[] = [
  [
    'zeros([2, 3, 8, 8]).conv2d(«zeros([4, 2, 3, 3])»)',
    says('Tensor<[4, 2, 3, 3]>', 'conv2d: input [2, 3, 8, 8] has 3 channels, weight [4, 2, 3, 3] takes 2'),
  ],
  [
    'zeros([3, 8]).conv1d(«zeros([4, 2, 3])», { padding: 1 })',
    says('Tensor<[4, 2, 3]>', 'conv1d: input [3, 8] has 3 channels, weight [4, 2, 3] takes 2'),
  ],
  [
    'zeros([n, 3, 8, 8]).convTranspose2d(«zeros([2, 4, 3, 3])», { groups: 3 })',
    says(
      'Tensor<[2, 4, 3, 3]>',
      'convTranspose2d: input [?, 3, 8, 8] has 3 channels, weight [2, 4, 3, 3] takes 2',
    ),
  ],
  [
    'linear(t23, «zeros([5, 4])»)',
    says('Tensor<[5, 4]>', 'linear: input [2, 3] does not end in 4, the inputs of weight [5, 4] = [out, in]'),
  ],
  [
    'linear(t23, zeros([5, 3]), «zeros([3])»)',
    [
      "Argument of type 'Tensor<[3]>' is not assignable to parameter of type 'Tensor<readonly [5]>'.",
      "  Types of property ''~shape'' are incompatible.",
      "    Type 'readonly [3]' is not assignable to type 'readonly [5]'.",
      "      Type '3' is not assignable to type '5'.",
    ].join('\n'),
  ],
]
