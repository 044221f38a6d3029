/** @file Mistakes put in on purpose: which cells turn wrong, and which only follow. */
import { tensor } from '@tapegrad/core'
import { BUGS, type Bug, Dense, ledger, mse, ReLU, Sequential, Tanh } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { allSigmoid, byId, data, float64, HALF_SUM, messageOf, small } from './models.ts'

describe('a mistake made on purpose', () => {
  const batch = data(5, 2)
  const of = (bug: Bug, loss: typeof HALF_SUM | typeof mse = HALF_SUM) =>
    ledger(allSigmoid(), batch.x, batch.y, { loss, bug, rate: 0.5 })
  const quantities = (report: ReturnType<typeof of>, status: string): string[] =>
    [...new Set(report.rows.filter((row) => row.status === status).map(({ quantity }) => quantity))].sort()

  // Which cells turn wrong first, and which only follow; dW and db follow in W and b always.
  it.each([
    ['drop-derivative', 'delta3[0], sample 0', ['delta'], ['W', 'b', 'backprop', 'dW', 'db', 'delta']],
    [
      'transpose-weights',
      'backprop2[0], sample 0',
      ['backprop'],
      ['W', 'b', 'backprop', 'dW', 'db', 'delta'],
    ],
    ['assign-for-add', 'dW3[0][0]', ['backprop', 'dW', 'db'], ['W', 'b', 'dW', 'db', 'delta']],
    ['forget-half', 'loss', ['backprop', 'loss'], ['W', 'b', 'backprop', 'dW', 'db', 'delta']],
    ['stale-gradients', 'dW3[0][0]', ['dW', 'db'], ['W', 'b']],
    ['wrong-sign', 'backprop3[0], sample 0', ['backprop'], ['W', 'b', 'backprop', 'dW', 'db', 'delta']],
    ['inputs-in-bias', 'db3[0], sample 0', ['db'], ['b', 'db']],
  ] as const)('%s: first %s', (bug, first, wrong, follows) => {
    const report = of(bug)
    expect(report.ok).toBe(false)
    expect(report.firstWrong!.bug).toBe(bug)
    expect(report.firstWrong!.message.startsWith(`${first} must be`)).toBe(true)
    expect(quantities(report, 'wrong')).toEqual(wrong)
    for (const quantity of quantities(report, 'follows')) expect(follows).toContain(quantity)
    const forward = report.layers.flatMap(({ forward }) => forward).flatMap(({ rows }) => rows)
    expect(forward.every(({ status }) => status === 'right')).toBe(true)
  })

  it('has the values that the mistake gives', () => {
    const right = byId(ledger(allSigmoid(), batch.x, batch.y, { loss: HALF_SUM }))
    const value = (bug: Bug, id: string): number => byId(of(bug)).get(id)!.manual
    expect(value('stale-gradients', 'dW1[0][0]')).toBeCloseTo(2 * right.get('dW1[0][0]')!.manual, 14)
    expect(value('forget-half', 'delta1[1], sample 1')).toBeCloseTo(
      2 * right.get('delta1[1], sample 1')!.manual,
      14,
    )
    expect(value('assign-for-add', 'db3[0]')).toBe(right.get('db3[0], sample 1')!.manual)
    expect(value('drop-derivative', 'delta3[0], sample 0')).toBe(right.get('backprop3[0], sample 0')!.manual)
    const mean = byId(ledger(allSigmoid(), batch.x, batch.y, { loss: mse }))
    const forgotten = byId(of('forget-mean', mse)).get('dW1[0][0]')!.manual
    expect(forgotten / mean.get('dW1[0][0]')!.manual).toBeCloseTo(4, 12)
  })

  it('every bug changes a row of some network, or is refused', () => {
    const loss = (bug: Bug) => (bug === 'forget-mean' ? mse : HALF_SUM)
    for (const bug of BUGS) expect(of(bug, loss(bug)).ok, bug).toBe(false)
    expect(messageOf(() => of('forget-half', mse))).toBe(
      'ledger: bug "forget-half" cannot be made here: the loss has no such factor that is known',
    )
    expect(messageOf(() => of('forget-mean'))).toContain('"forget-mean" cannot be made here')
    expect(messageOf(() => of('drop-it' as Bug))).toContain(
      'ledger: there is no bug "drop-it"; there are drop-derivative, transpose-weights,',
    )
  })

  it('a matrix that is not square is read as a reshape would', () => {
    const wide = new Sequential(new Dense(1, 3, float64), new Tanh(), new Dense(3, 2, float64), new ReLU())
    wide.parameters()[2]!.assign(
      tensor(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        float64,
      ),
    )
    wide.parameters()[3]!.assign(50)
    const { x, y } = data(1, null, 1, 2)
    const rows = byId(ledger(wide, x, y, { loss: HALF_SUM, bug: 'transpose-weights' }))
    const [a, b] = [0, 1].map((i) => rows.get(`delta2[${i}]`)!.manual) as [number, number]
    // [[1, 2], [3, 4], [5, 6]] delta, not [[1, 4], [2, 5], [3, 6]] delta.
    expect(rows.get('backprop1[1]')!.manual).toBeCloseTo(3 * a + 4 * b, 10)
  })

  it('together with a formula of the own, both count', () => {
    const { x, y } = data(5, 2)
    const report = ledger(small(), x, y, {
      loss: HALF_SUM,
      bug: 'stale-gradients',
      biasGradient: (_, { delta }) => delta.map(() => 0),
    })
    expect(
      report.rows.filter(({ status }) => status === 'wrong').some(({ quantity }) => quantity === 'db'),
    ).toBe(true)
  })
})
