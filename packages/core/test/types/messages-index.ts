/** @file Mistakes in indices of tensors, and what the compiler says about them: rows as in messages.ts. */

const says = (type: string, message: string): string =>
  `Argument of type '${type}' is not assignable to parameter of type '"${message}"'.`

export const indexMistakes: readonly (readonly [code: string, message: string])[] = [
  [
    't23.gather(«t45.to("int32")», 1)',
    says(
      'Tensor<[4, 5]>',
      'indices of shape [4, 5] do not fit [2, 3]: all sizes but that of axis 1 must agree',
    ),
  ],
  [
    't45.scatterAdd(«t23.to("int32")», t23, -1)',
    says(
      'Tensor<[2, 3]>',
      'indices of shape [2, 3] do not fit [4, 5]: all sizes but that of axis 1 must agree',
    ),
  ],
  ['t23.topk(1, «2»)', says('2', 'axis 2 is out of range for 2 axes; use -2 to 1')],
]
