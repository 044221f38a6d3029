/** @file Rules that run transforms, or walk the very nodes that are being walked: primitives with custom derivatives. */
import { describe, expect, it } from 'vitest'
import { backward, grad, jvp, mul, noGrad, type Tensor, valueAndGrad, vjp } from '../src/index.ts'
import { type Primitive, primitive, SAVES_FIRST } from '../src/primitive.ts'
import { apply } from '../src/tape.ts'
import { f64, forward, leaf, reverse, type ScalarFn, values } from './support/f64.ts'

/** An elementwise op of equal shapes with the kernel and the rules given. */
const custom = (
  name: string,
  kernel: (...xs: Tensor[]) => Tensor,
  vjpRules: Primitive['vjp'],
  jvpRule: Primitive['jvp'] = () => null,
): ((...xs: Tensor[]) => Tensor) => {
  const p = primitive<undefined>({
    name,
    shape: ([x]) => x!,
    kernel: (xs) => noGrad(() => kernel(...xs.map((x) => x.detach()))),
    vjp: vjpRules,
    jvp: jvpRule,
    batch: 'elementwise',
    saves: SAVES_FIRST,
  })
  return (...xs) => apply(p, xs, undefined)
}

const cubed = (x: Tensor): Tensor => x.mul(x).mul(x)

describe('rules that call transforms', () => {
  const rules: [string, (x: Tensor) => Tensor][] = [
    [
      'vjp in the pullback, jvp in the forward rule',
      custom(
        'cube',
        cubed,
        [(ct, [x]) => vjp(cubed, x!)[1](ct)[0]],
        ([dx], [x]) => dx! && jvp(cubed, [x!], [dx!])[1],
      ),
    ],
    [
      'grad in both',
      custom(
        'cube',
        cubed,
        [(ct, [x]) => mul(ct, grad((z: Tensor) => cubed(z).sum())(x!))],
        ([dx], [x]) => dx! && mul(dx!, grad((z: Tensor) => cubed(z).sum())(x!)),
      ),
    ],
    [
      'jvp in the pullback, vjp in the forward rule',
      custom(
        'cube',
        cubed,
        [(ct, [x]) => jvp(cubed, [x!], [ct])[1]],
        ([dx], [x]) => dx! && vjp(cubed, x!)[1](dx!)[0],
      ),
    ],
  ]
  it.each(rules)('%s: first to third order, in both modes, and backward', (_, cube) => {
    const f: ScalarFn = (x) => cube(x).mul(x) // x^4
    for (const mode of [reverse, forward]) {
      expect(values(mode(f)(f64(2)))).toBe(32)
      for (const outer of [reverse, forward]) {
        expect(values(outer(mode(f))(f64(2)))).toBe(48)
        expect(values(reverse(outer(mode(f)))(f64(2)))).toBe(48)
        expect(values(forward(outer(mode(f)))(f64(2)))).toBe(48)
      }
    }
    const w = leaf(2)
    f(w).backward()
    expect([values(w.grad), w.grad!.requiresGrad]).toEqual([32, false])
    expect(values(noGrad(() => grad(f)(f64(2))))).toBe(32)
    w.grad = null
    f(w).backward(null, { createGraph: true })
    const g = w.grad!
    w.grad = null
    g.backward()
    expect(values(w.grad)).toBe(48)
  })
})

describe('rules that walk the nodes of the walk under way', () => {
  /** x y, whose pullback first runs backward over all that its inputs depend on. */
  const spying = (log: number[]): ((x: Tensor, y: Tensor) => Tensor) => {
    const look = (x: Tensor): void => {
      if (x.requiresGrad) backward(x)
      log.push(x.item())
    }
    const op = custom('spy', (x, y) => x.mul(y), [
      (ct, [x, y]) => {
        look(x!)
        return mul(ct, y!)
      },
      (ct, [x, y]) => {
        look(y!)
        return mul(ct, x!)
      },
    ])
    return op as (x: Tensor, y: Tensor) => Tensor
  }
  it('give the outer walk what it would have had without them', () => {
    const log: number[] = []
    const spy = spying(log)
    const w = leaf(2)
    const f = (x: Tensor, y: Tensor, times: (a: Tensor, b: Tensor) => Tensor): Tensor => {
      const a = x.square()
      const b = a.mul(y)
      return times(times(a, b), a.add(b)).add(b)
    }
    const plain = grad((x: Tensor) => f(x, w, (a, b) => a.mul(b)))(f64(3))
    expect(values(grad((x: Tensor) => f(x, w, spy))(f64(3)))).toBe(values(plain))
    // The inner backward of the product meets the op itself, whose rules look at a and b once more.
    expect(log).toEqual([9, 18, 162, 27, 9, 18])
    // By w: b in the product's rules, the product a b = a^2 w itself, a + b, and b in the outer walk.
    expect(values(w.grad)).toBe(9 + 81 + 9 + 9)
  })
  it('nest to any depth, and exceptions in them leave the outer numbers in place', () => {
    const x = leaf(2)
    const failing = custom('failing', cubed, [
      () => {
        throw new RangeError('mine')
      },
    ])
    const z = failing(x)
    const tolerant = custom('tolerant', cubed, [
      (ct, [a]) => {
        expect(() => z.backward()).toThrow(new RangeError('mine'))
        expect(() => backward(a!)).not.toThrow()
        return mul(ct, mul(mul(a!, a!), 3))
      },
    ])
    const a = x.mul(5)
    const [b, c] = [tolerant(a), tolerant(a.add(x))]
    b.add(c).add(a).backward()
    const outer = 3 * 100 * 5 + 3 * 144 * 6 + 5
    const inner = 5 + 6 // backward(a) and backward(a + x) from inside
    expect(values(x.grad)).toBe(outer + inner)
  })
  it('in forward mode, too', () => {
    const w = leaf(2)
    const twice = custom(
      'twice',
      (x) => x.mul(2),
      [(ct) => mul(ct, 2)],
      ([dx], [x]) => {
        if (!dx) return null
        expect(values(jvp((y: Tensor) => y.mul(y), [x!], [dx])[1])).toBe(2 * x!.item() * dx.item())
        backward(x!)
        return mul(dx, 2)
      },
    )
    const f: ScalarFn = (x) => {
      const a = x.mul(w)
      return twice(twice(a)).mul(a)
    }
    expect(values(jvp(f, [f64(3)], [f64(1)])[1])).toBe(4 * 2 * 2 * 2 * 3)
    const [value, slope] = valueAndGrad(f)(f64(3))
    expect([values(value), values(slope)]).toEqual([144, 96])
  })
})
