/** @file The tape as a list of records. */
import {
  add,
  backward,
  exp,
  full,
  grad,
  mul,
  noGrad,
  ones,
  printTape,
  sigmoid,
  sum,
  type Tensor,
  tape,
  tensor,
  toDot,
  toJSON,
} from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import { type Primitive, primitive, SAVES_NOTHING } from '../src/primitive.ts'
import { apply } from '../src/tape.ts'
import { parseDot } from './support/dot.ts'
import { neuron } from './support/tapes.ts'

describe('tape', () => {
  it('lists ops as they ran, leaves and constants before their first use', () => {
    expect(tape(neuron())).toEqual([
      { id: 0, op: 'constant', shape: [2], dtype: 'float32', params: undefined, inputs: [] },
      { id: 1, op: 'leaf', shape: [1, 2], dtype: 'float32', params: undefined, inputs: [] },
      {
        id: 2,
        op: 'matmul',
        shape: [1],
        dtype: 'float32',
        params: { a: 'k', b: 'nk', out: 'n' },
        inputs: [0, 1],
      },
      { id: 3, op: 'leaf', shape: [1], dtype: 'float32', params: undefined, inputs: [] },
      { id: 4, op: 'add', shape: [1], dtype: 'float32', params: undefined, inputs: [2, 3] },
      { id: 5, op: 'sigmoid', shape: [1], dtype: 'float32', params: undefined, inputs: [4] },
      { id: 6, op: 'constant', shape: [1], dtype: 'float32', params: undefined, inputs: [], value: 2 },
      { id: 7, op: 'mul', shape: [1], dtype: 'float32', params: undefined, inputs: [5, 6] },
    ])
  })

  it('lists a tensor once, however often it is read', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const shared = exp(x)
    const c = tensor([3, 4])
    const records = tape(add(mul(shared, shared), mul(mul(shared, c), c)))
    expect(records.map(({ op }) => op)).toEqual(['leaf', 'exp', 'mul', 'constant', 'mul', 'mul', 'add'])
    expect(records.map(({ inputs }) => inputs)).toEqual([[], [0], [1, 1], [], [1, 3], [4, 3], [2, 5]])
  })

  it('leaves out what the tensor does not depend on', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const y = exp(x)
    sum(y)
    expect(tape(y).map(({ op }) => op)).toEqual(['leaf', 'exp'])
  })

  it('of a leaf is the leaf', () => {
    const x = tensor(1, { requiresGrad: true })
    expect(tape(x)).toEqual([
      { id: 0, op: 'leaf', shape: [], dtype: 'float32', params: undefined, inputs: [] },
    ])
  })

  it.each<[string, Tensor, number | boolean | undefined]>([
    ['a number', tensor(-1.5), -1.5],
    ['negative zero', tensor(-0), -0],
    ['NaN', full([3], NaN), NaN],
    ['equal numbers', ones([3]), 1],
    [
      'a broadcast too large to visit',
      full([1], 4)
        .broadcastTo([40_000, 50_000])
        .slice([[0, 3], 0]),
      4,
    ],
    ['different numbers', tensor([1, 1, 2]), undefined],
    ['zeros of both signs', tensor([0, -0, 0]), undefined],
  ])('gives the value of a constant that is %s', (_, c, value) => {
    const x = tensor(1, { requiresGrad: true })
    expect(tape(mul(x, c)).find(({ op }) => op === 'constant')?.value).toBe(value)
  })

  it('gives booleans as booleans and values of no elements not at all', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const chosen = tape(apply(primitive({ ...whereLike }), [full([2], true), x], undefined))
    expect(chosen[0]).toMatchObject({ op: 'constant', dtype: 'bool', value: true })
    const empty = tape(mul(x.slice([[0, 0]]), tensor([], { shape: [0] })))
    expect(empty.find(({ op }) => op === 'constant')).not.toHaveProperty('value')
  })

  it('shows the tape as it is inside transforms', () => {
    let ops: string[] = []
    grad((x: Tensor) => {
      const y = sum(exp(x))
      ops = tape(y).map(({ op }) => op)
      return y
    })(tensor([1, 2]))
    expect(ops).toEqual(['constant', 'alias', 'exp', 'sum'])
  })

  it('shows the tape of a gradient', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    backward(sum(exp(x)), null, { createGraph: true })
    expect(tape(x.grad!).map(({ op }) => op)).toContain('mul')
  })

  it('takes a tensor that became a leaf after it was read for the constant that it was', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const c = tensor([5, 5])
    const early = mul(x, c)
    c.requiresGrad = true
    const late = mul(early, c)
    expect(tape(late).map(({ op, inputs }) => [op, ...inputs])).toEqual([
      ['leaf'],
      ['constant'],
      ['mul', 0, 1],
      ['leaf'],
      ['mul', 2, 3],
    ])
  })

  it('follows a chain of 100,000 ops', () => {
    let y: Tensor = tensor(1, { requiresGrad: true })
    for (let i = 0; i < 100_000; i++) y = sigmoid(y)
    const records = tape(y)
    expect(records).toHaveLength(100_001)
    expect(records.at(-1)).toMatchObject({ id: 100_000, inputs: [99_999] })
    expect(printTape(y).split('\n')).toHaveLength(100_002)
    expect(parseDot(toDot(y)).nodes.size).toBe(100_001)
    expect(JSON.parse(JSON.stringify(toJSON(y))).records).toHaveLength(100_001)
  })

  it.each([
    ['tape', tape],
    ['printTape', printTape],
    ['toDot', toDot],
    ['toJSON', toJSON],
  ])('%s refuses what has no tape', (name, f) => {
    const x = tensor(1, { requiresGrad: true })
    expect(() => f(tensor(1))).toThrow(
      `${name}: this tensor is not tracked, so it has no tape: set requiresGrad on a tensor that it is computed from, and compute it outside of noGrad`,
    )
    expect(() => f(noGrad(() => exp(x)))).toThrow(`${name}: this tensor is not tracked`)
    expect(() => f(3 as unknown as Tensor)).toThrow(`${name}: expected a tensor, got 3`)
  })
})

const whereLike: Primitive = {
  name: 'pick',
  shape: ([, x]) => x!,
  kernel: ([, x]) => x!.detach(),
  vjp: [null, (ct) => ct],
  jvp: 'linear',
  batch: 'elementwise',
  saves: SAVES_NOTHING,
}
