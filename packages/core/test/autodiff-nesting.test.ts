/** @file Transforms inside transforms: orders, mixes of modes, perturbation confusion, closures, pullbacks kept for later. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backward, grad, jvp, type Tensor, valueAndGrad, vjp } from '../src/index.ts'
import { f64, forward, leaf, pulled, reverse, type ScalarFn, values } from './support/f64.ts'

const MODES: Record<string, (f: ScalarFn) => ScalarFn> = { grad: reverse, vjp: pulled, jvp: forward }
const names = Object.keys(MODES)

/** All words of `length` letters over the names of the modes given. */
const words = (letters: readonly string[], length: number): string[][] =>
  length === 0 ? [[]] : words(letters, length - 1).flatMap((word) => letters.map((mode) => [...word, mode]))

const derivative = (f: ScalarFn, modes: readonly string[]): ScalarFn =>
  modes.reduce((g, mode) => MODES[mode]!(g), f)

describe('a scalar function with derivatives in closed form', () => {
  // e^(-x) sin 2x is the imaginary part of e^(cx), c = -1 + 2i: its n-th derivative is that of c^n e^(cx).
  const f: ScalarFn = (x) => x.neg().exp().mul(x.mul(2).sin())
  const exact = (n: number, x: number): number => {
    let [re, im] = [1, 0]
    for (let k = 0; k < n; k++) [re, im] = [-re - 2 * im, 2 * re - im]
    return Math.exp(-x) * (re * Math.sin(2 * x) + im * Math.cos(2 * x))
  }
  it.each(words(['grad', 'jvp'], 4).map((modes) => [modes.join(' of ')]))('fourth order by %s', (title) => {
    // Some hundred operations of relative rounding 1e-16 each, on terms some 10 times the result.
    expect(derivative(f, title.split(' of '))(f64(0.7)).item() / exact(4, 0.7)).toBeCloseTo(1, 12)
  })
  it.each(words(names, 3).map((modes) => [modes.join(' of ')]))('third order by %s', (title) => {
    expect(derivative(f, title.split(' of '))(f64(-0.3)).item() / exact(3, -0.3)).toBeCloseTo(1, 12)
  })
  it('fifth order in reverse mode', () => {
    const modes = new Array<string>(5).fill('grad')
    expect(derivative(f, modes)(f64(0.2)).item() / exact(5, 0.2)).toBeCloseTo(1, 12)
  })
  it('1 / (1 + x) at any point, to any order up to 4, in any mix', () => {
    const g: ScalarFn = (x) => f64(1).div(x.add(1))
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.array(fc.constantFrom(...names), { maxLength: 4 }),
        (x, modes) => {
          const n = modes.length
          const factorial = [1, 1, 2, 6, 24][n]!
          const expected = ((n % 2 === 0 ? 1 : -1) * factorial) / (1 + x) ** (n + 1)
          expect(derivative(g, modes)(f64(x)).item() / expected).toBeCloseTo(1, 12)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('perturbation confusion', () => {
  const pairs = words(names, 2)
  it.each(pairs)('d/dx (x * d/dy (x)) is 0 by %s of %s', (outer, inner) => {
    const f: ScalarFn = (x) => x.mul(MODES[inner]!((_y) => x)(f64(1)))
    expect(values(MODES[outer]!(f)(f64(3)))).toBe(0)
  })
  it.each(pairs)('d/dx (x * d/dy (x + y)) is 1 by %s of %s', (outer, inner) => {
    const f: ScalarFn = (x) => x.mul(MODES[inner]!((y) => x.add(y))(f64(1)))
    expect(values(MODES[outer]!(f)(f64(1)))).toBe(1)
  })
  it.each(pairs)('d/dx (x * d/dy (x y)) at y = x is 2 x by %s of %s', (outer, inner) => {
    const f: ScalarFn = (x) => x.mul(MODES[inner]!((y) => x.mul(y))(x))
    expect(values(MODES[outer]!(f)(f64(3)))).toBe(6)
  })
  it.each(words(names, 3))('three deep, each level reading all outer ones, by %s, %s, %s', (a, b, c) => {
    // d/dx [x^2 d/dy (x y^2 d/dz (x y z^2))] at y = x, z = y: the inmost is 2 x y z = 2 x y^2 with z = y held as its point.
    const f: ScalarFn = (x) =>
      x.square().mul(
        MODES[b]!((y) => {
          const inner = MODES[c]!((z) => x.mul(y).mul(z.square()))(y) // 2 x y^2
          return x.mul(y.square()).mul(inner) // 2 x^2 y^4
        })(x), // 8 x^2 y^3 at y = x: 8 x^5
      ) // 8 x^7
    expect(values(MODES[a]!(f)(f64(2)))).toBe(56 * 2 ** 6)
  })
  it('the same function nested in itself, differentiated by its own argument', () => {
    const g: ScalarFn = (x) => x.mul(x).mul(x)
    const f: ScalarFn = (x) => grad(g)(x).add(jvp(g, [x], [x])[1]) // 3 x^2 + 3 x^3
    expect(values(grad(f)(f64(2)))).toBe(6 * 2 + 9 * 4)
    expect(values(jvp(f, [f64(2)], [f64(1)])[1])).toBe(48)
  })
  it('a tangent that is itself traced', () => {
    // d/dv of the directional derivative of x^3 along v is 3 x^2.
    expect(values(grad((v: Tensor) => jvp((x: Tensor) => x.mul(x).mul(x), [f64(2)], [v])[1])(f64(5)))).toBe(
      12,
    )
  })
})

describe('closures over outer traced values', () => {
  it('inner gradients of products with them are differentiated in both ways', () => {
    // f(x) = d/dy [x^2 y^3] at y = x  =  3 x^4
    const f: ScalarFn = (x) => grad((y: Tensor) => x.square().mul(y.mul(y).mul(y)))(x)
    expect(values(grad(f)(f64(2)))).toBe(12 * 8)
    expect(values(jvp(f, [f64(2)], [f64(1)])[1])).toBe(96)
  })
  it('values computed before, inside and after the inner transform', () => {
    const f: ScalarFn = (x) => {
      const before = x.square()
      const inner = grad((y: Tensor) => {
        const within = x.mul(3) // made later than the inner alias, but not from it
        return y.square().mul(before).mul(within)
      })(x) // 2 x * x^2 * 3 x = 6 x^4
      return inner.mul(before.add(x)) // 6 x^6 + 6 x^5
    }
    expect(values(grad(f)(f64(2)))).toBe(36 * 32 + 30 * 16)
  })
  it('an inner transform whose result is a value of the outer one', () => {
    const f: ScalarFn = (x) => {
      const [value, g] = valueAndGrad((_y: Tensor) => x.square())(f64(1))
      return value.add(g)
    }
    expect(values(grad(f)(f64(3)))).toBe(6)
  })
  it('leaves at all levels', () => {
    const w = leaf(2)
    const f: ScalarFn = (x) => grad((y: Tensor) => y.square().mul(w).mul(x))(x).mul(w) // 2 w^2 x^2
    expect(values(grad(f)(f64(3)))).toBe(4 * 4 * 3)
    expect(w.grad).toBe(null)
    grad(f, { createGraph: true })(f64(3)).backward() // 4 w^2 x by w: 8 w x
    expect(values(w.grad)).toBe(48)
  })
  it('backward inside of a transform, whose gradient the transform differentiates', () => {
    const f: ScalarFn = (x) => {
      const w = leaf(5)
      backward(w.square().mul(w).mul(x)) // 3 w^2 x
      return w.grad!.square() // 9 w^4 x^2
    }
    expect(values(grad(f)(f64(2)))).toBe(18 * 625 * 2)
    expect(values(jvp(f, [f64(2)], [f64(1)])[1])).toBe(18 * 625 * 2)
  })
})

describe('a pullback kept for later', () => {
  const [, pull] = vjp((x: Tensor) => x.square(), f64(3))
  it('works after its transform ended, twice, outside and inside of other transforms', () => {
    expect([values(pull(f64(1))[0]), values(pull(f64(2))[0])]).toEqual([6, 12])
    expect(values(grad((x: Tensor) => pull(x)[0].mul(x))(f64(5)))).toBe(60) // 6 x^2
    expect(values(jvp((x: Tensor) => pull(x)[0].mul(x), [f64(5)], [f64(1)])[1])).toBe(60)
    expect(values(pull(f64(1))[0])).toBe(6)
  })
  it('that left an outer transform still gives the values', () => {
    let kept = pull
    const slope = grad((x: Tensor) => {
      const [y, inner] = vjp((z: Tensor) => z.square().mul(x), x)
      kept = inner
      return y.add(inner(f64(1))[0]) // x^3 + 2 x^2
    })(f64(2))
    expect(values(slope)).toBe(3 * 4 + 4 * 2)
    const late = kept(f64(1))[0]
    expect([values(late), late.requiresGrad]).toEqual([8, false])
  })
  it('pulled twice within an outer transform contributes twice', () => {
    const f: ScalarFn = (x) => {
      const [, inner] = vjp((z: Tensor) => z.square().mul(z), x)
      return inner(f64(1))[0].mul(inner(x)[0]) // 3 x^2 * 3 x^3
    }
    expect(values(grad(f)(f64(2)))).toBe(45 * 16)
  })
})

describe('vectors', () => {
  // f = sum x_i^2 x_(i+1): gradient 2 x_i x_(i+1) + x_(i-1)^2, Hessian tridiagonal.
  const f = (x: Tensor): Tensor =>
    x
      .slice([[0, -1]])
      .square()
      .mul(x.slice([[1, null]]))
      .sum()
  const x = f64([1, 2, 3])
  const v = f64([1, 10, 100])
  const hv = [2 * 2 * 1 + 2 * 1 * 10, 2 * 1 * 1 + 2 * 3 * 10 + 2 * 2 * 100, 2 * 2 * 10]
  it('Hessian times vector: forward over reverse, reverse over reverse, reverse over forward', () => {
    expect(values(grad(f)(x))).toEqual([4, 1 + 12, 4])
    expect(values(jvp(grad(f), [x], [v])[1])).toEqual(hv)
    expect(values(grad((x: Tensor) => grad(f)(x).mul(v).sum())(x))).toEqual(hv)
    expect(values(grad((x: Tensor) => jvp(f, [x], [v])[1])(x))).toEqual(hv)
    expect(values(vjp(grad(f), x)[1](v)[0])).toEqual(hv)
  })
  it('and the same through backward', () => {
    const w = leaf([1, 2, 3])
    f(w).backward(null, { createGraph: true })
    const g = w.grad!
    w.grad = null
    g.backward(v)
    expect(values(w.grad)).toEqual(hv)
  })
  it('a gradient penalty by transforms alone', () => {
    const penalty = (x: Tensor): Tensor => grad(f)(x).square().sum()
    const g = grad(penalty)(x) // 2 H g
    expect(values(g)).toEqual(values(jvp(grad(f), [x], [grad(f)(x).mul(2)])[1]))
  })
})
