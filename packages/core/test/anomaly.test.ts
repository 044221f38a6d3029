/** @file detectAnomaly: the first op that makes a NaN or an infinity, its operands, its place, and what to do. */
import { runInThisContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  defineOp,
  detectAnomaly,
  grad,
  hvp,
  jacobian,
  jvp,
  log,
  type Tensor,
  tensor,
  vjp,
  vmap,
  where,
} from '../src/index.ts'
import { currentScope, enterLayer, leaveLayer } from '../src/layers.ts'
import { activeTracer } from '../src/tape.ts'
import { messageOf } from './support/messages.ts'

const f64 = { dtype: 'float64' } as const
const leaf = (values: number[]): Tensor => tensor(values, { ...f64, requiresGrad: true })

describe('forward', () => {
  it('names the op, the index, the operands and the line of the caller', () => {
    const message = messageOf(() =>
      detectAnomaly(() => {
        const x = tensor(
          [
            [1, 2],
            [3, 0],
          ],
          f64,
        )
        return x.exp().mul(0).add(x.log())
      }),
    )
    expect(message).toMatch(
      /^detectAnomaly: log\(0\) made -Infinity at \[1, 1\], called at .*anomaly\.test\.ts:\d+:\d+/,
    )
    expect(message).toContain('keep its argument away from 0')
  })
  it('stops at the first, not where it shows', () => {
    const message = messageOf(() => detectAnomaly(() => tensor([-1], f64).sqrt().mul(2).sum()))
    expect(message).toContain('sqrt(-1) made NaN at [0]')
  })
  it('of two operands shows both', () => {
    expect(messageOf(() => detectAnomaly(() => tensor([1, 2], f64).div(tensor([1, 0], f64))))).toContain(
      'div(2, 0) made Infinity at [1]',
    )
  })
  it.each([
    ['pow(0, -1)', (x: Tensor) => x.pow(-1)],
    ['reciprocal(0)', (x: Tensor) => x.reciprocal()],
    ['rsqrt(0)', (x: Tensor) => x.rsqrt()],
  ])('says what helps at the pole of %s', (call, f) => {
    const message = messageOf(() => detectAnomaly(() => f(tensor([1, 0], f64))))
    expect(message).toMatch(
      /made Infinity at \[1\], called at .*; keep its argument away from 0, for example/,
    )
    expect(message).toContain(call)
    expect(messageOf(() => detectAnomaly(() => tensor([-2], f64).pow(0.5)))).not.toContain('away from 0')
  })
  it('says what helps where exp overflows', () => {
    expect(messageOf(() => detectAnomaly(() => tensor([1000]).exp()))).toContain('subtract the maximum first')
  })
  it('lets in what was there before, and leaves finite programs alone', () => {
    expect(detectAnomaly(() => tensor([Infinity, 1]).mul(2).toArray())).toEqual([Infinity, 2])
    const x = leaf([1, 2])
    const result = detectAnomaly(() => {
      const loss = x.square().sum()
      loss.backward()
      return loss.item()
    })
    expect(result).toBe(5)
    expect(x.grad!.toArray()).toEqual([2, 4])
    expect(detectAnomaly(() => tensor([1, 2]).clone().assign(3).toArray())).toEqual([3, 3])
  })
})

describe('backward', () => {
  it('names the op whose gradient it is, and the line where that was called', () => {
    const x = leaf([4, 0])
    const message = messageOf(() => detectAnomaly(() => x.sqrt().sum().backward()))
    expect(message).toMatch(
      /^detectAnomaly: div\(0\.5, 0\) made Infinity at \[1\], in the derivative of sqrt, called at .*anomaly\.test\.ts:\d+/,
    )
  })
  it('where(): the branch not taken leaks NaN, and the message says how to stop it', () => {
    const f = (x: Tensor): Tensor<[]> => where(x.gt(0), x.log(), 0).sum() as Tensor<[]>
    const x = tensor([1, 0], f64)
    // log(0) is an infinity already in the forward pass; look at the gradient alone.
    const gradient = (): unknown => grad((t: Tensor) => where(t.gt(0), t.sqrt(), 0).sum() as Tensor<[]>)(x)
    const message = messageOf(() => detectAnomaly(gradient))
    expect(message).toContain('div(0, 0) made NaN at [1], in the derivative of sqrt')
    expect(message).toContain('0 times the infinite slope of sqrt is NaN')
    expect(message).toContain('where(mask, f(where(mask, x, 1)), 0)')
    const safe = (t: Tensor): Tensor<[]> => where(t.gt(0), where(t.gt(0), t, 1).sqrt(), 0).sum() as Tensor<[]>
    expect((detectAnomaly(() => grad(safe)(x)) as Tensor).toArray()).toEqual([0.5, 0])
    expect(messageOf(() => detectAnomaly(() => grad(f)(x)))).toContain('log(0) made -Infinity at [1]')
  })
  it.each([
    ['a number', (x: Tensor) => x.pow(0.5)],
    ['a tensor', (x: Tensor) => x.pow(tensor([0.5, 0.5], f64))],
  ])('where() around a power, by %s, is told as well', (_, power) => {
    const f = (x: Tensor): Tensor<[]> => where(x.gt(0), power(x), 0).sum() as Tensor<[]>
    const message = messageOf(() => detectAnomaly(() => grad(f)(tensor([1, 0], f64))))
    expect(message).toContain('pow(0, -0.5) made Infinity at [1], in the derivative of pow')
    expect(message).toContain('the slope of pow is infinite there: keep its argument away from 0')
    expect(message).toContain('as in where(mask, f(where(mask, x, 1)), 0)')
    const safe = (x: Tensor): Tensor<[]> => where(x.gt(0), power(where(x.gt(0), x, 1)), 0).sum() as Tensor<[]>
    expect((detectAnomaly(() => grad(safe)(tensor([1, 0], f64))) as Tensor).toArray()).toEqual([0.5, 0])
  })
  it('after a backward pass, forward is forward again', () => {
    const x = leaf([1])
    const message = messageOf(() =>
      detectAnomaly(() => {
        x.square().sum().backward()
        return x.detach().sub(1).log()
      }),
    )
    expect(message).toContain('log(0) made -Infinity at [0], called at')
  })
})

describe('in every transform', () => {
  const rows = tensor(
    [
      [1, 2],
      [3, 0],
    ],
    f64,
  )
  const root = (x: Tensor): Tensor<[]> => x.sqrt().sum() as Tensor<[]>
  const line = /called at (Proxy\.)?root \(.*anomaly\.test\.ts:\d+:\d+\)/

  it.each<[string, () => unknown]>([
    ['grad', () => grad(root)(rows)],
    ['grad with createGraph', () => grad(root, { createGraph: true })(rows)],
    ['backward() with createGraph', () => root(leaf([1, 0])).backward(null, { createGraph: true })],
    ['vjp', () => vjp(root, rows)[1](tensor(1, f64) as Tensor<[]>)],
    ['jvp', () => jvp(root, [rows], [rows.add(1)])],
    ['jacobian', () => jacobian((x: Tensor) => root(x))(rows)],
    ['jacobian, forward', () => jacobian((x: Tensor) => root(x), { mode: 'forward' })(rows)],
    ['hvp', () => hvp(root, rows, rows.add(1))],
    ['vmap of grad', () => vmap(grad(root))(rows)],
    ['grad of vmap', () => grad((x: Tensor) => vmap(root)(x).sum() as Tensor<[]>)(rows)],
    ['checkpoint', () => grad(checkpoint(root))(rows)],
  ])('%s: the op, its derivative, and the line inside of the function', (_, run) => {
    const message = messageOf(() => detectAnomaly(run))
    expect(message).toMatch(
      /^detectAnomaly: div\(.*, 0\) made (Infinity|NaN) at \[.*\], in the derivative of sqrt/,
    )
    expect(message).toMatch(line)
  })

  it('a second derivative: the first is finite, the op of the gradient is named', () => {
    // d(x^1.5)/dx = 1.5 x^0.5 is 0 at 0; its slope is not.
    const f = (x: Tensor): Tensor<[]> => x.pow(1.5).sum() as Tensor<[]>
    const x = tensor([4, 0], f64)
    expect((detectAnomaly(() => grad(f)(x)) as Tensor).toArray()).toEqual([3, 0])
    const message = messageOf(() => detectAnomaly(() => hvp(f, x, tensor([1, 1], f64))))
    expect(message).toMatch(/made Infinity at \[1\], in the derivative of pow/)
  })

  it('forward inside of vmap: the line of the op, not that of vmap', () => {
    const inner = (x: Tensor): Tensor => x.log().sum()
    expect(messageOf(() => detectAnomaly(() => vmap(inner)(rows)))).toMatch(
      /^detectAnomaly: log\(0\) made -Infinity at \[1, 1\], called at inner \(.*anomaly\.test\.ts/,
    )
    expect(messageOf(() => vmap((x: Tensor) => detectAnomaly(() => inner(x)))(rows))).toContain(
      'detectAnomaly: tensors have no values inside of vmap',
    )
  })

  it('forward after jvp or backward is forward again, and nests', () => {
    const message = messageOf(() =>
      detectAnomaly(() =>
        detectAnomaly(() => {
          jvp(root, [rows.add(1)], [rows])
          return tensor([0], f64).log()
        }),
      ),
    )
    expect(message).toMatch(/^detectAnomaly: log\(0\) made -Infinity at \[0\], called at/)
  })
})

describe('what it says of operands', () => {
  const said = (f: () => unknown): string => messageOf(() => detectAnomaly(f))
  it('of another shape: shape and range', () => {
    expect(said(() => tensor([1e38, 3e38]).sum())).toMatch(
      /^detectAnomaly: sum\(float32 \[2\] from 1e\+38 to 3e\+38\) made Infinity, called at/,
    )
    const message = said(() => tensor([[1e200, 0]], f64).matmul(tensor([[1e200], [1]], f64)))
    expect(message).toContain(
      'matmul(float64 [1, 2] from 0 to 1e+200, float64 [2, 1] from 1 to 1e+200) made Infinity',
    )
  })
  it('of views: the values that the op saw', () => {
    const x = tensor(
      [
        [1, 2],
        [0, 4],
      ],
      f64,
    )
    expect(said(() => x.T.log())).toContain('log(0) made -Infinity at [0, 1]')
    expect(said(() => x.slice([1]).flip(0).log())).toContain('log(0) made -Infinity at [1]')
  })
  it('a NaN of infinities is an anomaly, infinities of infinities are not', () => {
    const x = tensor([1, Infinity], f64)
    expect(said(() => x.mul(2).sub(x))).toContain('sub(Infinity, Infinity) made NaN at [1]')
    expect(said(() => x.mul(0))).toContain('mul(Infinity, 0) made NaN at [1]')
    expect(detectAnomaly(() => x.add(1).exp().toArray())).toEqual([Math.exp(2), Infinity])
    expect(detectAnomaly(() => tensor([NaN, 0], f64).mul(2).add(Infinity).toArray())).toEqual([NaN, Infinity])
  })
  it('inside of an op of your own: the op that its forward calls', () => {
    const logOf = defineOp({
      name: 'logOf',
      forward: (x: Tensor) => x.log(),
      backward: (ct, { inputs: [x] }) => [ct.div(x)],
    })
    expect(said(() => logOf(tensor([0], f64)))).toContain('log(0) made -Infinity at [0]')
    expect(said(() => logOf(tensor([-1e-320], f64)))).toContain('log(-1e-320) made NaN')
  })
})

describe('the line of the caller', () => {
  /** The message about a program in that file, given log. */
  const messageIn = (filename: string, program: string): string => {
    const run = runInThisContext(`(log, x) => ${program}`, { filename }) as (...xs: unknown[]) => unknown
    return messageOf(() => detectAnomaly(() => run(log, tensor([0], f64))))
  }

  it.each([
    '/home/me/packages/core/src/program.js',
    'file:///home/me/packages/nn/src/program.js',
    '/home/me/@tapegrad/core/dist/program.js',
    '/home/me (old)/my@core/program.js',
  ])('is found in %s, which is not of this package', (file) => {
    expect(messageIn(file, '\n log(x)')).toContain(`called at ${file}:2:`)
  })
  it('is behind the methods of arrays, which have no lines', () => {
    expect(messageIn('/home/me/a.js', '[x].map(log)')).toContain('called at /home/me/a.js:1:')
  })
})

it('refuses what goes on when nobody watches any more', () => {
  expect(messageOf(() => detectAnomaly(async () => 1))).toBe(
    'detectAnomaly: the function is async: its body goes on when detectAnomaly is over; await outside of it',
  )
  expect(() => detectAnomaly(() => Promise.reject(new Error('later')))).toThrow('the function is async')
  expect(
    messageOf(() =>
      detectAnomaly(function* () {
        yield tensor([0]).log()
      }),
    ),
  ).toContain('detectAnomaly: the function is a generator')
  expect(activeTracer()).toBe(null)
})

it('what fails by itself fails as ever, and what is no function is refused', () => {
  expect(() =>
    detectAnomaly(() => {
      throw new RangeError('own')
    }),
  ).toThrow(new RangeError('own'))
  expect(activeTracer()).toBe(null)
  const settings = Error as { stackTraceLimit?: number }
  settings.stackTraceLimit = 12
  detectAnomaly(() => tensor([1]).mul(2))
  expect(settings.stackTraceLimit).toBe(12)
  // Layers are noted no more.
  leaveLayer(enterLayer({}, () => {}))
  enterLayer({}, () => {})
  expect(currentScope()).toBe(null)
  expect(messageOf(() => detectAnomaly(3 as never))).toBe('detectAnomaly: expected a function, got 3')
})
