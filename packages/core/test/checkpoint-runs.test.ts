/** @file checkpoint: where its two runs differ, or more than its result is used, there is an error; nothing is left changed. */
import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  detectAnomaly,
  Generator,
  grad,
  jvp,
  noGrad,
  rand,
  type Tensor,
  vjp,
  vmap,
} from '../src/index.ts'
import { f64, leaf, values } from './support/f64.ts'
import { messageOf } from './support/messages.ts'

type Scalar = Tensor<[]>

describe('an error where the gradient would be wrong', () => {
  const stale = (what: string): RegExp =>
    new RegExp(
      `^checkpoint: a tensor of shape ${what} that the function reads was overwritten by assign\\(\\) after`,
    )
  const after = (change: (w: Tensor) => void): string => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])]
    const y = checkpoint((t: Tensor) => t.mul(w).exp())(x).sum()
    change(w)
    return messageOf(() => y.backward())
  }
  it('a parameter was overwritten', () => {
    const message = after((w) => w.detach().assign(0))
    expect(message).toMatch(stale('\\[2\\]'))
    expect(message).toContain("before the optimizer's step")
  })
  it('a constant was, which only an op without record reads', () => {
    const [x, c] = [leaf([1, 2]), f64([[3, 4]])]
    const y = checkpoint((t: Tensor) => t.mul(c.sum(0)))(x).sum()
    c.assign(5)
    expect(messageOf(() => y.backward())).toMatch(stale('\\[1, 2\\]'))
    expect(
      messageOf(() =>
        jvp(
          (t: Tensor) => {
            const z = checkpoint((u: Tensor) => u.mul(c))(t)
            c.assign(6)
            return z
          },
          [x],
          [x],
        ),
      ),
    ).toMatch(stale('\\[1, 2\\]'))
  })
  it('what the function itself overwrites was again, by another, and is recorded', () => {
    const [x, c] = [leaf([1, 2]), f64([3, 4])]
    const y = checkpoint((t: Tensor) => {
      c.assign(5)
      return t.mul(c)
    })(x).sum()
    expect(() => y.backward()).not.toThrow()
    c.assign(1)
    expect(messageOf(() => y.backward())).toMatch(/overwritten/)
    expect(values(c)).toEqual([1, 1])
  })
  it('the argument was', () => {
    const x = leaf([1, 2])
    const y = checkpoint((t: Tensor) => t.exp())(x).sum()
    x.assign(3)
    expect(messageOf(() => y.backward())).toMatch(stale('\\[2\\]'))
  })

  let count = 0
  const differing: [string, (x: Tensor) => unknown, string][] = [
    ['shapes', (x) => x.slice([[0, (count++ % 2) + 1]]), 'returns float64 [2] in place of float64 [1]'],
    [
      'dtypes',
      (x) => (count++ % 2 ? x.to('float32') : x.mul(1)),
      'returns float32 [2] in place of float64 [2]',
    ],
    [
      'numbers of results',
      (x) => (count++ % 2 ? [x.mul(1)] : [x.mul(1), x.mul(2)]),
      'returns float64 [2] in place of float64 [2], float64 [2]',
    ],
    ['values', (x) => x.mul(count++), 'returns another value, 1 in place of 0'],
  ]
  it.each(differing)('the runs return different %s', (_, f, message) => {
    count = 0
    const x = leaf([1, 2])
    const result = checkpoint(f)(x)
    const y = (Array.isArray(result) ? result[0] : result) as Tensor
    const said = messageOf(() => y.sum().backward())
    expect(said).toContain(`checkpoint: run again for the gradient, the function ${message};`)
    expect(said).toContain('not Math.random')
  })
  it('the second run reads another tensor', () => {
    const [x, v] = [leaf([1, 2]), leaf([1, 1])]
    let first = true
    const y = checkpoint((t: Tensor) => {
      const factor = first ? t.detach().mul(0).add(1) : v
      first = false
      return t.mul(factor)
    })(x)
    expect(messageOf(() => y.sum().backward())).toContain('reads a tracked tensor of shape [2] only now')
    first = true
    const inner = (t: Tensor): Tensor => {
      const from = first ? t : v
      first = false
      return vjp((u: Tensor) => u.square().sum() as Scalar, from)[0]
    }
    const outer = (t: Tensor): Scalar => checkpoint(inner)(t) as Scalar
    expect(messageOf(() => grad(outer)(f64([1, 2])))).toContain(
      'reads a tracked tensor of shape [2] only now',
    )
  })

  it('a value from inside is used outside', () => {
    let inside: Tensor | undefined
    const f = checkpoint((t: Tensor) => {
      inside = t.exp()
      return inside.mul(2)
    })
    const x = leaf([1, 2])
    f(x)
    const around = checkpoint((t: Tensor) => {
      inside = f(t)
      return inside
    })
    const said = 'checkpoint: a value from inside the function is differentiated outside of it'
    expect(messageOf(() => inside!.sum().backward())).toContain(said)
    around(x)
    expect(messageOf(() => inside!.sum().backward())).toContain(said)
    const leaked = (t: Tensor): Scalar => {
      f(t)
      return inside!.sum() as Scalar
    }
    expect(messageOf(() => grad(leaked)(f64([1, 2])))).toContain(said)
    expect(messageOf(() => jvp(leaked, [f64([1, 2])], [f64([1, 2])]))).toContain(said)
  })

  it('the function calls backward', () => {
    const x = leaf([1, 2])
    const message = messageOf(() => checkpoint((t: Tensor) => t.sum().backward())(x))
    expect(message).toContain('checkpoint: the function calls backward(), and would once more')
    expect(x.grad).toBe(null)
  })

  it('what is no function, and what returns no tensor', () => {
    expect(messageOf(() => checkpoint(3 as never))).toBe('checkpoint: expected a function, got 3')
    expect(messageOf(() => checkpoint(() => 3)())).toContain('it returned 3')
    expect(messageOf(() => checkpoint(async () => f64(1))())).toContain('checkpoint: the function is async')
    const circle: unknown[] = []
    circle.push(circle)
    expect(messageOf(() => checkpoint((_: unknown) => f64(1))(circle))).toContain('does it contain itself?')
  })
})

describe('everything is as before after a run', () => {
  it('that threw', () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])]
    const generator = new Generator(1)
    let fails = false
    const y = checkpoint((t: Tensor) => {
      const z = t.mul(w).mul(rand([2], { dtype: 'float64', generator }))
      if (fails) throw new Error('stop')
      return z
    })(x)
    const [xNode, wNode, state] = [x.node, w.node, values(generator.state)]
    fails = true
    expect(() => y.sum().backward()).toThrow('stop')
    expect(x.node).toBe(xNode)
    expect(w.node).toBe(wNode)
    expect(values(generator.state)).toEqual(state)
    fails = false
    y.sum().backward()
    expect(values(w.grad!.mul(w))).toEqual(values(y))
    expect(noGrad(() => x.mul(2)).node).toBe(null)
    expect(x.mul(2).node).not.toBe(null)
  })

  it('inside of vmap drawing is refused as ever, and values stay unread', () => {
    const generator = new Generator(1)
    const f = checkpoint((x: Tensor) => x.mul(rand([2], { dtype: 'float64', generator })))
    expect(messageOf(() => vmap(f)(f64([[1, 2]])))).toContain('vmap: the function overwrites a tensor')
    // Pulled inside of vmap: there cotangents have no values, but the function does, and may draw.
    const [, pull] = vjp(f, f64([1, 2]))
    const rows = vmap((ct: Tensor<[2]>) => pull(ct)[0])(
      f64([
        [1, 0],
        [0, 1],
      ]) as Tensor<[2, 2]>,
    )
    expect(values(rows.ne(0))).toEqual([
      [true, false],
      [false, true],
    ])
  })

  it('looks for anomalies in the second run, where the function stands', () => {
    const x = leaf([1, 0])
    const y = checkpoint((t: Tensor) => t.log().mul(2))(x).sum()
    const message = messageOf(() => detectAnomaly(() => y.backward()))
    expect(message).toMatch(
      /^detectAnomaly: log\(0\) made -Infinity at \[1\], called at .*checkpoint-runs\.test\.ts/,
    )
  })
})
