import { describe, expect, it } from 'vitest'
import {
  add,
  cos,
  defineOp,
  exp,
  type GradcheckOptions,
  gradcheck,
  matmul,
  mul,
  rand,
  sin,
  square,
  sum,
  TapegradError,
  type Tensor,
  tanh,
  tensor,
} from '../src/index.ts'
import { f64, loose } from './support/f64.ts'
import { A, B } from './support/gradcheck.ts'
import { planted } from './support/planted.ts'

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
