/** @file What losses refuse, as functions and as modules. */
import { TapegradError, type Tensor, vmap, zeros } from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import { bools, classes, classOf, f32, f64, lossOf, names, type Options, ofClasses } from './table.ts'

const logits = f64([1, 2, 0.5, -1, 0, 3], [2, 3])
const elementwise = names.filter((name) => !ofClasses.includes(name))
const target = (name: string): Tensor =>
  ofClasses.includes(name) ? classes([0, 2]) : f64([0, 1, 0.5, 0.25, 1, 0], [2, 3])
const half = f64(new Array(6).fill(0.5), [2, 3])
const nonsense = [null, 'x', Number.NaN, Infinity, {}, [1], true]

describe.each(names)('%s', (name) => {
  const functionOf = (options: unknown) => (): unknown => lossOf(name)(half, target(name), options as Options)
  const moduleOf = (options: unknown) => (): unknown => new (classOf(name))(options as Options)
  const title = classOf(name).name

  it('and its module refuse a reduction or a scale that is none', () => {
    for (const [say, op] of [
      [functionOf, name],
      [moduleOf, title],
    ] as const) {
      for (const reduction of [null, 'avg', 'batchmean', 1, true])
        expect(say({ reduction })).toThrow(
          new RegExp(`^${op}: reduction must be one of mean, batchMean, sum, none, got `),
        )
      for (const scale of [null, '2', Number.NaN, Infinity, [1]])
        expect(say({ scale })).toThrow(new RegExp(`^${op}: scale must be a finite number, got `))
      expect(say({ reduction: undefined, scale: undefined })).not.toThrow()
    }
  })

  it('as a module takes a mask with the call alone', () => {
    expect(moduleOf({ mask: bools([1, 0]) })).toThrow(`${title}: there is no option "mask"`)
    const module = new (classOf(name))()
    expect(() => module.call(half, target(name), { reduction: 'sum' })).toThrow(
      `${title}: there is no option "reduction"; the only one is mask`,
    )
    expect(() => module.call(half, target(name), bools([1, 0]) as never)).toThrow(
      /options must be a plain object/,
    )
  })

  it('refuses what is no tensor, and numbers that are not floats', () => {
    for (const x of [null, 1, [0.5], 'x', undefined]) {
      expect(() => lossOf(name)(x as never, target(name))).toThrow(TapegradError)
      expect(() => lossOf(name)(half, x as never)).toThrow(
        new RegExp(`^${name}: the target must be a tensor, got `),
      )
    }
    for (const dtype of ['int32', 'bool'] as const)
      expect(() =>
        lossOf(name)(
          zeros([2, 3], { dtype }),
          ofClasses.includes(name) ? classes([0, 1]) : zeros([2, 3], { dtype }),
        ),
      ).toThrow(new RegExp(`^${name}: .*(needs|must be) floating-point numbers, got ${dtype}`))
  })

  it('refuses to average nothing; the sum of nothing is 0', () => {
    const [p, t] = [zeros([0, 3]), ofClasses.includes(name) ? classes([], [0]) : zeros([0, 3])]
    for (const reduction of ['mean', 'batchMean'])
      expect(() => lossOf(name)(p, t, { reduction })).toThrow(
        new RegExp(`^${name}: there are no elements to average in \\[0`),
      )
    expect(lossOf(name)(p, t, { reduction: 'sum' }).item()).toBe(0)
    expect(lossOf(name)(p, t, { reduction: 'none' }).size).toBe(0)
    expect(() => lossOf(name)(p, t, { mask: bools([], [0]) })).toThrow('there are no elements to average')
  })
})

it.each(elementwise)('%s refuses shapes that would broadcast, and two dtypes', (name) => {
  for (const [p, t] of [
    [[2, 3], [3]],
    [
      [2, 1],
      [2, 3],
    ],
    [
      [2, 3],
      [3, 2],
    ],
    [[1], []],
  ] as const)
    expect(() => lossOf(name)(zeros([...p] as number[]), zeros([...t] as number[]))).toThrow(
      `${name}: the prediction is [${p.join(', ')}], the target [${t.join(', ')}]; reshape one of them, they are not broadcast`,
    )
  expect(() => lossOf(name)(zeros([3]), f64([1, 0, 1]))).toThrow(
    `${name}: the prediction is float32, the target float64`,
  )
})

describe('options of single losses', () => {
  const say = (name: string, options: Options) => [
    () => lossOf(name)(half, target(name), options),
    () => new (classOf(name))(options),
  ]
  const refuse = (name: string, options: Options, message: RegExp): void => {
    for (const attempt of say(name, options)) expect(attempt, JSON.stringify(options)).toThrow(message)
  }

  it('delta, eps: above 0', () => {
    for (const bad of [...nonsense, 0, -1]) {
      refuse('huber', { delta: bad }, /^huber: delta must be a finite number > 0, got /i)
      refuse('cosineSimilarity', { eps: bad }, /^cosineSimilarity: eps must be a finite number > 0, got /i)
    }
  })

  it('axis: there is one', () => {
    for (const bad of [...nonsense, 0.5])
      refuse('cosineSimilarity', { axis: bad }, /: axis must be a whole number, got /)
    for (const axis of [2, -3])
      expect(() => lossOf('cosineSimilarity')(half, half, { axis })).toThrow(
        `cosineSimilarity: there is no axis ${axis} in tensors of shape [2, 3]`,
      )
    expect(() => lossOf('cosineSimilarity')(f64([1], []), f64([1], []))).toThrow(
      'there is no axis -1 in tensors of shape []',
    )
  })

  it('logTarget: a flag', () => {
    for (const bad of [null, 1, 'yes'])
      refuse('klDiv', { logTarget: bad }, /^klDiv: logTarget must be true or false, got /i)
  })

  it('labelSmoothing: a share', () => {
    for (const bad of [...nonsense, -0.1, 1.1])
      refuse(
        'crossEntropy',
        { labelSmoothing: bad },
        /^crossEntropy: labelSmoothing must be a number from 0 to 1, got /i,
      )
    refuse('nll', { labelSmoothing: 0.1 }, /^nll: there is no option "labelSmoothing"/i)
  })

  it('posWeight: numbers from 0 that fit', () => {
    for (const bad of [Number.NaN, -1, Infinity])
      refuse('bceWithLogits', { posWeight: bad }, /: posWeight must be a finite number >= 0/)
    for (const bad of [null, 'x', [1]])
      refuse('bceWithLogits', { posWeight: bad }, /: posWeight must be a tensor/)
    refuse('bceWithLogits', { posWeight: classes([1, 2, 3]) }, /: posWeight has dtype int32/)
    for (const shape of [[2], [3, 1], [1, 2, 3]])
      expect(() =>
        lossOf('bceWithLogits')(half, half, { posWeight: zeros(shape, { dtype: 'float64' }) }),
      ).toThrow(
        `bceWithLogits: posWeight [${shape.join(', ')}] does not fit logits [2, 3]; it must have the sizes of their last axes, or 1`,
      )
    expect(() => lossOf('bceWithLogits')(half, half, { posWeight: f32([1]) })).toThrow(
      'posWeight is float32, the logits float64',
    )
  })

  it.each(ofClasses)('weight and ignoreIndex of %s', (name) => {
    for (const bad of nonsense) refuse(name, { weight: bad }, /: weight must be a tensor/)
    refuse(name, { weight: classes([1, 2, 3]) }, /: weight has dtype int32/)
    refuse(name, { weight: zeros([1, 3]) }, /: weight must have one axis, \[classes\], got \[1, 3\]/)
    expect(() => lossOf(name)(logits, classes([0, 1]), { weight: f64([1, 2]) })).toThrow(
      `${name}: weight has 2 numbers for 3 classes`,
    )
    expect(() => lossOf(name)(logits, classes([0, 1]), { weight: f32([1, 2, 3]) })).toThrow(
      `${name}: weight is float32, the prediction float64`,
    )
    for (const bad of [...nonsense, 0.5])
      refuse(name, { ignoreIndex: bad }, /: ignoreIndex must be a whole number, got /)
    expect(() => lossOf('crossEntropy')(logits, half, { ignoreIndex: 0 })).toThrow(
      'crossEntropy: ignoreIndex is for class indices',
    )
    expect(() => lossOf(name)(logits, classes([0, -100]))).toThrow(
      'if it marks samples that do not count, give { ignoreIndex: -100 }',
    )
    // The one that is ignored is not the other that is out of range.
    expect(() => lossOf(name)(logits, classes([-100, 3]), { ignoreIndex: -100 })).toThrow(
      `${name}: class 3 (number 1 of the target) is out of range for 3 classes, 0 to 2`,
    )
  })
})

describe('values out of range', () => {
  it('bce says where probabilities are none, klDiv where a target is negative', () => {
    for (const bad of [1.5, -0.25, Infinity])
      expect(() => lossOf('bce')(f64([0.5, bad]), f64([0, 1]))).toThrow(
        `bce: the prediction holds ${bad} (number 1), which is no probability; of logits the loss is bceWithLogits`,
      )
    expect(() => lossOf('klDiv')(f64([-1, -1]), f64([-1, -1]))).toThrow(
      'klDiv: the target holds -1 (number 0), which is no probability; of log-probabilities say so: { logTarget: true }',
    )
  })

  it('inside of vmap, where values cannot be read, they are NaN', () => {
    const f = (name: string, p: number, t: number): Tensor =>
      vmap((q: Tensor, u: Tensor) => lossOf(name)(q, u))(f64([p], [1, 1]), f64([t], [1, 1])) as Tensor
    for (const p of [1.5, -0.25])
      for (const t of [0, 0.5, 1]) expect(f('bce', p, t).item(), `${p} ${t}`).toBeNaN()
    expect(f('klDiv', -1, -1).item()).toBeNaN()
  })

  it.each(ofClasses)('%s says which class is out of range, and what a target must be', (name) => {
    const say =
      (t: Tensor, p = logits) =>
      (): unknown =>
        lossOf(name)(p, t)
    expect(say(classes([3, 0]))).toThrow(
      `${name}: class 3 (number 0 of the target) is out of range for 3 classes, 0 to 2`,
    )
    expect(say(classes([0, -1]))).toThrow(`${name}: class -1 (number 1 of the target)`)
    expect(say(classes([0, 1, 2]))).toThrow(
      /: class indices for (logits|log-probabilities) \[2, 3\] must be \[2\], got \[3\]/,
    )
    expect(say(f64([0, 1]))).toThrow(
      `${name}: class indices must be int32, the target is float64; convert it with to('int32')`,
    )
    expect(say(classes([]), zeros([2, 0]))).toThrow(new RegExp(`^${name}: there are no classes in`))
    expect(say(classes([0], []), f64([1], []))).toThrow(/are a 0-d tensor; they need an axis of classes/)
  })
})
