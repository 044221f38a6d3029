/** @file What holds for every layer, row by row: derivatives, batches, precisions, modes, saved state, tables, refusals. */
import { assertGradcheck, stack, TapegradError, type Tensor, vmap, zeros } from '@tapegrad/core'
import { expectClose } from '@tapegrad/core/testing'
import { functionalCall, type Module } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { callWith, listed, makeInputs, makeLayer, plain, titleOf } from './row.ts'
import { ROWS } from './rows.ts'

const evaluated = (module: Module): Module => module.eval()

describe.each(ROWS.map((row) => [titleOf(row), row] as const))('%s', (_, row) => {
  it('has the derivatives of finite differences: parameters and inputs, both modes, first and second order', () => {
    const layer = makeLayer(row)
    const report = assertGradcheck(layer as never, makeInputs(row) as never, {
      modes: ['reverse', 'forward'],
      order: 2,
      ...(row.kinks && { allow: ['kink'] }),
    })
    const elements = [...layer.parameters(), ...(row.indices === undefined ? makeInputs(row) : [])]
    // The layer may consist of indices alone, or have so many elements that directions are taken in their place.
    expect(report.rows.length).toBeGreaterThanOrEqual(Math.min(1, elements.length))
  })

  it('computes in float32 what it computes in float64', () => {
    const layers = [evaluated(makeLayer(row, 'float32')), evaluated(makeLayer(row).to('float64'))] as const
    for (const p of layers[0].parameters()) expect(p.dtype).toBe('float32')
    // Generators draw other numbers in float64.
    layers[1].loadStateDict(layers[0].stateDict())
    const single = callWith(layers[0], makeInputs(row, 'float32'))
    const double = callWith(
      layers[1],
      makeInputs(row, 'float32').map((x) => (x.dtype === 'float32' ? x.to('float64') : x)),
    )
    single.forEach((y, i) => {
      expect(y.dtype).toBe(double[i]!.dtype === 'float64' ? 'float32' : double[i]!.dtype)
      // Sums of a few dozen numbers of order 1, through a few layers: 1e-5 is about 100 roundings.
      expectClose(y.to('float64'), double[i]!, { atol: 1e-5, rtol: 1e-5 })
    })
  })

  if (row.perSample !== false)
    it('computes for a batch what it computes for each sample, and in vmap', () => {
      const layer = evaluated(makeLayer(row))
      const inputs = makeInputs(row)
      const batch = callWith(layer, inputs)
      const samples = Array.from({ length: row.inputs[0]![0]! }, (_, b) => b)
      const each = samples.map((b) =>
        callWith(
          layer,
          inputs.map((x) => x.slice([[b, b + 1]])),
        ),
      )
      batch.forEach((y, i) => {
        // The same sums, perhaps in another order: a few roundings.
        expectClose(y, stack(each.map((outputs) => outputs[i]!.squeeze(0) as Tensor)), {
          atol: 1e-13,
          rtol: 1e-13,
        })
      })
      const mapped = vmap((...xs: Tensor[]) =>
        callWith(
          layer,
          xs.map((x) => x.unsqueeze(0) as Tensor),
        ),
      )(...(inputs as [Tensor])) as Tensor[]
      batch.forEach((y, i) => {
        expectClose(mapped[i]!.squeeze(1), y, { atol: 1e-13, rtol: 1e-13 })
      })
    })

  if (row.anyBatch !== false)
    it('takes one sample, and any number of leading axes', () => {
      const layer = evaluated(makeLayer(row))
      const inputs = makeInputs(row)
      const batch = callWith(layer, inputs)
      const one = callWith(
        layer,
        inputs.map((x) => x.slice([0])),
      )
      const more = callWith(
        layer,
        inputs.map((x) => x.unsqueeze(0)),
      )
      batch.forEach((y, i) => {
        expectClose(one[i]!, y.slice([0]), { atol: 1e-13, rtol: 1e-13 })
        expectClose(more[i]!, y.unsqueeze(0), { atol: 1e-13, rtol: 1e-13 })
      })
    })

  it('has the keys of the PyTorch module, and its state loads into another', () => {
    const layer = makeLayer(row)
    const state = layer.stateDict()
    expect(Object.keys(state)).toEqual(row.keys)
    const other = makeLayer(row, 'float64', 99)
    other.loadStateDict(state)
    const outputs = plain(callWith(evaluated(layer), makeInputs(row)))
    expect(plain(callWith(evaluated(other), makeInputs(row)))).toEqual(outputs)
    // The same through functionalCall, whose layer keeps its own.
    const third = evaluated(makeLayer(row, 'float64', 98))
    const replaced = functionalCall(third, state, ...(makeInputs(row) as never[])) as unknown
    expect(Object.keys(third.stateDict())).toEqual(row.keys)
    expect(plain(listed(replaced))).toEqual(outputs)
  })

  if (row.sameInBothModes !== false)
    it('computes the same in training and evaluation, and keeps no state', () => {
      const layer = makeLayer(row)
      const before = plain(layer.stateDict())
      const trained = callWith(layer.train(), makeInputs(row))
      expect(plain(layer.stateDict())).toEqual(before)
      expect(plain(callWith(layer.eval(), makeInputs(row)))).toEqual(plain(trained))
    })

  it('is made anew from the same seed', () => {
    const values = (seed: number) => plain(makeLayer(row, 'float64', seed).stateDict())
    expect(values(5)).toEqual(values(5))
  })

  it('says how it was made', () => {
    expect(`${makeLayer(row)}`).toMatch(/^[A-Z][A-Za-z0-9]*\(.*\)$/s)
  })

  const { refuses } = row
  if (refuses !== undefined)
    it('refuses an input of another shape, and says why and where', () => {
      const layer = makeLayer(row)
      const [shape, message] = refuses
      const attempt = () =>
        callWith(layer, [zeros([...shape], { dtype: 'float64' }), ...makeInputs(row).slice(1)])
      expect(attempt).toThrow(TapegradError)
      expect(attempt).toThrow(message)
      expect(attempt).toThrow(new RegExp(`; in ${layer.toString().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`))
    })
})
