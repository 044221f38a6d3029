/** @file The drawing below a failed broadcast: where its mark stands, and that the fix it names works, for all shapes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as tg from '../src/index.ts'
import { loose } from './support/f64.ts'
import { errorOf, messageOf } from './support/messages.ts'

type Shape = readonly number[]
const of = (shape: Shape): tg.Tensor => tg.zeros(shape) as tg.Tensor
const add = (a: Shape, b: Shape): tg.Tensor => of(a).add(of(b))
const where = (c: Shape, a: Shape, b: Shape): tg.Tensor => tg.where(of(c).gt(0), of(a), of(b))

/** NumPy's rule, written out: the common shape, or null. */
function common(shapes: readonly Shape[]): number[] | null {
  const result: number[] = []
  for (let i = 1; shapes.some((s) => s.length >= i); i++) {
    const sizes = new Set(shapes.map((s) => s[s.length - i] ?? 1).filter((n) => n !== 1))
    if (sizes.size > 1) return null
    result.unshift([...sizes][0] ?? 1)
  }
  return result
}

/** All ways to put axes of size 1 between those of `shape` (freed of its own), up to `rank` of them. */
function withOnes(shape: Shape, rank: number): number[][] {
  const bare = shape.filter((n) => n !== 1)
  const grow = (rest: Shape, left: number): number[][] => {
    if (rest.length > left) return []
    if (left === 0) return [[]]
    const skip = grow(rest, left - 1).map((tail) => [1, ...tail])
    const [head, ...tail] = rest
    return head === undefined ? skip : [...skip, ...grow(tail, left - 1).map((t) => [head, ...t])]
  }
  return grow(bare, rank)
}

interface Drawing {
  readonly first: string
  readonly rows: readonly string[]
  readonly mark: string
  readonly last: string
}

function drawn(message: string): Drawing {
  const [first, ...below] = message.split('\n')
  return { first: first!, rows: below.slice(0, -2), mark: below.at(-2)!, last: below.at(-1)! }
}

/** What stands in the columns of the mark, in each row. */
const marked = ({ rows, mark }: Drawing): string[] => {
  const from = mark.indexOf('^')
  expect(mark).toMatch(/^ *\^+$/)
  return rows.map((row) => row.slice(from, mark.length).trim())
}

const FIX = /; reshape \[([\d, ]+)\] to \[([\d, ]+)\]$/
const parse = (text: string): number[] => text.split(', ').map(Number)

// Few sizes, so that shapes often clash in one axis and agree in others; of one to three digits, so that columns differ.
const size = fc.constantFrom(0, 1, 2, 3, 10, 128)
const shape = fc.array(size, { maxLength: 4 })
const clashing = fc.tuple(shape, shape).filter((pair) => common(pair) === null)

describe('two shapes that do not broadcast', () => {
  it('are drawn one under the other, the mark under the sizes that differ', () => {
    fc.assert(
      fc.property(clashing, ([a, b]) => {
        const message = messageOf(() => add(a, b))
        const drawing = drawn(message)
        const [, p, q, axis] = /: sizes (\d+) and (\d+) differ at axis -(\d+); neither is 1$/.exec(
          drawing.first,
        )!
        expect(drawing.first).toContain(
          `add: shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`,
        )
        expect([Number(p), Number(q)]).toEqual([a.at(-Number(axis)), b.at(-Number(axis))])
        expect(marked(drawing)).toEqual([p, q])
        // Nothing is lost but blanks, and the rows end in one column.
        expect(drawing.rows.map((row) => row.replaceAll(' ', ''))).toEqual([`[${a}]`, `[${b}]`])
        expect(new Set(drawing.rows.map((row) => row.length)).size).toBe(1)
        // Every axis has its columns: what ends above what is as many axes from the right.
        const ends = drawing.rows.map((row) =>
          [...row.matchAll(/\d+/g)].map((m) => m.index + m[0].length).reverse(),
        )
        for (let i = 0; i < Math.min(a.length, b.length); i++) expect(ends[0]![i]).toBe(ends[1]![i])
      }),
      { numRuns: 500 },
    )
  })

  it('a reshape that is named works, and none is named only where no axes of size 1 would help', () => {
    let named = 0
    fc.assert(
      fc.property(clashing, ([a, b]) => {
        const { last } = drawn(messageOf(() => add(a, b)))
        const fix = FIX.exec(last)
        const [long, short] = a.length < b.length ? [b, a] : [a, b]
        const stretches = (to: Shape): boolean => String(common([long, to])) === String(long)
        const possible = withOnes(short, long.length).some(stretches)
        expect(fix !== null).toBe(possible)
        if (fix === null) return
        named++
        expect(parse(fix[1]!)).toEqual(short)
        const to = parse(fix[2]!)
        const mended = of(short).reshape(to)
        const sum = short === a ? mended.add(of(b)) : of(a).add(mended)
        expect(sum.shape).toEqual(long)
      }),
      { numRuns: 500 },
    )
    expect(named).toBeGreaterThan(20)
  })

  it('a transpose that is named works, and is named where the sizes are those of the other in reverse', () => {
    fc.assert(
      fc.property(fc.array(size, { minLength: 2, maxLength: 3 }), (a) => {
        const b = a.slice().reverse()
        fc.pre(common([a, b]) === null)
        const { last } = drawn(messageOf(() => add(a, b)))
        if (FIX.test(last)) return
        expect(last).toBe(`  axes match from the right; transpose [${b.join(', ')}]`)
        expect(of(a).add(of(b).transpose()).shape).toEqual(a)
      }),
    )
  })

  it.each<[Shape, Shape, string]>([
    [
      [32, 10],
      [32],
      '  [32, 10]\n      [32]\n       ^^\n  axes match from the right; reshape [32] to [32, 1]',
    ],
    [
      [32],
      [32, 10],
      '      [32]\n  [32, 10]\n       ^^\n  axes match from the right; reshape [32] to [32, 1]',
    ],
    [[8, 2, 3], [100, 3], '  [  8,   2,   3]\n       [100,   3]\n        ^^^\n  axes match from the right'],
    [
      [3, 28, 28],
      [3],
      '  [ 3, 28, 28]\n          [ 3]\n           ^^\n  axes match from the right; reshape [3] to [3, 1, 1]',
    ],
    [
      [32, 10],
      [1, 32],
      '  [32, 10]\n  [ 1, 32]\n       ^^\n  axes match from the right; reshape [1, 32] to [32, 1]',
    ],
    [[3, 4], [4, 3], '  [3, 4]\n  [4, 3]\n      ^\n  axes match from the right; transpose [4, 3]'],
    [[2], [3], '  [2]\n  [3]\n   ^\n  axes match from the right'],
    [[2, 0], [2], '  [2, 0]\n     [2]\n      ^\n  axes match from the right; reshape [2] to [2, 1]'],
  ])('%j and %j', (a, b, drawing) => {
    const { message, op } = errorOf(() => add(a, b))
    expect(message.slice(message.indexOf('\n') + 1)).toBe(drawing)
    expect(op).toBe('add')
  })
})

describe('batches of matrices', () => {
  it('the mark leaves the matrices out, and so does the reshape', () => {
    expect(messageOf(() => of([8, 5, 2, 3]).matmul(of([8, 3, 4])))).toBe(
      'matmul: shapes [8, 5, 2, 3] and [8, 3, 4] do not broadcast: sizes 5 and 8 differ at axis -3; neither is 1\n  [8, 5, 2, 3]\n     [8, 3, 4]\n      ^\n  axes match from the right; reshape [8, 3, 4] to [8, 1, 3, 4]',
    )
    expect(of([8, 5, 2, 3]).matmul(of([8, 3, 4]).reshape([8, 1, 3, 4])).shape).toEqual([8, 5, 2, 4])
    expect(messageOf(() => of([2, 3, 3]).matmul(of([3, 3, 2])))).toMatch(/from the right$/)
  })
  it('for all of them', () => {
    const batch = fc.array(fc.constantFrom(1, 2, 3, 10), { maxLength: 3 })
    fc.assert(
      fc.property(
        fc.tuple(batch, batch).filter((pair) => common(pair) === null),
        ([a, b]) => {
          const [left, right] = [
            [...a, 4, 5],
            [...b, 5, 6],
          ]
          const drawing = drawn(messageOf(() => of(left).matmul(of(right))))
          const axis = Number(/at axis -(\d+)/.exec(drawing.first)![1])
          expect(axis).toBeGreaterThan(2)
          expect(marked(drawing)).toEqual([`${left.at(-axis)}`, `${right.at(-axis)}`])
          const fix = FIX.exec(drawing.last)
          if (fix === null) return
          const to = parse(fix[2]!)
          const short = left.length < right.length ? left : right
          const mended = of(short).reshape(to)
          const product = short === left ? mended.matmul(of(right)) : of(left).matmul(mended)
          expect(product.shape).toEqual([...(short === left ? b : a), 4, 6])
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('three operands', () => {
  it('where shows all three', () => {
    expect(messageOf(() => where([3], [2, 1], [2]))).toBe(
      'where: shapes [3] and [2, 1] and [2] do not broadcast: sizes 3 and 2 differ at axis -1; neither is 1\n     [3]\n  [2, 1]\n     [2]\n      ^\n  axes match from the right; reshape [2] to [2, 1]',
    )
  })
  it('the fix of the first two is named if the third agrees with it', () => {
    expect(messageOf(() => where([4, 3], [4], [3]))).toMatch(/; reshape \[4\] to \[4, 1\]$/)
    expect(messageOf(() => where([4, 3], [4], [4]))).toMatch(/; reshape \[4\] to \[4, 1\]$/)
    expect(messageOf(() => where([4, 3], [4], [5]))).toMatch(/from the right$/)
    expect(messageOf(() => where([2], [3], [2, 3]))).toMatch(/from the right$/)
  })
  it('a number is none of them', () => {
    const condition = of([2, 3]).gt(0)
    for (const run of [() => tg.where(condition, of([2]), 0), () => tg.where(condition, 0, of([2]))])
      expect(messageOf(run)).toBe(
        'where: shapes [2, 3] and [2] do not broadcast: sizes 3 and 2 differ at axis -1; neither is 1\n  [2, 3]\n     [2]\n      ^\n  axes match from the right; reshape [2] to [2, 1]',
      )
  })
  it('what is named works for all three, whichever they are', () => {
    let named = 0
    const few = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 3 })
    fc.assert(
      fc.property(
        fc.tuple(few, few, few).filter((shapes) => common(shapes) === null),
        (shapes) => {
          const drawing = drawn(messageOf(() => where(...shapes)))
          const axis = Number(/at axis -(\d+)/.exec(drawing.first)![1])
          const sizes = shapes.map((s) => s.at(-axis))
          expect(marked(drawing).filter((text) => /^\d+$/.test(text)).length).toBe(
            sizes.filter((n) => n !== undefined).length,
          )
          const fix = FIX.exec(drawing.last)
          if (fix === null) return
          named++
          const [from, to] = [fix[1]!, parse(fix[2]!)]
          const mended = shapes.map((s) => (s.join(', ') === from ? to : s)) as unknown as [
            Shape,
            Shape,
            Shape,
          ]
          expect(mended).not.toEqual(shapes)
          expect(where(...mended).shape).toEqual(common(mended))
        },
      ),
      { numRuns: 1000 },
    )
    expect(named).toBeGreaterThan(20)
  })
})

describe('broadcastTo', () => {
  it('draws the shape and its target, and only the shape may change', () => {
    expect(messageOf(() => loose(tg.broadcastTo)(of([32]), [32, 10]))).toBe(
      'broadcastTo: [32] cannot become [32, 10]: axis 0 has size 32, neither 1 nor 10\n      [32]\n  [32, 10]\n       ^^\n  axes match from the right; reshape [32] to [32, 1]',
    )
    expect(messageOf(() => loose(tg.broadcastTo)(of([4]), [1]))).toBe(
      'broadcastTo: [4] cannot become [1]: axis 0 has size 4, neither 1 nor 1\n  [4]\n  [1]\n   ^\n  axes match from the right',
    )
    expect(messageOf(() => loose(tg.broadcastTo)(of([32, 10]), [1, 32]))).toMatch(/from the right$/)
  })
  it('what is named works', () => {
    const pairs = fc.tuple(shape, shape).filter(([from, to]) => from.length <= to.length)
    fc.assert(
      fc.property(pairs, ([from, to]) => {
        fc.pre(String(common([from, to])) !== String(to))
        const drawing = drawn(messageOf(() => loose(tg.broadcastTo)(of(from), to)))
        const [have, want] = marked(drawing)
        expect(have).not.toBe(want)
        const fix = FIX.exec(drawing.last)
        if (fix === null) return
        expect(parse(fix[1]!)).toEqual(from)
        expect(loose(tg.broadcastTo)(of(from).reshape(parse(fix[2]!)), to).shape).toEqual(to)
      }),
      { numRuns: 300 },
    )
  })
})
