/** @file A student's own formulas, and mistakes put in on purpose: what the ledger says of them. */
import { tensor } from '@tapegrad/core'
import { type Bug, type DeltaInputs, ledger, MSE, mse } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { allSigmoid, byId, data, float64, HALF_SUM, messageOf } from './models.ts'

const x = tensor([0.5, -1.5], float64)
const y = tensor([1, 0], float64)

type Delta = (layer: number, inputs: DeltaInputs) => number[]
/** (W^T deltaNext)_i, as a student would write it. */
const back = ({ W, deltaNext }: DeltaInputs, i: number): number =>
  deltaNext.reduce((sum, d, k) => sum + W[k]![i]! * d, 0)
const right: Delta = (_, inputs) => inputs.n.map((n, i) => back(inputs, i) * n * (1 - n))

const grade = (delta: Delta, batch = { x, y }, loss: typeof HALF_SUM | typeof mse = HALF_SUM) =>
  ledger(allSigmoid(), batch.x, batch.y, { loss, delta })

describe("a student's delta", () => {
  it('is right when it is', () => {
    const report = grade(right)
    expect(report.ok).toBe(true)
    expect(report.firstWrong).toBe(null)
  })

  it('may treat the output by itself, from y and n', () => {
    const own: Delta = (layer, inputs) =>
      layer === 3 ? inputs.n.map((n, i) => (n - y.data[i]!) * n * (1 - n)) : right(layer, inputs)
    expect(grade(own).ok).toBe(true)
  })

  it('is right as n (1 - n) where sigmoids are saturated and n (1 - n) has lost its digits', () => {
    const saturated = allSigmoid()
    saturated.parameters()[3]!.assign(25)
    const report = ledger(saturated, x, y, { loss: HALF_SUM, delta: right })
    const slopes = report.rows.filter(({ quantity, layer }) => quantity === 'fPrime' && layer === 2)
    // Between 1e-11 and 1e-10: of the 16 digits of n, 11 are nines.
    expect(Math.max(...slopes.map(({ manual }) => manual))).toBeLessThan(1e-9)
    expect(report.rows.filter(({ status }) => status !== 'right')).toEqual([])
  })

  const mistakes: [Bug, Delta][] = [
    ['drop-derivative', (_, inputs) => inputs.n.map((_, i) => back(inputs, i))],
    ['output-for-derivative', (_, inputs) => inputs.n.map((n, i) => back(inputs, i) * n)],
    [
      'derivative-of-output',
      (_, inputs) => {
        const f = (z: number): number => 1 / (1 + Math.exp(-z))
        return inputs.n.map((n, i) => back(inputs, i) * f(n) * (1 - f(n)))
      },
    ],
    [
      'transpose-weights',
      (_, { W, n, deltaNext }) =>
        n.map(
          (own, i) =>
            own *
            (1 - own) *
            deltaNext.reduce((sum, d, k) => sum + (W.length === n.length ? W[i]![k]! : W[k]![i]!) * d, 0),
        ),
    ],
    [
      'drop-weights',
      (layer, { n, W, deltaNext }) =>
        n.map(
          (own, i) =>
            own *
            (1 - own) *
            (layer === 2 ? (deltaNext[i] ?? 0) : deltaNext.reduce((s, d, k) => s + W[k]![i]! * d, 0)),
        ),
    ],
    [
      'assign-for-add',
      (_, inputs) => inputs.n.map((n, i) => n * (1 - n) * inputs.W.at(-1)![i]! * inputs.deltaNext.at(-1)!),
    ],
    ['forget-half', (layer, inputs) => right(layer, inputs).map((d) => (inputs.last ? 2 * d : d))],
    ['wrong-sign', (layer, inputs) => right(layer, inputs).map((d) => (inputs.last ? -d : d))],
  ]
  it.each(mistakes)('%s is recognised', (bug, delta) => {
    const { ok, firstWrong } = grade(delta)
    if (bug === 'drop-weights') {
      // With two deltas above three neurons nothing is left to match it with.
      expect(ok).toBe(false)
      return
    }
    expect(ok).toBe(false)
    expect(firstWrong).toMatchObject({ bug, quantity: 'delta', sample: 0 })
  })

  it('without weights, where layers are equally wide', () => {
    const delta: Delta = (layer, inputs) =>
      layer === 1 ? inputs.n.map((n, i) => n * (1 - n) * inputs.deltaNext[i]!) : right(layer, inputs)
    expect(grade(delta).firstWrong).toMatchObject({ bug: 'drop-weights', layer: 1, neuron: 0 })
  })

  it('names layer, neuron, sample, the expected and the given value', () => {
    const { x, y } = data(7, 3)
    const delta: Delta = (layer, inputs) =>
      right(layer, inputs).map((d, i) => (layer === 2 && inputs.sample === 1 && i === 2 ? d + 0.5 : d))
    const report = grade(delta, { x, y })
    const truth = byId(ledger(allSigmoid(), x, y, { loss: HALF_SUM })).get('delta2[2], sample 1')!.autograd
    expect(report.firstWrong).toEqual({
      layer: 2,
      neuron: 2,
      sample: 1,
      quantity: 'delta',
      expected: truth,
      given: expect.closeTo(truth + 0.5, 12),
      bug: null,
      bugs: [],
      cause: null,
      id: 'delta2[2], sample 1',
      message: expect.stringMatching(/^delta2\[2\], sample 1 must be -?0\.\d+, got 0\.\d+$/),
    })
    // What comes before and beside is right; what is computed from it follows.
    const status = (id: string): string => byId(report).get(id)!.status
    expect(status('delta3[0], sample 1')).toBe('right')
    expect(status('delta2[1], sample 1')).toBe('right')
    expect(status('delta2[2], sample 1')).toBe('wrong')
    expect(status('delta2[2], sample 0')).toBe('right')
    expect(status('dW2[2][0], sample 1')).toBe('follows')
    expect(status('dW2[2][0]')).toBe('follows')
    expect(status('backprop1[0], sample 1')).toBe('follows')
    expect(status('delta1[0], sample 1')).toBe('follows')
    expect(status('delta1[0], sample 2')).toBe('right')
  })

  it('with a mean over the batch, a forgotten 1/N is recognised', () => {
    const { x, y } = data(7, 3)
    const own: Delta = (layer, inputs) => right(layer, inputs).map((d) => (inputs.last ? 6 * d : d))
    expect(grade(own, { x, y }, mse).firstWrong!.bug).toBe('forget-mean')
  })

  it('two mistakes that look alike are both named', () => {
    // Half of a mean over two outputs: forgetting the ½ or the 1/2 is the same.
    const delta: Delta = (layer, inputs) => right(layer, inputs).map((d) => (inputs.last ? 2 * d : d))
    const loss = new MSE({ scale: 0.5 })
    expect(ledger(allSigmoid(), x, y, { loss, delta: right }).ok).toBe(true)
    expect(ledger(allSigmoid(), x, y, { loss, delta }).firstWrong!.bugs).toEqual([
      'forget-half',
      'forget-mean',
    ])
  })

  it('NaN is wrong, and the message says where it may come from', () => {
    const delta: Delta = (layer, inputs) =>
      right(layer, inputs).map((d, i) => (i === 1 ? d * inputs.W[0]![i + 1]! : d))
    const { firstWrong } = grade(delta)
    expect(firstWrong).toMatchObject({ layer: 3, neuron: 1, given: Number.NaN, bug: null })
    expect(firstWrong!.message).toContain('NaN may come from an index that leads out of an array')
  })

  it.each([
    ['undefined', () => undefined, 'ledger: delta(3, ...) must give 2 numbers, got undefined'],
    ['one number', () => 3, 'ledger: delta(3, ...) must give 2 numbers, got 3'],
    ['too many', () => [1, 2, 3], 'ledger: delta(3, ...) must give 2 numbers, got 3'],
    ['holes', () => [1, undefined], 'ledger: delta(3, ...) must give numbers, got undefined at position 1'],
    [
      'a tensor',
      () => tensor([1, 2]),
      'ledger: delta(3, ...) must give 2 numbers, got a tensor of shape [2]',
    ],
  ])('that returns %s is an error', (_, delta, message) => {
    expect(messageOf(() => grade(delta as unknown as Delta))).toBe(message)
  })
})

describe("a student's gradients", () => {
  const options = { loss: HALF_SUM }
  it('right ones', () => {
    const report = ledger(allSigmoid(), x, y, {
      ...options,
      weightGradient: (_, { delta, input }) => delta.map((d) => input.map((n) => d * n)),
      biasGradient: (_, { delta }) => [...delta],
    })
    expect(report.ok).toBe(true)
  })
  it.each([
    [
      'inputs-in-bias',
      (_: number, { delta, input }: { delta: readonly number[]; input: readonly number[] }) =>
        delta.map((d) => d * input.reduce((a, b) => a + b, 0)),
    ],
    [
      'bias-in-bias',
      (_: number, { delta }: { delta: readonly number[] }) => delta.map((d, i) => d * 0.1 * (i + 1)),
    ],
    ['delta-missing', (_: number, { delta }: { delta: readonly number[] }) => delta.map(() => 1)],
  ] as const)('%s is recognised', (bug, biasGradient) => {
    const { firstWrong } = ledger(allSigmoid(), x, y, { ...options, biasGradient })
    expect(firstWrong).toMatchObject({ bug, layer: 3, neuron: 0, quantity: 'db', sample: null })
  })
  it('n of the wrong layer is recognised, in a batch too', () => {
    const { x, y } = data(2, 2)
    const { firstWrong } = ledger(allSigmoid(), x, y, {
      ...options,
      weightGradient: (layer, { delta, input, n }) =>
        delta.map((d) => (layer === 2 ? n : input).map((value) => d * value)),
    })
    expect(firstWrong).toMatchObject({
      bug: 'output-for-input',
      layer: 2,
      neuron: 0,
      quantity: 'dW',
      sample: 0,
    })
  })
  it('of the wrong size are errors', () => {
    const weights = (rows: number[][]) => () =>
      ledger(allSigmoid(), x, y, { ...options, weightGradient: () => rows })
    expect(messageOf(weights([[1, 2, 3]]))).toBe('ledger: weightGradient(3, ...) must give 2 rows, got 1')
    expect(messageOf(weights([[1, 2, 3], [1]]))).toBe(
      'ledger: row 1 of weightGradient(3, ...) must give 3 numbers, got 1',
    )
    expect(messageOf(() => ledger(allSigmoid(), x, y, { ...options, biasGradient: () => [1] }))).toBe(
      'ledger: biasGradient(3, ...) must give 2 numbers, got 1',
    )
  })
})
