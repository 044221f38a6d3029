/** @file Long chains and wide graphs: right results, and work that grows with the number of ops, not with its square. */
import { describe, expect, it } from 'vitest'
import { concat, grad, jvp, type Tensor, vjp } from '../src/index.ts'
import { type AnyPrimitive, primitive, SAVES_NOTHING } from '../src/primitive.ts'
import { apply, type Tracer, withTracer } from '../src/tape.ts'
import { type Aval, viewOf } from '../src/tensor.ts'
import { f64, forward, leaf, reverse, type ScalarFn, values } from './support/f64.ts'

const CHAIN = 100_000

/** x + x/2 + x/4 ...: n halvings alternating with additions. */
const chain =
  (n: number): ScalarFn =>
  (x) => {
    let y = x
    for (let i = 0; i < n / 2; i++) y = y.mul(0.5).add(x)
    return y
  }

describe(`a chain of ${CHAIN} ops`, () => {
  it('in reverse mode, by backward and by grad', () => {
    const x = leaf(3)
    chain(CHAIN)(x).backward()
    // The series 1 + 1/2 + 1/4 ... has reached 2 exactly after 53 terms.
    expect(values(x.grad)).toBe(2)
    expect(values(grad(chain(CHAIN))(f64(3)))).toBe(2)
  })
  it('in forward mode', () => {
    expect(values(jvp(chain(CHAIN), [f64(3)], [f64(1)])[1])).toBe(2)
  })
  it('of one op after the other, nothing but a path', () => {
    const f: ScalarFn = (x) => {
      let y = x
      for (let i = 0; i < CHAIN; i++) y = y.neg()
      return y
    }
    expect(values(grad(f)(f64(3)))).toBe(1)
    const x = leaf(3)
    f(x).backward()
    expect(values(x.grad)).toBe(1)
  })
})

describe('a chain of 10,000 ops to second order', () => {
  // y <- y + (x^2 - y) / 2 tends to x^2, exactly after some 60 steps for an x whose square is exact.
  const f: ScalarFn = (x) => {
    let y = x
    for (let i = 0; i < 2500; i++) y = y.add(x.mul(x).sub(y).mul(0.5))
    return y
  }
  it.each([
    ['reverse over reverse', reverse, reverse],
    ['forward over reverse', forward, reverse],
    ['reverse over forward', reverse, forward],
    ['forward over forward', forward, forward],
  ])('%s', (_, outer, inner) => {
    // The halvings leave a remainder of one unit in the last place.
    expect(outer(inner(f))(f64(3)).item()).toBeCloseTo(2, 14)
  })
})

describe('a wide graph', () => {
  const uses = 10_000
  it('of 10,000 uses of one leaf, summed in a chain, as one concat, and as a tree', () => {
    const terms = (x: Tensor): Tensor[] => Array.from({ length: uses }, (_, i) => x.mul(i))
    const inChain = (x: Tensor): Tensor => terms(x).reduce((a, b) => a.add(b))
    const inOne = (x: Tensor): Tensor => concat(terms(x.reshape([1])), 0).sum()
    const asTree = (x: Tensor): Tensor => {
      let level = terms(x)
      while (level.length > 1) {
        const above: Tensor[] = []
        for (let i = 0; i < level.length; i += 2)
          above.push(level[i + 1] === undefined ? level[i]! : level[i]!.add(level[i + 1]!))
        level = above
      }
      return level[0]!
    }
    for (const f of [inChain, inOne, asTree]) {
      expect(values(grad(f)(f64(2)))).toBe((uses * (uses - 1)) / 2)
      expect(values(jvp(f, [f64(2)], [f64(1)])[1])).toBe((uses * (uses - 1)) / 2)
      const x = leaf(2)
      f(x).backward()
      expect(values(x.grad)).toBe((uses * (uses - 1)) / 2)
    }
  })
  it('of 10,000 arguments', () => {
    const xs = Array.from({ length: uses }, (_, i) => f64(i))
    const gradient = grad((xs: Tensor[]) =>
      concat(
        xs.map((x) => x.square().reshape([1])),
        0,
      ).sum(),
    )(xs)
    expect(gradient.map(values)).toEqual(xs.map((_, i) => 2 * i))
  })
})

describe('work', () => {
  let reads = 0
  let rules = 0
  /** The identity, whose list of inputs counts how often a walk looks into it. */
  const counted: AnyPrimitive = primitive({
    name: 'counted',
    shape: ([x]) => x!,
    kernel: ([x]) => viewOf(x!, x!.shape, x!.strides, x!.offset),
    vjp: (ct) => {
      rules++
      return ct
    },
    jvp: ([dx]) => {
      rules++
      return dx!
    },
    batch: 'elementwise',
    saves: SAVES_NOTHING,
  })
  const step = (x: Tensor): Tensor => {
    const inputs: Tensor[] = []
    Object.defineProperty(inputs, 0, {
      get: () => {
        reads++
        return x
      },
    })
    return apply(counted, inputs, undefined)
  }
  const counting = (run: () => void): [reads: number, rules: number] => {
    reads = 0
    rules = 0
    run()
    return [reads, rules]
  }
  /** The ops that run, forward and in rules. */
  const applied = (run: () => void): number => {
    let count = 0
    const counter: Tracer = {
      emit: (p: AnyPrimitive, inputs: readonly Tensor[], params: unknown, out: Aval) => {
        count++
        return p.kernel(inputs, params, out)
      },
      assign: () => {},
    }
    withTracer(counter, run)
    return count
  }
  const path =
    (n: number): ScalarFn =>
    (x) => {
      let y = x
      for (let i = 0; i < n; i++) y = step(y)
      return y
    }
  /** A ladder: 2^n paths through n diamonds. */
  const ladder =
    (n: number): ScalarFn =>
    (x) => {
      let y = x
      for (let i = 0; i < n; i++) y = step(y).add(step(y)).mul(0.5)
      return y
    }
  const runs: [string, (f: ScalarFn) => () => void][] = [
    ['grad', (f) => () => grad(f)(f64(1))],
    ['jvp', (f) => () => jvp(f, [f64(1)], [f64(1)])],
    ['backward', (f) => () => f(leaf(1)).backward()],
    [
      'two pulls',
      (f) => () => {
        const [, pull] = vjp(f, f64(1))
        pull(f64(1))
        pull(f64(1))
      },
    ],
  ]
  it.each(runs)('of %s is proportional to the length of a path and of a ladder', (_, of) => {
    for (const graph of [path, ladder]) {
      const [small, large] = [200, 2000].map((n) => counting(of(graph(n))))
      const [fewOps, manyOps] = [200, 2000].map((n) => applied(of(graph(n))))
      for (const i of [0, 1] as const) {
        expect(large![i]).toBeGreaterThan(1000)
        expect(large![i]).toBeLessThanOrEqual(10 * small![i] + 20)
      }
      expect(manyOps).toBeLessThanOrEqual(10 * fewOps! + 20)
    }
  })
  it('of one gradient visits each op once per pass, not once per path', () => {
    const [, seen] = counting(() => grad(ladder(1000))(f64(1)))
    expect(seen).toBe(2000)
  })
  it('of a gradient inside of a long outer function stays within the inner function', () => {
    // The outer chain is older than the inner alias: the inner walk must not follow it down.
    const outer = (n: number): void => {
      grad((x: Tensor) => {
        let y = path(n)(x)
        for (let i = 0; i < n; i++) y = grad((z: Tensor) => z.mul(y))(y)
        return y
      })(f64(1))
    }
    const [small, large] = [50, 500].map((n) => counting(() => outer(n))[0])
    expect(large!).toBeLessThanOrEqual(10 * small! + 20)
  })
  it('of the gradient of a concat does not look at all inputs for each of them', () => {
    const parts = Array.from({ length: 1000 }, () => leaf([1, 2]))
    const y = concat(parts, 0).sum()
    const { shape } = parts[0]!
    let looks = 0
    Object.defineProperty(parts[0]!, 'shape', {
      get: () => {
        looks++
        return shape
      },
    })
    y.backward()
    expect(looks).toBeLessThan(20)
    expect(values(parts.at(-1)!.grad)).toEqual([1, 1])
  })
  it('of a walk skips what the arguments do not reach', () => {
    const [, seen] = counting(() => grad((x: Tensor) => path(1000)(leaf(1)).mul(x))(f64(1)))
    expect(seen).toBe(0)
  })
})
