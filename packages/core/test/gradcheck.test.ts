/** @file gradcheck: what it takes, what it compares, what the report says. */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  add,
  assertGradcheck,
  cos,
  defineOp,
  exp,
  type GradcheckOptions,
  gradcheck,
  matmul,
  mul,
  ones,
  rand,
  sin,
  slice,
  square,
  sum,
  TapegradError,
  type Tensor,
  take,
  tanh,
  tensor,
  transpose,
} from '../src/index.ts'
import { f64, loose } from './support/f64.ts'
import { planted } from './support/planted.ts'

const A = f64([
  [1, 2, 3],
  [0.5, -1, 2],
])
const B = f64([
  [1, 0.2],
  [-0.3, 0.7],
  [2, -1],
])

/** An op whose cotangent is twice what it should be. */
const doubled = planted('doubled', sin, [(ct, [x]) => mul(mul(ct, cos(x!)), 2)])

describe('a right gradient', () => {
  const report = gradcheck(matmul, [A, B])

  it('passes with one row per element of each input', () => {
    expect(report.ok).toBe(true)
    expect(report.verdict).toBe('pass')
    expect(report.notes).toEqual([])
    expect(report.rows.map(({ path, index }) => `${path} ${index}`)).toEqual([
      ...['[0] 0,0', '[0] 0,1', '[0] 0,2', '[0] 1,0', '[0] 1,1', '[0] 1,2'],
      ...['[1] 0,0', '[1] 0,1', '[1] 1,0', '[1] 1,1', '[1] 2,0', '[1] 2,1'],
    ])
    expect(report.rows.every((row) => row.mode === 'both' && row.order === 1 && row.cause === null)).toBe(
      true,
    )
  })

  it('gives errors that hang together', () => {
    const largest = Math.max(...report.rows.slice(0, 6).map(({ numeric }) => Math.abs(numeric)))
    for (const { analytic, numeric, absoluteError, relativeError, noise } of report.rows.slice(0, 6)) {
      expect(absoluteError).toBe(Math.abs(analytic - numeric))
      expect(relativeError).toBe(absoluteError / largest)
      expect(noise).toBeGreaterThan(0)
      // Values of about 10 at steps of 1/256: rounding allows 1e-15 * 256 = 3e-13.
      expect(noise).toBeLessThan(1e-10)
    }
  })

  it('is the plain gradient where the output is one number', () => {
    const { rows } = gradcheck((x: Tensor) => sum(square(x)), [f64([3, -0.5])])
    expect(rows.map(({ analytic }) => analytic)).toEqual([6, -1])
  })

  it('gives the same report each time', () => {
    expect(String(gradcheck(matmul, [A, B]))).toBe(String(report))
  })
})

describe('inputs', () => {
  it('are trees, with paths that read like code', () => {
    const f = ({ w, bs }: { w: Tensor; bs: readonly Tensor[] }, x: Tensor): Tensor => add(mul(w, x), bs[1]!)
    const { ok, rows } = gradcheck(f, [{ w: f64([2]), bs: [f64(1), f64([3])] }, f64([4])])
    expect(ok).toBe(true)
    expect(rows.map(({ path }) => path)).toEqual(['[0].w', '[0].bs[0]', '[0].bs[1]', '[1]'])
  })

  it('are taken as float64 copies; integers and booleans pass as they are', () => {
    const seen = new Set<string>()
    const x = tensor([0.1, 0.2, 0.3], { requiresGrad: true }) as Tensor
    const indices = tensor([2, 0, 2], { dtype: 'int32' }) as Tensor
    const f = (x: Tensor, indices: Tensor): Tensor => {
      seen.add(`${x.dtype} ${indices.dtype}`)
      return square(take(x, indices, 0))
    }
    const { ok, rows } = gradcheck(f, [x, indices])
    expect(ok).toBe(true)
    expect(rows).toHaveLength(3)
    expect([...seen]).toEqual(['float64 int32'])
    expect(x.data).toEqual(Float32Array.of(0.1, 0.2, 0.3))
    expect(x.grad).toBeNull()
  })

  it('may be views', () => {
    expect(gradcheck((x: Tensor) => sin(x), [transpose(slice(A, [null, [0, null, 2]]))]).ok).toBe(true)
    expect(gradcheck((x: Tensor) => sin(x), [ones([2, 2], { dtype: 'float64' })]).ok).toBe(true)
  })

  it('may be empty, 0-d, or used by nobody', () => {
    const { ok, rows } = gradcheck(
      (x: Tensor, y: Tensor, _: Tensor) => add(sum(x), y),
      [f64([]), f64(2), f64([1, 2])],
    )
    expect(ok).toBe(true)
    expect(
      rows.map(({ path, index, analytic, numeric }) => [path, index, analytic, Number(numeric.toFixed(9))]),
    ).toEqual([
      ['[1]', [], 1, 1],
      ['[2]', [0], 0, 0],
      ['[2]', [1], 0, 0],
    ])
  })

  it('may come back as they are', () => {
    expect(gradcheck((x: Tensor) => x, [f64([1, 2])]).ok).toBe(true)
  })

  it('that are float32 elsewhere give an error that says what to do', () => {
    const w = tensor([1, 2]) as Tensor
    expect(() => gradcheck((x: Tensor) => mul(x, w), [f64([1, 2])])).toThrow(
      /^gradcheck: f runs on float64 copies.*dtypes float64 and float32 differ/,
    )
  })
})

describe('modes', () => {
  const wrongForward = planted('rule', sin, [(ct, [x]) => mul(ct, cos(x!))], ([dx], [x]) => mul(dx!, sin(x!)))

  it('are both checked, and a row says which it is for where they differ', () => {
    const { rows } = gradcheck(wrongForward, [f64([0.3])])
    expect(rows.map(({ mode, verdict }) => [mode, verdict])).toEqual([
      ['reverse', 'pass'],
      ['forward', 'wrong'],
    ])
  })

  it('can be chosen', () => {
    expect(gradcheck(wrongForward, [f64([0.3])], { modes: ['reverse'] }).ok).toBe(true)
    const { rows } = gradcheck(sin, [f64([0.3])], { modes: ['forward'] })
    expect(rows.map(({ mode }) => mode)).toEqual(['forward'])
  })

  it('that an op has no rule for are left out, and the report says so', () => {
    const twice = defineOp({
      name: 'twice',
      forward: (x: Tensor) => mul(x, 2),
      backward: (ct) => [
        tensor(
          ct.data.map((value) => 2 * value),
          { shape: ct.shape },
        ) as Tensor,
      ],
      onceDifferentiable: true,
    })
    const report = gradcheck(twice, [f64([1, 2])])
    expect(report.ok).toBe(true)
    expect(report.rows.map(({ mode }) => mode)).toEqual(['reverse', 'reverse'])
    expect(report.notes).toEqual([expect.stringMatching(/^no forward mode: twice: /)])
    expect(String(report)).toContain('note: no forward mode')
    expect(() => gradcheck(twice, [f64([1, 2])], { modes: ['forward'] })).toThrow(/forward mode needs a jvp/)
    expect(() => gradcheck(twice, [f64([1, 2])], { order: 2 })).toThrow(/once-differentiable/)
  })

  it('whose rule fails are not left out', () => {
    const broken = defineOp({
      name: 'broken',
      forward: (x: Tensor) => sin(x),
      backward: (ct, { inputs: [x] }) => [mul(ct, cos(x))],
      jvp: ([dx]) => sum(dx),
    })
    expect(() => gradcheck(broken, [f64([1, 2])])).toThrow(/^broken: jvp returned \[\]/)
  })
})

describe('order 2', () => {
  const secondWrong = planted('secondWrong', sin, [
    (ct, [x]) => mul(ct, planted('slope', cos, [(ct, [x]) => mul(ct, sin(x!))])(x!)),
  ])

  it('checks the gradient and its derivative', () => {
    const { ok, rows } = gradcheck((x: Tensor, y: Tensor) => tanh(matmul(x, y)), [A, B], { order: 2 })
    expect(ok).toBe(true)
    expect(rows.filter(({ order }) => order === 1)).toHaveLength(12)
    expect(rows.filter(({ order }) => order === 2)).toHaveLength(12)
  })

  it('finds a wrong second derivative under a right first one', () => {
    const options = { modes: ['reverse'] } as const
    expect(gradcheck(secondWrong, [f64([0.3, 1])], options).ok).toBe(true)
    const { rows } = gradcheck(secondWrong, [f64([0.3, 1])], { ...options, order: 2 })
    expect(rows.map(({ order, verdict }) => [order, verdict])).toEqual([
      [1, 'pass'],
      [1, 'pass'],
      [2, 'wrong'],
      [2, 'wrong'],
    ])
    expect(rows.at(-1)?.cause).toBe('wrong sign: analytic = -numeric, in op secondWrong')
  })

  it('gives a small input its own weight', () => {
    // The gradient by the second input is 1e-9 times that by the first.
    const f = (x: Tensor, y: Tensor): Tensor => add(sum(exp(x)), mul(sum(secondWrong(y)), 1e-9))
    const { rows } = gradcheck(f, [f64([0.5]), f64([0.7])], { order: 2, modes: ['reverse'] })
    expect(rows.filter(({ verdict }) => verdict === 'wrong').map(({ order, path }) => [order, path])).toEqual(
      [[2, '[1]']],
    )
  })
})

describe('directions', () => {
  it('are asked for where elements would be too many', () => {
    const x = tensor(new Float64Array(30_000))
    expect(() => gradcheck((x: Tensor) => sum(x), [x])).toThrow(
      'gradcheck: 30000 elements would take 240000 evaluations of f or more; pass { directions: 20 }',
    )
    expect(gradcheck((x: Tensor) => sum(x), [x], { directions: 1 }).ok).toBe(true)
  })

  const x = rand([40, 30])

  it('replace elements', () => {
    const report = gradcheck((x: Tensor) => sum(square(sin(x))), [x], { directions: 3 })
    expect(report.ok).toBe(true)
    expect(report.rows.map(({ path, index }) => `${path} ${index}`)).toEqual(['[0] 0', '[0] 1', '[0] 2'])
  })

  it('find one wrong element in 1,200', () => {
    const factor = f64(Array.from({ length: 1200 }, (_, i) => (i === 777 ? 1.01 : 1))).reshape([
      40, 30,
    ]) as Tensor
    const spoiled = planted('spoiled', square, [(ct, [x]) => mul(mul(ct, mul(x!, 2)), factor)])
    expect(gradcheck(spoiled, [add(x, 1)], { directions: 1, modes: ['reverse'] }).verdict).toBe('wrong')
  })
})

describe('other options', () => {
  it('eps sets the distance of the points', () => {
    const { ok, rows } = gradcheck((x: Tensor) => exp(x), [f64([0.5])], { eps: 1e-3 })
    expect(ok).toBe(true)
    expect(rows[0]!.noise).toBeLessThan(1e-11)
    expect(gradcheck((x: Tensor) => exp(x), [f64([0.5])], { eps: 1e-12 }).verdict).toBe('noise-limited')
  })

  it('rtol sets what passes', () => {
    const slightly = planted('slightly', sin, [(ct, [x]) => mul(mul(ct, cos(x!)), 1 + 1e-4)])
    const verdict = (rtol: number): string =>
      gradcheck(slightly, [f64([1])], { rtol, modes: ['reverse'] }).verdict
    expect([1e-5, 0.9e-4, 1.1e-4, 1e-3].map(verdict)).toEqual(['wrong', 'wrong', 'pass', 'pass'])
  })

  it.each<[string, unknown, RegExp]>([
    ['an unknown option', { epsilon: 1 }, /unknown option "epsilon"/],
    ['an unknown mode', { modes: ['backward'] }, /modes must be/],
    ['no mode', { modes: [] }, /modes must be/],
    ['order 3', { order: 3 }, /order must be 1 or 2/],
    ['a negative eps', { eps: -1 }, /eps must be/],
    ['rtol 0', { rtol: 0 }, /rtol must be/],
    ['half a direction', { directions: 0.5 }, /directions must be/],
    ['allowing what is wrong', { allow: ['wrong'] }, /allow may name 'kink' alone/],
    ['null', null, /the options must be an object/],
  ])('%s is refused', (_, options, message) => {
    expect(() => gradcheck(sin, [A], options as GradcheckOptions)).toThrow(message)
  })

  it.each<[string, unknown[], RegExp]>([
    ['a function that is none', [3, [A]], /expected a function, or a module/],
    ['inputs that are no array', [sin, 3], /the inputs must be an array/],
    ['inputs that are no tensors', [sin, [3]], /argument.* is 3/],
    [
      'no input to differentiate by',
      [(x: Tensor) => x, [tensor([1], { dtype: 'int32' })]],
      /no floating-point tensor/,
    ],
    ['a result that is no tensor', [() => 3, [A]], /f must return a tensor, it returned 3/],
    ['a result of integers', [(x: Tensor) => x.to('int32'), [A]], /floating-point tensor, it returned int32/],
  ])('%s is refused', (_, args, message) => {
    const call = (): unknown => loose(gradcheck)(...args)
    expect(call).toThrow(TapegradError)
    expect(call).toThrow(message)
  })
})

describe('assertGradcheck', () => {
  it('returns the report, or throws the table', () => {
    expect(assertGradcheck(sin, [f64([1])]).ok).toBe(true)
    expect(() => assertGradcheck(doubled, [f64([1])], { modes: ['reverse'] })).toThrow(
      /^assertGradcheck: the gradient does not pass\ngradcheck: wrong[\s\S]*analytic = 2 x numeric/,
    )
  })
})

describe('the table', () => {
  it('shows every row of a small check, a cause once', () => {
    const text = String(gradcheck(doubled, [f64([0.5, 1])], { modes: ['reverse'] }))
    const lines = text.split('\n')
    expect(lines[0]).toBe('gradcheck: wrong (0 of 2 rows pass, rtol 1e-6)')
    expect(lines[2]).toMatch(
      /^input +mode +analytic +numeric +error +relative +noise +verdict +likely cause$/,
    )
    expect(lines[3]).toMatch(
      /^\[0\] \[0\] +reverse .* wrong +off by a factor: analytic = 2 x numeric, in op doubled$/,
    )
    expect(lines[4]).toMatch(/^\[0\] \[1\] +reverse .* wrong +"$/)
    expect(lines).toHaveLength(5)
    const columns = lines.slice(2).map((line) => line.indexOf('wrong'))
    expect(columns[1]).toBe(columns[2])
  })

  it('shows of a large one what fails, and sums up the rest', () => {
    const f = (x: Tensor, y: Tensor): Tensor => add(sum(doubled(x)), sum(sin(y)))
    const lines = String(gradcheck(f, [rand([40]), rand([30])], { modes: ['reverse'] })).split('\n')
    expect(lines[0]).toBe('gradcheck: wrong (30 of 70 rows pass, rtol 1e-6)')
    expect(lines.slice(1).filter((line) => line.includes(' wrong '))).toHaveLength(24)
    expect(lines).toContain('... and 16 more')
    expect(lines.at(-1)).toMatch(/^\[1\] +30 pass /)
  })

  it('is what the console shows', () => {
    const report = gradcheck(sin, [f64([1])])
    expect(inspect(report)).toBe(String(report))
  })
})
