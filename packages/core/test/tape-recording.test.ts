/** @file When an op records: noGrad, detach, transforms inside each other, and exceptions that must not change it. */
import { afterEach, describe, expect, it } from 'vitest'
import {
  grad,
  jvp,
  noGrad,
  stopGradient,
  TapegradError,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
} from '../src/index.ts'
import { f64, leaf, values } from './support/f64.ts'

/** Recording as it is at the start of a program: outside of everything. */
function expectOutermost(): void {
  const y = leaf(2).square()
  expect(y.node?.level).toBe(0)
  expect(grad((x: Tensor) => x.square())(f64(3)).requiresGrad).toBe(false)
}
afterEach(expectOutermost)

describe('noGrad', () => {
  it('returns what the function returns, untracked', () => {
    const x = leaf([1, 2])
    const y = noGrad(() => x.mul(2).exp())
    expect([y.requiresGrad, y.node]).toEqual([false, null])
    expect(noGrad(() => 'anything')).toBe('anything')
    expect(noGrad(() => null)).toBe(null)
  })
  it('nests', () => {
    const x = leaf(1)
    noGrad(() => {
      expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false)
      expect(x.mul(2).requiresGrad).toBe(false)
    })
    expect(x.mul(2).requiresGrad).toBe(true)
  })
  it('does not change leaves made inside of it', () => {
    const x = noGrad(() => leaf(2))
    expect(x.requiresGrad).toBe(true)
    x.square().backward()
    expect(values(x.grad)).toBe(4)
  })
  it('ends where the function throws', () => {
    const x = leaf(1)
    expect(() =>
      noGrad(() => {
        throw new RangeError('mine')
      }),
    ).toThrow(new RangeError('mine'))
    expect(x.mul(2).requiresGrad).toBe(true)
  })
  it('does not see tensors that left a transform as more deeply tracked than others', () => {
    let leaked = f64(0)
    grad((x: Tensor) => {
      leaked = x.mul(2)
      return x
    })(f64(1))
    expect(leaked.requiresGrad).toBe(true)
    expect(noGrad(() => leaked.mul(3)).requiresGrad).toBe(false)
  })
  it('refuses an async function, whose second half would record again', async () => {
    let resume = (): void => {}
    const wait = new Promise<void>((resolve) => {
      resume = resolve
    })
    expect(() => noGrad(async () => wait)).toThrow(
      'noGrad: the function is async: its body goes on when noGrad is over; await outside of it',
    )
    // A promise that rejects after it was refused must not end the process as an unhandled rejection.
    expect(() => noGrad(() => Promise.reject(new Error('later')))).toThrow(TapegradError)
    // Any thenable, not just a Promise.
    // biome-ignore lint/suspicious/noThenProperty: what the test is about
    expect(() => noGrad(() => ({ then: () => {} }))).toThrow('the function is async')
    resume()
    await wait
  })
  it('refuses a generator, whose body would run later', () => {
    const x = leaf(1)
    expect(() =>
      noGrad(function* () {
        yield x.mul(2)
      }),
    ).toThrow('noGrad: the function is a generator: its body goes on when noGrad is over; run it inside')
    expect(() =>
      noGrad(async function* () {
        yield x.mul(2)
      }),
    ).toThrow('noGrad: the function is a generator')
    expect(noGrad(() => [1, 2][Symbol.iterator]().next().value)).toBe(1)
  })
  it.each([undefined, null, 5, 'f', {}])('refuses %s in place of a function', (f) => {
    expect(() => noGrad(f as never)).toThrow('noGrad: expected a function')
  })
})

describe('noGrad and transforms', () => {
  it('a transform inside of noGrad differentiates for its own inputs', () => {
    noGrad(() => {
      expect(values(grad((x: Tensor) => x.square().mul(x))(f64(2)))).toBe(12)
      expect(values(jvp((x: Tensor) => x.square(), [f64(3)], [f64(1)])[1])).toBe(6)
      expect(values(vjp((x: Tensor) => x.square(), f64(3))[1](f64(1))[0])).toBe(6)
    })
  })
  it('and to second order, and with respect to inputs that are leaves', () => {
    const x = leaf(2)
    const second = noGrad(() => grad((x: Tensor) => grad((x: Tensor) => x.square().mul(x))(x))(x))
    expect([values(second), second.requiresGrad]).toEqual([12, false])
  })
  it('noGrad inside of f stops the gradient', () => {
    const f = (x: Tensor): Tensor => x.mul(noGrad(() => x.square()))
    expect(values(grad(f)(f64(3)))).toBe(9)
    expect(values(jvp(f, [f64(3)], [f64(1)])[1])).toBe(9)
  })
  it('noGrad around an inner transform hides it from the outer one', () => {
    const slope = grad((x: Tensor) => x.mul(noGrad(() => grad((z: Tensor) => z.square())(x))))(f64(3))
    expect(values(slope)).toBe(6) // x * constant(2 x), not 2 x^2
  })
  it('noGrad around an inner transform cuts its value off, too, and createGraph gives way', () => {
    const f = (x: Tensor): Tensor => x.mul(noGrad(() => valueAndGrad((z: Tensor) => z.square())(x))[0])
    expect(values(grad(f)(f64(3)))).toBe(9) // x * constant(x^2)
    const results = noGrad(() => valueAndGrad((x: Tensor) => x.square(), { createGraph: true })(leaf(3)))
    expect(results.map((y) => y.requiresGrad)).toEqual([false, false])
  })
  it('what an inner transform returned counts as a value of the outer one', () => {
    const seen: boolean[] = []
    grad((x: Tensor) => {
      const [y] = vjp((z: Tensor) => z.square(), x)
      seen.push(y.requiresGrad)
      noGrad(() =>
        grad((z: Tensor) => {
          seen.push(y.mul(2).requiresGrad, z.mul(y).requiresGrad)
          return z
        })(x),
      )
      return y
    })(f64(3))
    expect(seen).toEqual([true, false, true])
  })
  it('noGrad between two transforms leaves the inner one on', () => {
    const third = grad((x: Tensor) =>
      noGrad(() => grad((y: Tensor) => grad((z: Tensor) => z.square().mul(z))(y))(x)).mul(x),
    )(f64(2))
    expect(values(third)).toBe(12)
  })
  it('a tensor of a transform that has ended is tracked in the next one and outside of all', () => {
    const x = leaf(3)
    let leaked = f64(0)
    grad((a: Tensor) => {
      leaked = a.square()
      return a
    })(x)
    leaked.mul(2).backward()
    expect(values(x.grad)).toBe(12)
    expect(values(grad((b: Tensor) => b.mul(leaked))(f64(1)))).toBe(9)
  })
})

describe('an exception', () => {
  const fails = (_: Tensor): Tensor => {
    throw new RangeError('mine')
  }
  it.each<[string, () => unknown]>([
    ['in grad', () => grad(fails)(f64(1))],
    ['in vjp', () => vjp(fails, f64(1))],
    ['in jvp', () => jvp(fails, [f64(1)], [f64(1)])],
    ['two levels deep', () => grad((x: Tensor) => grad((y: Tensor) => y.add(grad(fails)(x)))(x))(f64(1))],
    ['inside of noGrad inside of grad', () => grad((x: Tensor) => noGrad(() => fails(x)))(f64(1))],
  ])('%s passes through and leaves recording as it was', (_, run) => {
    expect(run).toThrow(new RangeError('mine'))
    expectOutermost()
    const x = leaf(2)
    x.square().backward()
    expect(values(x.grad)).toBe(4)
  })
  it('that an inner f throws and the outer f catches leaves the outer transform whole', () => {
    const slope = grad((x: Tensor) => {
      try {
        grad(fails)(x)
      } catch {}
      return x.square()
    })(f64(3))
    expect(values(slope)).toBe(6)
  })
  it('an async function is refused by transforms, too', () => {
    const later = (async (x: Tensor) => x) as never
    expect(() => (grad(later) as (x: Tensor) => Tensor)(f64(1))).toThrow(
      'grad: the function must return a tensor, it returned a Promise',
    )
  })
})

describe('detach and stopGradient', () => {
  it.each([
    ['detach', (x: Tensor): Tensor => x.detach()],
    ['stopGradient', (x: Tensor): Tensor => stopGradient(x)],
  ])('%s shares memory, layout and version, and is untracked', (_, cut) => {
    const x = leaf([
      [1, 2],
      [3, 4],
    ])
    for (const t of [x, x.T, x.mul(2), x.slice([[1, 2]])]) {
      const d = cut(t)
      expect(d).not.toBe(t)
      expect([d.storage, d.strides, d.offset, d.dtype, d.shape, d.requiresGrad]).toEqual([
        t.storage,
        t.strides,
        t.offset,
        t.dtype,
        t.shape,
        false,
      ])
      expect(d.storage).toBe(t.storage)
    }
    cut(x).assign(7)
    expect(values(x)).toEqual([
      [7, 7],
      [7, 7],
    ])
  })
  it('stop gradients', () => {
    const x = leaf(3)
    x.mul(x.detach()).add(stopGradient(x)).backward()
    expect(values(x.grad)).toBe(3)
    expect(values(grad((x: Tensor) => x.mul(x.detach()))(f64(3)))).toBe(3)
    expect(values(jvp((x: Tensor) => x.mul(stopGradient(x)), [f64(3)], [f64(1)])[1])).toBe(3)
  })
  it('a detached tensor can become a leaf of its own', () => {
    const x = leaf(3)
    const d = x.detach()
    d.requiresGrad = true
    d.mul(x).backward()
    expect([values(d.grad), values(x.grad)]).toEqual([3, 3])
  })
  it('keep the grad of the original out', () => {
    const x = leaf(3)
    x.square().backward()
    expect(x.detach().grad).toBe(null)
    expect(stopGradient(tensor([1], { dtype: 'int32' })).grad).toBe(null)
  })
})
