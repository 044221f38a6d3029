/** @file Wrong options of `./testing` and their messages. Imports the entry. */
import { broadcastableShapesArb, expectClose, matchers, shapeArb, tensorArb } from '@tapegrad/core/testing'
import fc from 'fast-check'
import { describe } from 'vitest'
import { tensor } from '../src/index.ts'
import { loose } from './support/f64.ts'
import { check } from './support/messages.ts'

const [anyTensor, anyShape, anyShapes, close] = [
  tensorArb,
  shapeArb,
  broadcastableShapesArb,
  expectClose,
].map((f) => loose(f as never)) as [
  (x?: unknown) => unknown,
  (x?: unknown) => unknown,
  (x?: unknown) => unknown,
  ReturnType<typeof loose>,
]

describe('tensorArb refuses', () => {
  check([
    [
      'an unknown option',
      () => anyTensor({ size: 3 }),
      'tensorArb: there is no option "size"; there are shape, dtype, min, max, noNaN, noInfinity, elements, layouts, requiresGrad, minRank, maxRank, minSide, maxSide',
    ],
    [
      'a bare shape',
      () => anyTensor([2]),
      'tensorArb: options must be a plain object, as in { shape: value }, got [2]',
    ],
    [
      'a wrong shape',
      () => anyTensor({ shape: [-1] }),
      'tensorArb: dimension 0 of shape [-1] is -1; use a whole number >= 0',
    ],
    [
      'no shape',
      () => anyTensor({ shape: 3 }),
      'tensorArb: the shape must be an array of whole numbers, got 3',
    ],
    [
      'a wrong shape that is drawn',
      () => fc.sample(tensorArb({ shape: fc.constant([1.5]) })),
      'tensorArb: dimension 0 of shape [1.5] is 1.5; use a whole number >= 0',
    ],
    [
      'a large shape',
      () => anyTensor({ shape: [1000, 1000] }),
      'tensorArb: shape [1000, 1000] has 1000000 elements; at most 100000 are drawn one by one. Draw a seed instead, and make the tensor with rand',
    ],
    [
      'large bounds',
      () => anyTensor({ maxSide: 100 }),
      'tensorArb: maxRank 4 and maxSide 100 allow 100000000 elements; at most 100000 are drawn one by one',
    ],
    [
      'two ways to say the shape',
      () => anyTensor({ shape: [2], maxRank: 3 }),
      'tensorArb: shape is given, so maxRank says nothing; leave one of them out',
    ],
    [
      'an unknown dtype',
      () => anyTensor({ dtype: 'float16' }),
      `tensorArb: unknown dtype "float16"; use one of 'float32', 'float64', 'int32', 'bool'`,
    ],
    [
      'no dtype',
      () => anyTensor({ dtype: [] }),
      'tensorArb: dtype is an empty list; name one dtype at least',
    ],
    [
      'a min that is none',
      () => anyTensor({ min: '0' }),
      'tensorArb: min must be a finite number, got "0"; for others there are noInfinity and elements',
    ],
    [
      'an infinite max',
      () => anyTensor({ max: Infinity }),
      'tensorArb: max must be a finite number, got Infinity; for others there are noInfinity and elements',
    ],
    ['an empty range', () => anyTensor({ min: 2, max: 1 }), 'tensorArb: min 2 is above max 1'],
    [
      'a range with no short number',
      () => anyTensor({ min: 0.1, max: 0.1 }),
      'tensorArb: there is no multiple of 0.00000762939453125 from 0.1 to 0.1; use elements for numbers of your own',
    ],
    [
      'a range without whole numbers',
      () => anyTensor({ dtype: 'int32', min: 0.1, max: 0.9 }),
      'tensorArb: there is no whole number from 0.1 to 0.9; use elements for numbers of your own',
    ],
    [
      'more than int32 holds',
      () => anyTensor({ dtype: 'int32', max: 2 ** 31 }),
      'tensorArb: -8 to 2147483648 is more than int32 holds; use -2147483648 to 2147483647 at most',
    ],
    [
      'a range of bool',
      () => anyTensor({ dtype: 'bool', min: 0 }),
      'tensorArb: min says nothing for dtype bool; leave it out',
    ],
    [
      'NaN in int32',
      () => anyTensor({ dtype: 'int32', noNaN: false }),
      'tensorArb: dtype int32 has no NaN and no Infinity; leave noNaN out',
    ],
    [
      'a flag that is none',
      () => anyTensor({ noInfinity: 1 }),
      'tensorArb: noInfinity must be true or false, got 1',
    ],
    [
      'elements that are none',
      () => anyTensor({ elements: [1] }),
      'tensorArb: elements must be an arbitrary, as in fc.double(), got [1]',
    ],
    [
      'two ways to say the elements',
      () => anyTensor({ elements: fc.nat(), noNaN: true }),
      'tensorArb: elements is given, so noNaN says nothing; leave one of them out',
    ],
    [
      'elements of another dtype',
      () => fc.sample(tensorArb({ shape: [1], dtype: 'int32', elements: fc.constant(0.5) })),
      'tensorArb: elements drew 0.5, which is not of dtype int32',
    ],
    [
      'elements that are no numbers',
      () => fc.sample(tensorArb({ shape: [1], elements: fc.constant('1') as never })),
      'tensorArb: elements drew "1", which is not of dtype float32',
    ],
    [
      'no layouts',
      () => anyTensor({ layouts: [] }),
      'tensorArb: layouts must be true, false or a list of names, got []',
    ],
    [
      'an unknown layout',
      () => anyTensor({ layouts: ['fortran'] }),
      'tensorArb: there is no layout "fortran"; there are contiguous, transposed, sliced, reversed, repeated, constant',
    ],
    [
      'leaves of int32',
      () => anyTensor({ dtype: 'int32', requiresGrad: true }),
      "tensorArb: a tensor of dtype int32 cannot require gradients; use 'float32' or 'float64'",
    ],
    [
      'leaves of perhaps',
      () => anyTensor({ requiresGrad: 'yes' }),
      'tensorArb: requiresGrad must be true or false, got "yes"',
    ],
  ])
})

describe('the shapes refuse', () => {
  check([
    [
      'an unknown option',
      () => anyShape({ rank: 2 }),
      'shapeArb: there is no option "rank"; there are minRank, maxRank, minSide, maxSide',
    ],
    [
      'a fraction',
      () => anyShape({ maxSide: 1.5 }),
      'shapeArb: maxSide must be a whole number from 0 to 2147483647, got 1.5',
    ],
    [
      '33 axes',
      () => anyShape({ maxRank: 33 }),
      'shapeArb: maxRank must be a whole number from 0 to 32, got 33',
    ],
    [
      'bounds in the wrong order',
      () => anyShape({ minRank: 3, maxRank: 2 }),
      'shapeArb: minRank 3 is above maxRank 2',
    ],
    [
      'sides in the wrong order',
      () => anyShapes({ minSide: 3, maxSide: 2 }),
      'broadcastableShapesArb: minSide 3 is above maxSide 2',
    ],
    [
      'a count alone',
      () => anyShapes(3),
      'broadcastableShapesArb: options must be a plain object, as in { minRank: value }, got 3',
    ],
    [
      'no shape at all',
      () => anyShapes({ count: 0 }),
      'broadcastableShapesArb: count must be a whole number from 1 to 32, got 0',
    ],
  ])
})

describe('expectClose refuses', () => {
  check([
    [
      'a bare tolerance',
      () => close(1, 1, 0.1),
      'expectClose: options must be a plain object, as in { rtol: value }, got 0.1',
    ],
    [
      'an unknown option',
      () => close(1, 1, { tol: 1 }),
      'expectClose: there is no option "tol"; there are rtol, atol, equalNaN, checkDtype, what',
    ],
    [
      'a negative tolerance',
      () => close(1, 1, { atol: -1 }),
      'expectClose: atol must be a number >= 0, got -1',
    ],
    [
      'no tolerance',
      () => close(1, 1, { rtol: Number.NaN }),
      'expectClose: rtol must be a number >= 0, got NaN',
    ],
    [
      'a flag that is none',
      () => close(1, 1, { equalNaN: 0 }),
      'expectClose: equalNaN must be true or false, got 0',
    ],
    [
      'another',
      () => close(1, 1, { checkDtype: null }),
      'expectClose: checkDtype must be true or false, got null',
    ],
    ['a label that is none', () => close(1, 1, { what: 1 }), 'expectClose: what must be a text, got 1'],
    [
      'nothing',
      () => close(undefined, 1),
      'expectClose: actual must be a tensor, a number or nested arrays, got undefined (tensor: the value is undefined, expected a number or a boolean)',
    ],
    [
      'ragged arrays',
      () => close(tensor([1]), [[1], [2, 3]]),
      'expectClose: expected must be a tensor, a number or nested arrays, got an array of length 2 (tensor: the value at [1] has 2 elements, its neighbours have 1; rows must have equal lengths)',
    ],
  ])
})

describe('the matchers refuse', () => {
  check([
    [
      'inputs without a list',
      () => matchers.toPassGradcheck(Math.sin, tensor([1]) as never),
      'toPassGradcheck: takes the inputs as a list, as in toPassGradcheck([x]), got a tensor of shape [1]',
    ],
    [
      'a tolerance that is none',
      () => matchers.toBeCloseToTensor(1, 1, { rtol: -1 }),
      'toBeCloseToTensor: rtol must be a number >= 0, got -1',
    ],
  ])
})
