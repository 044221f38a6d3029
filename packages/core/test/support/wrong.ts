/** @file Ways to make a call wrong, and exports that are tested elsewhere. The right calls are in calls/. Imports the package. */
import * as tg from '../../src/index.ts'
import { f64, int32, matrix, row, square } from './calls/samples.ts'

/** Exports that are no functions to call, or that have tests of their bad input elsewhere. */
export const ELSEWHERE: Record<string, string> = {
  Tensor: 'made by tensor(...); its accessors are tested in tensor.test.ts and autodiff-backward.test.ts',
  TapegradError: 'the error itself',
  fail: 'throws by design',
  describe: 'takes any value',
  checkOptions: 'what refuses options; tested through every function that takes some',
  checkFlag: 'what refuses flags; tested through every function that takes some',
  GradcheckReport: 'made by gradcheck',
  consoleFormatter: 'an object that consoles call',
  guard: 'for authors of modules; tested in guard.test.ts',
  enterLayer: 'called by Module.call; tested through detectAnomaly in nn',
  leaveLayer: 'called by Module.call; tested through detectAnomaly in nn',
}

/** Exports that run the caller's function, whose ops make errors of their own. */
export const OTHERS: Record<string, string[]> = {
  ...Object.fromEntries(
    ['grad', 'valueAndGrad', 'vjp', 'jvp', 'vmap'].map((name) => [name, [name, 'square', 'sum']]),
  ),
  hvp: ['hvp', 'grad', 'square', 'sum'],
  gradcheck: ['gradcheck', 'noGrad', 'square', 'sum'],
  assertGradcheck: ['assertGradcheck', 'gradcheck', 'noGrad', 'square', 'sum'],
}

const LARGE = ['a column of 2^17', 'a row of 2^17']

/** What a call would rightly take hours for: gradcheck runs f several times per element. */
export const TOO_LONG: Record<string, string[]> = { gradcheck: LARGE, assertGradcheck: LARGE }

/** Makes wrong values: each is wrong somewhere and right nowhere, or right in a few places. */
export const WRONG: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  'a text': () => 'text',
  'a dtype': () => 'float32',
  'a bigint': () => 5n,
  'a symbol': () => Symbol('wrong'),
  'a function': () => () => 5,
  'an async function': () => async () => row,
  'a generator': () =>
    function* () {
      yield row
    },
  'an object': () => ({}),
  'a bare object': () => Object.create(null),
  'a Date': () => new Date(0),
  'a Map': () => new Map(),
  'a view of bytes': () => new DataView(new ArrayBuffer(8)),
  'a typed array': () => Float32Array.of(1, 2),
  bytes: () => Uint8Array.of(1, 2),
  'something like a tensor': () => ({ shape: [2], dtype: 'float32', strides: [1], storage: {}, node: null }),
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  'minus Infinity': () => Number.NEGATIVE_INFINITY,
  'minus one': () => -1,
  zero: () => 0,
  'minus zero': () => -0,
  'a half': () => 0.5,
  ninetynine: () => 99,
  '2^31': () => 2 ** 31,
  '2^53': () => 2 ** 53,
  '1e300': () => 1e300,
  'no elements': () => [],
  'an array of nothing': () => [null],
  'an array of undefined': () => [undefined],
  holes: () => new Array(2),
  'a long hole': () => new Array(1e5),
  'minus ones': () => [-1, -1],
  'a fraction': () => [1.5],
  'a NaN': () => [Number.NaN],
  'a text in an array': () => ['1'],
  'a symbol in an array': () => [Symbol('wrong')],
  'the same axis twice': () => [0, 0],
  'an axis out of range': () => [7],
  'a large size': () => [2 ** 31],
  'large sizes': () => [1e6, 1e6],
  'infinite sizes': () => [1e300, 1e300, 0],
  '33 axes': () => new Array(33).fill(1),
  '10,000 axes': () => new Array(10_000).fill(1),
  ragged: () => [[1, 2], [3]],
  'pairs of pairs': () => [[[1, 2]], [[3, 4]]],
  'ranges of text': () => [['0', '1']],
  'a range with step 0': () => [[0, 1, 0]],
  'a range of fractions': () => [[0.5, 1.5]],
  'a range of too many': () => [[0, 1, 1, 1]],
  'an array in itself': () => {
    const a: unknown[] = []
    a.push(a)
    return a
  },
  'an int32 tensor': () => int32([1, 2]),
  'a bool tensor': () => tg.tensor([true, false]),
  'a float32 tensor': () => tg.tensor([1, 2]),
  'an empty tensor': () => f64([]),
  'an empty matrix': () => tg.zeros([0, 3], { dtype: 'float64' }),
  'a 0-d tensor': () => f64(1),
  'a tensor of 5 axes': () => tg.ones([1, 2, 1, 3, 1], { dtype: 'float64' }),
  'a tensor of 32 axes': () => tg.ones(new Array(32).fill(1) as number[], { dtype: 'float64' }),
  'a column of 2^17': () => tg.zeros([1], { dtype: 'float64' }).broadcastTo([2 ** 17, 1]),
  'a row of 2^17': () => tg.zeros([1], { dtype: 'float64' }).broadcastTo([1, 2 ** 17]),
  'a leaf': () => tg.tensor([1, 2, 3], { dtype: 'float64', requiresGrad: true }),
  'a square': () => square,
  tensors: () => [row, matrix],
  'tensors of two dtypes': () => [row, int32([1, 2, 3])],
  'no option by this name': () => ({ nothing: 1 }),
  'a wrong dtype': () => ({ dtype: 'float16' }),
  'wrong options': () => ({
    keepdims: 'yes',
    correction: Number.NaN,
    requiresGrad: 'no',
    argnums: 1.5,
    shape: 'none',
    generator: 5,
  }),
  'a wrong correction': () => ({ correction: 99 }),
}
