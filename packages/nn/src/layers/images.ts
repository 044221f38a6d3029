/** @file Images with any leading axes, for layers whose ops take at most one. Imports core and errors.ts. */
import { reshape, type Tensor } from '@tapegrad/core/ops'
import { checkTensor, fail, showShape } from '../errors.ts'

/**
 * Throws unless `x` is [..., channels, H, W] or, for one axis behind the channels, [..., channels, L]. The message says
 * with which order of axes it would be.
 */
export function checkImages(op: string, x: unknown, channels: number, rank: 1 | 2): asserts x is Tensor {
  checkTensor(op, 'the input', x)
  const { shape, ndim } = x
  const at = ndim - rank - 1
  if (shape[at] === channels) return
  const form = `expected [..., ${channels}, ${rank > 1 ? 'H, W' : 'L'}], got ${showShape(shape)}`
  if (at < 0)
    fail(
      op,
      `${form}${at === -1 && channels === 1 ? `; for one channel write x.unsqueeze(${-rank - 1})` : ''}`,
    )
  const order = shape.map((_, axis) => axis)
  order.splice(at, 0, order.pop()!)
  const hint =
    shape.at(-1) === channels
      ? `; channels stand before sizes, as in x.permute(${showShape(order)})`
      : `, whose axis ${at} holds ${shape[at]} channels`
  fail(op, form + hint)
}

/** `f` of x with all axes but the last `kept` joined to one; in the result they are as they were. */
export function joined(x: Tensor, kept: number, f: (x: Tensor) => Tensor): Tensor {
  const lead = x.shape.slice(0, -kept)
  const y = f(reshape(x, [lead.reduce((product, size) => product * size, 1), ...x.shape.slice(-kept)]))
  return reshape(y, [...lead, ...y.shape.slice(1)])
}
