/** @file Arguments at the edge: very many classes, float class indices, shares with rounding dust, columns too wide. */
import { tensor, zeros } from '@tapegrad/core'
import { confusionMatrix, crossEntropy, MinMaxScaler, StandardScaler, trainTestSplit } from '@tapegrad/nn'
import { expect, it } from 'vitest'

it('confusionMatrix bounds the number of classes before it makes the table', () => {
  const few = tensor(Int32Array.of(0, 1))
  for (const c of [2_000_000_000, 50_000, 4096]) {
    const many = tensor(Int32Array.of(0, c))
    expect(() => confusionMatrix(few, many)).toThrow(
      `confusionMatrix: ${c + 1} classes are more than 4096; number the classes from 0 without gaps`,
    )
  }
  expect(() => confusionMatrix(few, few, { classes: 1e9 })).toThrow(/^confusionMatrix: 1000000000 classes/)
  expect(() => confusionMatrix(few, few, { classes: 1 })).toThrow('class 1 is out of range for 1 classes')
})

it('crossEntropy says that class indices must be int32', () => {
  for (const dtype of ['float32', 'bool'] as const)
    expect(() => crossEntropy(zeros([2, 3]), zeros([2], { dtype }))).toThrow(
      `crossEntropy: class indices must be int32, the target is ${dtype}; convert it with to('int32')`,
    )
  expect(() => crossEntropy(zeros([3]), zeros([]))).toThrow('class indices must be int32')
  expect(() => crossEntropy(zeros([2, 3]), zeros([3]) as never)).toThrow('reshape one of them')
})

it('trainTestSplit rounds shares up, but not for the dust of floating point', () => {
  const testRows = (testSize: number) => trainTestSplit(zeros([100, 1]), { testSize })[1].shape[0]
  for (let percent = 1; percent < 100; percent++) expect(testRows(percent / 100)).toBe(percent)
  expect(testRows(0.071)).toBe(8)
  expect(testRows(0.0001)).toBe(1)
})

it('scalers refuse a column whose span overflows', () => {
  const wide = tensor([
    [0, -3e38],
    [1, 3e38],
  ])
  expect(() => new MinMaxScaler().fit(wide)).toThrow(
    'MinMaxScaler: the values of column 1 span more than float32 can hold; divide them by 1000 or so first',
  )
  expect(() => new StandardScaler().fit(wide)).toThrow(/^StandardScaler: the values of column 1 span more/)
  expect(new MinMaxScaler().fitTransform(wide.to('float64')).toArray()).toEqual([
    [0, 0],
    [1, 1],
  ])
})
