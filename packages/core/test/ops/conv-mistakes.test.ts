/** @file Mistakes in convolutions and their messages; every wrong value of every option. */
import { describe, expect, it } from 'vitest'
import * as tg from '../../src/index.ts'
import { loose } from '../support/f64.ts'
import { check } from '../support/messages.ts'
import { WRONG } from '../support/wrong.ts'

const conv1d = loose(tg.conv1d)
const conv2d = loose(tg.conv2d)
const convTranspose2d = loose(tg.convTranspose2d)
const zeros = (...shape: number[]): tg.Tensor => tg.zeros(shape, { dtype: 'float64' })

describe('mistakes', () => {
  const x = zeros(2, 3, 8, 8)
  const w = zeros(4, 3, 3, 3)
  check([
    [
      'other channels',
      () => conv2d(x, zeros(4, 2, 3, 3)),
      'conv2d: input [2, 3, 8, 8] has 3 channels, weight [4, 2, 3, 3] takes 2',
    ],
    [
      'channels last',
      () => conv2d(zeros(2, 8, 8, 3), w),
      'conv2d: input [2, 8, 8, 3] has 8 channels, weight [4, 3, 3, 3] takes 3; channels stand before sizes, as in x.permute([0, 3, 1, 2])',
    ],
    [
      'channels last, one image',
      () => conv2d(zeros(8, 8, 3), w),
      'conv2d: input [8, 8, 3] has 8 channels, weight [4, 3, 3, 3] takes 3; channels stand before sizes, as in x.permute([2, 0, 1])',
    ],
    [
      'channels last, in one axis',
      () => conv1d(zeros(2, 8, 3), zeros(4, 3, 3)),
      'conv1d: input [2, 8, 3] has 8 channels, weight [4, 3, 3] takes 3; channels stand before sizes, as in x.permute([0, 2, 1])',
    ],
    [
      'groups forgotten',
      () => conv2d(zeros(2, 4, 8, 8), zeros(6, 2, 3, 3)),
      'conv2d: input [2, 4, 8, 8] has 4 channels, weight [6, 2, 3, 3] takes 2; with { groups: 2 } they meet',
    ],
    [
      'groups that do not divide the channels',
      () => conv2d(x, w, { groups: 2 }),
      'conv2d: groups 2 must divide the channels of input [2, 3, 8, 8] and axis 0 of weight [4, 3, 3, 3]',
    ],
    [
      'groups that do not divide the outputs',
      () => conv2d(x, zeros(4, 1, 3, 3), { groups: 3 }),
      'conv2d: groups 3 must divide the channels of input [2, 3, 8, 8] and axis 0 of weight [4, 1, 3, 3]',
    ],
    [
      'groups of another size',
      () => conv2d(zeros(2, 8, 8, 8), zeros(4, 3, 3, 3), { groups: 2 }),
      'conv2d: input [2, 8, 8, 8] has 8 channels, weight [4, 3, 3, 3] takes 6',
    ],
    ['no groups', () => conv2d(x, w, { groups: 0 }), 'conv2d: groups must be a whole number >= 1, got 0'],
    [
      'a kernel larger than the image',
      () => conv2d(x, zeros(4, 3, 11, 3), { padding: 1 }),
      'conv2d: the windows cover [11, 3], more than the padded input, [10, 10]; use a smaller kernel or dilation, or more padding',
    ],
    [
      'a kernel that dilation makes larger than the image',
      () => conv2d(x, w, { dilation: [1, 4] }),
      'conv2d: the windows cover [3, 9], more than the padded input, [8, 8]; use a smaller kernel or dilation, or more padding',
    ],
    [
      'a kernel longer than the signal',
      () => conv1d(zeros(1, 2), zeros(1, 1, 3)),
      'conv1d: the windows cover [3], more than the padded input, [2]; use a smaller kernel or dilation, or more padding',
    ],
    [
      'an empty kernel',
      () => conv2d(x, zeros(4, 3, 0, 3)),
      'conv2d: weight [4, 3, 0, 3] has an empty kernel',
    ],
    [
      'an empty kernel along one axis',
      () => conv1d(zeros(1, 2), zeros(1, 1, 0), { padding: 'same' }),
      'conv1d: weight [1, 1, 0] has an empty kernel',
    ],
    [
      'a fraction',
      () => conv2d(x, w, { stride: 1.5 }),
      'conv2d: stride must be a whole number >= 1, or a pair [h, w] of them, got 1.5',
    ],
    [
      'a fraction in a pair',
      () => conv2d(x, w, { padding: [1, 0.5] }),
      'conv2d: padding must be a whole number >= 0, or a pair [h, w] of them, got [1, 0.5]',
    ],
    [
      'a pair of holes',
      () => conv2d(x, w, { dilation: new Array(2) }),
      'conv2d: dilation must be a whole number >= 1, or a pair [h, w] of them, got [undefined, undefined]',
    ],
    [
      'a pair along one axis',
      () => conv1d(zeros(1, 2), zeros(1, 1, 1), { stride: [1, 1] }),
      'conv1d: stride must be a whole number >= 1, got [1, 1]',
    ],
    [
      "'valid'",
      () => conv2d(x, w, { padding: 'valid' }),
      'conv2d: padding must be a whole number >= 0, or a pair [h, w] of them, got "valid"',
    ],
    [
      "'same' with a stride",
      () => conv2d(x, w, { padding: 'same', stride: [1, 2] }),
      "conv2d: padding 'same' needs stride 1, got [1, 2]",
    ],
    [
      "'same' with a stride, in one axis",
      () => conv1d(zeros(1, 2), zeros(1, 1, 1), { padding: 'same', stride: 2 }),
      "conv1d: padding 'same' needs stride 1, got 2",
    ],
    [
      "'same' turned round",
      () => convTranspose2d(x, zeros(3, 4, 2, 2), { padding: 'same' }),
      'convTranspose2d: padding must be a whole number >= 0, or a pair [h, w] of them, got "same"',
    ],
    [
      'no channels',
      () => conv2d(zeros(8, 8), w),
      'conv2d: the input must be [N, C, H, W] or [C, H, W], got [8, 8]; for one channel write x.unsqueeze(0)',
    ],
    [
      'too many axes',
      () => conv2d(zeros(1, 1, 1, 1, 1), w),
      'conv2d: the input must be [N, C, H, W] or [C, H, W], got [1, 1, 1, 1, 1]',
    ],
    [
      'an input of one axis',
      () => conv1d(zeros(3), zeros(1, 1, 1)),
      'conv1d: the input must be [N, C, L] or [C, L], got [3]; for one channel write x.unsqueeze(0)',
    ],
    [
      'a weight of other axes',
      () => conv2d(x, zeros(4, 3, 3)),
      'conv2d: the weight must be [O, C / groups, kH, kW], got [4, 3, 3]',
    ],
    [
      'a bias of another size',
      () => conv2d(x, w, { bias: zeros(3) }),
      'conv2d: the bias must be [4], one per output channel, got [3]',
    ],
    [
      'a bias of another dtype',
      () => conv2d(x, w, { bias: tg.zeros([4]) }),
      "conv2d: dtypes float64 and float32 differ; convert one with to('float64')",
    ],
    [
      'an option of another op',
      () => conv2d(x, w, { outputPadding: 1 }),
      'conv2d: there is no option "outputPadding"; there are bias, stride, padding, dilation, groups',
    ],
    [
      'channels of the transpose',
      () => convTranspose2d(x, w),
      'convTranspose2d: input [2, 3, 8, 8] has 3 channels, weight [4, 3, 3, 3] takes 4',
    ],
    [
      'groups of the transpose',
      () => convTranspose2d(x, zeros(3, 2, 2, 2), { groups: 2 }),
      'convTranspose2d: groups 2 must divide the channels of input [2, 3, 8, 8] and axis 0 of weight [3, 2, 2, 2]',
    ],
    [
      'as much output padding as stride',
      () => convTranspose2d(x, zeros(3, 2, 2, 2), { stride: [2, 1], outputPadding: 1 }),
      'convTranspose2d: outputPadding [1, 1] must be less than stride [2, 1] or dilation [1, 1]',
    ],
    [
      'nothing left of the transpose',
      () => convTranspose2d(zeros(1, 3, 2, 2), zeros(3, 2, 1, 3), { padding: 1 }),
      'convTranspose2d: input [1, 3, 2, 2] makes no output: padding [1, 1] cuts all of [2, 4]',
    ],
    [
      'nothing to turn round',
      () => convTranspose2d(zeros(1, 3, 2, 0), zeros(3, 2, 1, 3)),
      'convTranspose2d: input [1, 3, 2, 0] makes no output: padding [0, 0] cuts all of [2, 0]',
    ],
    [
      'too much padding',
      () => conv2d(x, w, { padding: 2 ** 40 }),
      'conv2d: dimension 1 of the shape is 2199023255560; at most 2147483647 is possible',
    ],
  ])

  const calls: Record<string, (options: object) => unknown> = {
    conv1d: (options) => conv1d(zeros(2, 4, 5), zeros(4, 4, 2), options),
    conv2d: (options) => conv2d(zeros(2, 4, 5, 5), zeros(4, 4, 2, 2), options),
    convTranspose2d: (options) => convTranspose2d(zeros(2, 4, 5, 5), zeros(4, 4, 2, 2), options),
    maxPool2d: (options) => loose(tg.maxPool2d)(zeros(2, 4, 5, 5), { kernelSize: 2, ...options }),
    avgPool2d: (options) => loose(tg.avgPool2d)(zeros(2, 4, 5, 5), { kernelSize: 2, ...options }),
  }
  it.each(Object.keys(calls))('%s: every wrong value of every option is refused, or harmless', (name) => {
    for (const option of ['bias', 'stride', 'padding', 'dilation', 'groups', 'outputPadding', 'kernelSize']) {
      for (const [what, make] of Object.entries(WRONG)) {
        try {
          const y = calls[name]!({ [option]: make() }) as tg.Tensor
          expect(
            [...y.data].every((value) => value === 0),
            `${option}: ${what}`,
          ).toBe(true)
        } catch (error) {
          expect(error, `${option}: ${what}`).toBeInstanceOf(tg.TapegradError)
          expect((error as tg.TapegradError).message, what).toMatch(new RegExp(`^${name}: `))
        }
      }
    }
  })
})
