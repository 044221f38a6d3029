/** @file Wrong derivatives, planted in ops: each has to be found, and its cause told. */
import { describe, expect, it } from 'vitest'
import {
  add,
  concat,
  cos,
  exp,
  flip,
  gradcheck,
  matmul,
  mean,
  mul,
  neg,
  pad,
  reshape,
  sin,
  slice,
  square,
  stack,
  sum,
  type Tensor,
  take,
  tanh,
  tensor,
  transpose,
} from '../src/index.ts'
import { f64 } from './support/f64.ts'
import { A, b, causes, S, sine } from './support/gradcheck.ts'
import { planted } from './support/planted.ts'

describe('transposed', () => {
  const forward = (x: Tensor, w: Tensor): Tensor => matmul(x, w)
  const dx = (ct: Tensor, w: Tensor): Tensor => matmul(ct, transpose(w))
  const dw = (ct: Tensor, x: Tensor): Tensor => matmul(transpose(x), ct)

  it('the gradient of a square matrix', () => {
    const op = planted('product', forward, [(ct, [, w]) => dx(ct, w!), (ct, [x]) => transpose(dw(ct, x!))])
    expect(causes(op, [A, S], '[1]')).toEqual(['transposed, in op product, input 1'])
  })

  it('the gradient of a matrix that is not square', () => {
    const misread = planted('product', forward, [
      (ct, [, w]) => reshape(transpose(dx(ct, w!)), [2, 3]),
      (ct, [x]) => dw(ct, x!),
    ])
    expect(causes(misread, [A, S])).toEqual(['transposed, in op product, input 0'])
    const misshapen = planted('product', forward, [
      (ct, [, w]) => transpose(dx(ct, w!)),
      (ct, [x]) => dw(ct, x!),
    ])
    expect(causes(misshapen, [A, S])).toEqual([
      'transposed: the gradient has shape [3, 2], its input [2, 3], in op product, input 0',
    ])
  })

  it('a factor of the gradient', () => {
    const op = planted('product', forward, [(ct, [, w]) => matmul(ct, w!), (ct, [x]) => dw(ct, x!)])
    expect(causes(op, [A, S])).toEqual([
      'transposed: right if input 1 were transposed, in op product, input 0',
    ])
  })

  it('deep inside a function', () => {
    const op = planted('product', forward, [(ct, [, w]) => matmul(ct, w!), (ct, [x]) => dw(ct, x!)])
    const f = (x: Tensor, w: Tensor): Tensor => sum(tanh(matmul(op(sin(x), w), w)))
    expect(causes(f, [A, S])).toEqual([
      'transposed: right if input 1 were transposed, in op product, input 0',
    ])
  })

  it('and otherwise out of order', () => {
    const reversed = planted('reversed', (x) => flip(x, 1), [(ct) => ct])
    expect(causes(reversed, [A])).toEqual(['reversed along axis 1, in op reversed'])
    const order = tensor([1, 2, 0], { dtype: 'int32' }) as Tensor
    const rolled = planted('rolled', (x) => take(x, order, 1), [(ct) => take(ct, order, 1)])
    expect(causes(rolled, [A])).toEqual(['the right values in another order, in op rolled'])
  })
})

describe('missing sum over a broadcast axis', () => {
  const biased = (bias: (ct: Tensor) => Tensor) =>
    planted('biased', (x, b) => add(x, b), [(ct) => ct, (ct) => bias(ct)])

  it('left out: the gradient has the shape of the output', () => {
    expect(
      causes(
        biased((ct) => ct),
        [A, b],
        '[1]',
      ),
    ).toEqual([
      'missing sum over broadcast axis 0: the gradient has shape [2, 3], its input [3], in op biased, input 1',
    ])
  })

  it.each([0, 1])('in its place, slice %i', (k) => {
    const op = biased((ct) => slice(ct, [k]))
    const cause = `missing sum over broadcast axis 0: only slice ${k} of it counts, in op biased, input 1`
    expect(causes(op, [A, b], '[1]')).toEqual([cause])
    // The loss hides the outputs; the op alone still shows them.
    expect(causes((x, b) => sum(square(op(x, exp(b)))), [A, b], '[1]')).toEqual([cause])
  })

  it('of size 1', () => {
    const scaled = planted('scaled', (x, s) => mul(x, s), [
      (ct, [, s]) => mul(ct, s!),
      (ct, [x]) => slice(mul(ct, x!), [null, [0, 1]]),
    ])
    expect(causes(scaled, [A, f64([[2], [3]])], '[1]')).toEqual([
      'missing sum over broadcast axis 1: only slice 0 of it counts, in op scaled, input 1',
    ])
  })

  it('averaged instead', () => {
    expect(
      causes(
        biased((ct) => mean(ct, 0)),
        [A, b],
        '[1]',
      ),
    ).toEqual(['off by a factor: analytic = 0.5 x numeric, in op biased, input 1'])
  })
})

describe('off by a factor', () => {
  it.each([2, 0.5, -3, 1.01])('of %d', (factor) => {
    const op = sine('scaled', (ct, x) => mul(mul(ct, cos(x)), factor))
    const expected = `off by a factor: analytic = ${factor} x numeric`
    expect(causes(op, [A])).toEqual([`${expected}, in op scaled`])
    expect(causes((x) => sum(exp(op(x))), [A])).toEqual([`${expected}, in op scaled`])
  })

  it('is told of a single number only where the factor is a round one', () => {
    expect(
      causes(
        sine('op', (ct, x) => mul(mul(ct, cos(x)), 2)),
        [f64([0.4])],
      ),
    ).toEqual(['off by a factor: analytic = 2 x numeric, in op op'])
    expect(
      causes(
        sine('op', (ct, x) => mul(ct, exp(x))),
        [f64([0.4])],
      ),
    ).toEqual(['the pullback is wrong, in op op'])
  })

  it('of -1: the sign', () => {
    const op = sine('negative', (ct, x) => neg(mul(ct, cos(x))))
    expect(causes((x) => exp(op(x)), [A])).toEqual(['wrong sign: analytic = -numeric, in op negative'])
  })

  it('of 0', () => {
    const op = sine('dead', (ct) => mul(ct, 0))
    expect(causes((x) => exp(op(x)), [A])).toEqual([
      'zero gradient: nothing flows back to this input, in op dead',
    ])
    expect(causes((x) => sin(x.detach()), [A])).toEqual(['zero gradient: nothing flows back to this input'])
  })

  it('of the input is added, as weight decay does', () => {
    const op = sine('decayed', (ct, x) => add(mul(ct, cos(x)), mul(x, 0.1)))
    expect(causes(op, [A])).toEqual([
      'off by a multiple of the input: analytic = numeric + 0.1 x input, in op decayed',
    ])
  })
})

describe('overwritten instead of accumulated', () => {
  it('an input that the op uses twice inside', () => {
    const op = planted('wave', (x) => mul(x, sin(x)), [(ct, [x]) => mul(ct, sin(x!))])
    const cause = 'overwritten instead of accumulated: of 2 uses of the input, only one counts, in op wave'
    expect(causes(op, [A])).toEqual([cause])
    expect(causes((x) => sum(square(op(tanh(x)))), [A])).toEqual([cause])
  })

  it('an input that is given twice', () => {
    const op = planted('twice', (x, y) => mul(sin(x), y), [(ct) => mul(ct, 0), (ct, [x]) => mul(ct, sin(x!))])
    expect(
      causes(
        (x) => {
          const e = exp(x)
          return op(e, e)
        },
        [A],
      ),
    ).toEqual([
      'overwritten instead of accumulated: of 2 uses of the input, only one counts, in op twice, input 0',
    ])
  })

  it('rows that are taken several times', () => {
    const indices = tensor([0, 2, 0, 1, 2], { dtype: 'int32' }) as Tensor
    const last = (ct: Tensor): Tensor => stack([slice(ct, [2]), slice(ct, [3]), slice(ct, [4])], 0)
    const embedding = planted('embedding', (w) => take(w, indices, 0), [last])
    const report = gradcheck(embedding, [S], { modes: ['reverse'] })
    expect(report.rows.map(({ verdict }) => verdict)).toEqual([
      ...new Array(3).fill('wrong'),
      ...new Array(3).fill('pass'),
      ...new Array(3).fill('wrong'),
    ])
    expect(causes(embedding, [S])).toEqual([
      'overwritten instead of accumulated: of several outputs, only one counts, in op embedding',
    ])
  })

  it('windows that overlap', () => {
    // y[i] = x[i] + 3 x[i + 1]; a loop that writes dx[i] = ct[i], then dx[i + 1] = 3 ct[i].
    const forward = (x: Tensor): Tensor => add(slice(x, [[0, 4]]), mul(slice(x, [[1, 5]]), 3))
    const overwritten = (ct: Tensor): Tensor => concat([slice(ct, [[0, 1]]), mul(ct, 3)], 0)
    const right = (ct: Tensor): Tensor => add(pad(ct, [[0, 1]]), mul(pad(ct, [[1, 0]]), 3))
    const x = f64([1, 2, 0.5, -1, 3])
    expect(gradcheck(planted('window', forward, [right]), [x], { modes: ['reverse'] }).ok).toBe(true)
    expect(causes(planted('window', forward, [overwritten]), [x])).toEqual([
      'overwritten instead of accumulated: of several outputs, only one counts, in op window',
    ])
  })

  it('samples of a batch', () => {
    const lastSample = (x: Tensor): Tensor => slice(x, [[1, 2]])
    const layer = planted('layer', (w) => matmul(A, w), [
      (ct) => matmul(transpose(lastSample(A)), lastSample(ct)),
    ])
    expect(causes(layer, [S])).toEqual([
      'overwritten instead of accumulated: of axis 0 of the output, only slice 1 counts, in op layer',
    ])
  })
})
