/** @file The tape as a table, a drawing and JSON; tensors in the browser's console. */
import {
  clamp,
  consoleFormatter,
  mean,
  mul,
  ones,
  printTape,
  reshape,
  sub,
  type Tensor,
  take,
  tape,
  tensor,
  toDot,
  toJSON,
} from '@tapegrad/core'
import { describe, expect, it } from 'vitest'
import { parseDot, shownLabel } from './support/dot.ts'
import { neuron, withParams } from './support/tapes.ts'

describe('printTape', () => {
  it('returns a table', () => {
    expect(printTape(neuron())).toBe(
      [
        'id  op        inputs  shape   dtype    params',
        ' 0  constant          [2]     float32',
        ' 1  leaf              [1, 2]  float32',
        ' 2  matmul    0, 1    [1]     float32  a: k, b: nk, out: n',
        ' 3  leaf              [1]     float32',
        ' 4  add       2, 3    [1]     float32',
        ' 5  sigmoid   4       [1]     float32',
        ' 6  constant          [1]     float32  = 2',
        ' 7  mul       5, 6    [1]     float32',
      ].join('\n'),
    )
  })

  it('shows params of every kind, shortened where they are long', () => {
    const x = tensor([1, 2, 3, 4], { requiresGrad: true })
    const lastColumn = (y: Tensor): string => printTape(y).split('\n').at(-1)!.split('float32').at(-1)!.trim()
    expect(lastColumn(reshape(x, [2, 2]))).toBe('[2, 2]')
    expect(lastColumn(mean(x))).not.toBe('undefined')
    expect(lastColumn(withParams('op', 0.5, x))).toBe('0.5')
    expect(
      lastColumn(withParams('op', { alpha: -0, mode: 'same', at: [1, NaN], of: { f: Math.sin } }, x)),
    ).toBe('alpha: -0, mode: same, at: [1, NaN], of: { f: function sin }')
    expect(
      lastColumn(
        withParams(
          'op',
          Array.from({ length: 100 }, (_, i) => i),
          x,
        ),
      ),
    ).toMatch(/^\[0, 1, .{50,}\.\.\.$/)
  })
})

describe('toDot', () => {
  it('draws a node per record and an arrow per input', () => {
    const y = neuron()
    const { nodes, edges } = parseDot(toDot(y))
    const records = tape(y)
    expect([...nodes.keys()]).toEqual(records.map(({ id }) => `n${id}`))
    expect(edges.map(({ from, to }) => [from, to])).toEqual(
      records.flatMap(({ id, inputs }) => inputs.map((input) => [`n${input}`, `n${id}`])),
    )
    expect(shownLabel(nodes.get('n2')!.label!)).toBe('matmul\nfloat32 [1]\na: k, b: nk, out: n')
    expect(shownLabel(nodes.get('n6')!.label!)).toBe('2\nfloat32 [1]')
    expect(nodes.get('n1')!.shape).toBe('ellipse')
    expect(edges[0]!.attributes).toEqual({ headlabel: '0' })
  })

  it.each([
    'quo"te',
    'back\\slash',
    'ends in \\',
    '\\"',
    'new\nline',
    '\\n',
    '->{};[]',
    'é漢🙂',
    '</b>',
    '&lt;',
    '%s',
  ])('escapes the name %j', (name) => {
    const x = tensor(1, { requiresGrad: true })
    const { nodes } = parseDot(toDot(withParams(name, { [name]: name }, x)))
    expect(shownLabel(nodes.get('n1')!.label!)).toBe(`${name}\nfloat32 []\n${name}: ${name}`)
  })
})

describe('toJSON', () => {
  it('survives JSON.stringify', () => {
    const json = toJSON(neuron())
    expect(json.output).toBe(7)
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
    expect(json.records[2]).toEqual({
      id: 2,
      op: 'matmul',
      shape: [1],
      dtype: 'float32',
      params: { a: 'k', b: 'nk', out: 'n' },
      inputs: [0, 1],
    })
  })

  it('keeps what JSON cannot hold in words', () => {
    const x = tensor([1, 2, 3], { requiresGrad: true })
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const y = withParams(
      'op',
      {
        limit: Infinity,
        zero: -0,
        data: Float32Array.of(1, NaN),
        tensor: ones([2, 2]),
        big: 10n,
        nothing: null,
        missing: undefined,
        hole: [undefined],
        circular,
        f: () => 0,
      },
      mul(x, NaN),
    )
    const json = toJSON(y)
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
    expect(json.records.at(-1)).toMatchObject({
      params: {
        limit: 'Infinity',
        zero: '-0',
        data: [1, 'NaN'],
        tensor: 'tensor float32 [2, 2]',
        big: '10',
        nothing: null,
        hole: [null],
        f: 'function f',
      },
    })
    expect(JSON.stringify(json)).toContain('"..."')
    expect(json.records[1]).toMatchObject({ op: 'constant', value: 'NaN' })
  })

  it('takes the params of built-in ops', () => {
    const x = tensor([1, 2, 3, 4], { requiresGrad: true })
    const y = clamp(take(reshape(x, [2, 2]), [1, 0], 0), -Infinity, 3)
    const json = toJSON(sub(y, 1))
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
  })
})

describe('consoleFormatter', () => {
  it('shows tensors as text, and unfolds into the object', () => {
    const x = tensor([[1, 2]])
    expect(consoleFormatter.header(x)).toEqual(['div', { style: 'white-space: pre' }, String(x)])
    expect(consoleFormatter.header([1, 2])).toBeNull()
    expect(consoleFormatter.hasBody()).toBe(true)
    const [tag, reference] = consoleFormatter.body(x) as unknown as [
      string,
      { object: unknown; config: unknown },
    ]
    expect(tag).toBe('object')
    expect(reference.object).toBe(x)
    // Without this the object inside would be formatted again, for ever.
    expect(consoleFormatter.header(reference.object, reference.config)).toBeNull()
  })
})
