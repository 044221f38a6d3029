/** @file The state of every optimizer: tensors made once, saved, loaded whole or not at all. */
import { type Tensor, tensor, zeros } from '@tapegrad/core'
import { Adam, AdamW, type Optimizer, RMSProp, SGD } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'
import { flat } from '../support/close.ts'
import { contents, fullOptions, leaf, makeOptimizer, makeSchedule, optimizerNames, setGrad } from './all.ts'

/** What belongs to one parameter, as `update` sees it. */
interface Slot {
  readonly state: Record<string, Tensor>
}

/** Calls `see` with the state that each update of a parameter works on. */
function watch(optimizer: Optimizer, see: (state: Record<string, Tensor>) => void): void {
  const open = optimizer as unknown as { update(slot: Slot, grad: Tensor): void }
  const { update } = open
  open.update = (slot, grad) => {
    see(slot.state)
    update.call(optimizer, slot, grad)
  }
}

function stepped(
  name: string,
  steps: number,
): { p: Tensor; q: Tensor; optimizer: ReturnType<typeof makeOptimizer> } {
  const [p, q] = [leaf(1, -2), leaf(0.5)]
  const optimizer = makeOptimizer(name, [p, q], fullOptions[name])
  for (let i = 0; i < steps; i++) {
    setGrad(p, [Math.sin(i), 1])
    setGrad(q, [-0.5])
    optimizer.step()
  }
  return { p, q, optimizer }
}

describe.each(optimizerNames)('%s', (name) => {
  it('saves copies, by PyTorch’s names, in the dtype of the parameter', () => {
    const { optimizer } = stepped(name, 2)
    const dict = optimizer.stateDict()
    const again = optimizer.stateDict()
    for (const tensor of Object.values(dict)) tensor.assign(7)
    expect(contents(optimizer.stateDict())).toEqual(contents(again))
    const single = makeOptimizer(name, [zeros([3], { requiresGrad: true })], fullOptions[name]).stateDict()
    for (const [key, { dtype, shape }] of Object.entries(single))
      if (/step$|lr$/.test(key)) expect([key, dtype, shape]).toEqual([key, 'float64', []])
      else if (!key.endsWith('share')) expect([key, dtype, shape]).toEqual([key, 'float32', [3]])
  })

  it('refuses a state with keys missing or unknown, and keeps its own', () => {
    const { optimizer } = stepped(name, 2)
    const before = optimizer.stateDict()
    for (const key of Object.keys(before)) {
      const { [key]: _, ...rest } = before
      const other = Object.fromEntries(Object.entries(rest).map(([k, t]) => [k, t.mul(0).add(1)]))
      expect(() => optimizer.loadStateDict(other)).toThrow(
        `loadStateDict: missing keys: ${key}; unexpected keys: none`,
      )
      expect(() => optimizer.loadStateDict({ ...before, extra: tensor(1) })).toThrow(
        'loadStateDict: missing keys: none; unexpected keys: extra',
      )
    }
    expect(contents(optimizer.stateDict())).toEqual(contents(before))
  })

  it('refuses values that no run can have saved, and keeps its own', () => {
    const { optimizer } = stepped(name, 2)
    const before = optimizer.stateDict()
    // All else is new, so that a half-loaded state would show.
    const fresh = makeOptimizer(name, [leaf(1, -2), leaf(0.5)], { ...fullOptions[name], lr: 0.7 }).stateDict()
    const attempts: [ending: string, value: number, message: string][] = [
      ['.lr', -1, 'must be a finite number >= 0, got -1'],
      ['.lr', Number.NaN, 'must be a finite number >= 0, got NaN'],
      ['.step', -1, 'must be a whole number >= 0, got -1'],
      ['.step', 1.5, 'must be a whole number >= 0, got 1.5'],
      ['.step', Infinity, 'must be a whole number >= 0, got Infinity'],
      ['_sq', -1, 'holds a number below 0; it is made of squares'],
      ['square_avg', -1, 'holds a number below 0; it is made of squares'],
      ['.sum', -1e-300, 'holds a number below 0; it is made of squares'],
    ]
    for (const [ending, value, message] of attempts)
      for (const key of Object.keys(fresh).filter((k) => k.endsWith(ending))) {
        const bad = zeros([...fresh[key]!.shape], { dtype: 'float64' }).add(value)
        expect(() => optimizer.loadStateDict({ ...fresh, [key]: bad }), key).toThrow(
          `loadStateDict: ${key} ${message}`,
        )
      }
    expect(contents(optimizer.stateDict())).toEqual(contents(before))
  })

  it('loads the rate of each group', () => {
    const make = (...rates: number[]) =>
      makeOptimizer(
        name,
        rates.map((lr) => ({ params: [leaf(1)], lr })),
      )
    const optimizer = make(0.1, 0.2, 0.3)
    optimizer.loadStateDict(make(0.4, 0.5, 0.6).stateDict())
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([0.4, 0.5, 0.6])
  })

  it('loads the NaN of a run that had diverged', () => {
    const { optimizer } = stepped(name, 1)
    const dict = optimizer.stateDict()
    for (const [key, value] of Object.entries(dict))
      if (!/(lr|step|share)$/.test(key)) value.assign(Number.NaN)
    optimizer.loadStateDict(dict)
    expect(contents(optimizer.stateDict())).toEqual(contents(dict))
  })

  it('has its state in tensors, and memory, made with the optimizer', () => {
    const p = leaf(1, -2)
    const optimizer = makeOptimizer(name, [p], fullOptions[name])
    const keys = Object.keys(optimizer.stateDict()).filter((key) => key.startsWith('state.0.'))
    const seen: (readonly [string, Tensor, unknown])[][] = []
    watch(optimizer, (state) => {
      seen.push(Object.entries(state).map(([key, tensor]) => [key, tensor, tensor.storage]))
    })
    for (let i = 0; i < 3; i++) {
      setGrad(p, [i, 1])
      optimizer.step()
      if (i === 1) optimizer.loadStateDict(optimizer.stateDict())
    }
    expect(seen).toHaveLength(3)
    expect(seen[0]!.map(([key]) => `state.0.${key}`)).toEqual(keys)
    for (const entries of seen.slice(1))
      entries.forEach(([, tensor, storage], i) => {
        expect(tensor).toBe(seen[0]![i]![1])
        expect(storage).toBe(seen[0]![i]![2])
      })
  })

  it('takes a step inside noGrad: nothing is recorded, whatever recorded the gradient', () => {
    const p = leaf(1, -2)
    p.square().sum().backward(undefined, { createGraph: true })
    expect(p.grad!.requiresGrad).toBe(true)
    const optimizer = makeOptimizer(name, [p], fullOptions[name])
    let state: Record<string, Tensor> = {}
    watch(optimizer, (found) => {
      state = found
    })
    optimizer.step()
    expect(p.node!.primitive).toBeNull()
    for (const tensor of Object.values(state)) expect(tensor.node).toBeNull()
  })

  it('does not step a parameter without a gradient, nor its count', () => {
    const [p, q] = [leaf(1), leaf(2)]
    const optimizer = makeOptimizer(name, [p, q], fullOptions[name])
    setGrad(q, [1])
    optimizer.step()
    optimizer.step()
    expect(flat(p)).toEqual([1])
    const dict = optimizer.stateDict()
    if (dict['state.0.step'] !== undefined)
      expect([dict['state.0.step'].item(), dict['state.1.step']!.item()]).toEqual([0, 2])
  })
})

describe('a state of another kind is refused, with the keys', () => {
  it.each<[string, () => Record<string, Tensor>, string]>([
    ['SGD', () => new SGD([leaf(1)], { momentum: 0.9 }).stateDict(), 'state.0.momentum_buffer'],
    ['amsgrad', () => new Adam([leaf(1)], { amsgrad: true }).stateDict(), 'state.0.max_exp_avg_sq'],
    ['RMSProp', () => new RMSProp([leaf(1)]).stateDict(), 'state.0.square_avg'],
    ['two parameters', () => new Adam([leaf(1), leaf(1)]).stateDict(), 'state.1.step, state.1.exp_avg'],
    ['two groups', () => new Adam([{ params: [leaf(1)] }, { params: [leaf(1)] }]).stateDict(), 'groups.1.lr'],
  ])('%s', (_, dict, key) => {
    expect(() => new Adam([leaf(1)]).loadStateDict(dict())).toThrow(new RegExp(`unexpected keys: .*${key}`))
  })

  it('but Adam’s is AdamW’s: the same averages', () => {
    new AdamW([leaf(1)]).loadStateDict(new Adam([leaf(1)]).stateDict())
  })
})

describe('the state of a schedule', () => {
  const make = (lr: number) =>
    makeOptimizer('SGD', [{ params: [leaf(1)], lr }, { params: [leaf(1)] }], { lr: 0.5 })

  it('has PyTorch’s names', () => {
    const optimizer = make(1)
    const after = makeSchedule('ReduceLROnPlateau', optimizer)
    expect(Object.keys(makeSchedule('LinearWarmup', optimizer, { after }).stateDict())).toEqual([
      '_last_lr',
      'last_epoch',
      'base_lrs',
      'after.last_epoch',
      'after.base_lrs',
      'after.best',
      'after.num_bad_epochs',
      'after.cooldown_counter',
    ])
  })

  it('is in tensors made with the schedule', () => {
    const optimizer = make(1)
    const schedule = makeSchedule('ReduceLROnPlateau', optimizer, { patience: 0, cooldown: 1 })
    const before = Object.values(schedule.state)
    const first = contents(schedule.state)
    for (const metric of [3, 4]) schedule.step(metric)
    schedule.loadStateDict(schedule.stateDict())
    Object.values(schedule.state).forEach((tensor, i) => {
      expect(tensor).toBe(before[i])
    })
    expect(contents(schedule.state)).not.toEqual(first)
  })

  it('brings the rates with it, those set by hand too, whichever of optimizer and schedule is loaded first', () => {
    const [optimizer, other] = [make(1), make(0.1)]
    const schedule = makeSchedule('StepLR', optimizer, { stepSize: 2 })
    for (let i = 0; i < 3; i++) schedule.step()
    optimizer.groups[1]!.lr = 0.3
    const saved = schedule.stateDict()
    const resumed = makeSchedule('StepLR', other, { stepSize: 2 })
    resumed.loadStateDict(saved)
    expect(resumed.rates).toEqual([0.1, 0.3])
    other.loadStateDict(optimizer.stateDict())
    for (const each of [schedule, resumed]) each.step()
    expect(resumed.rates).toEqual(schedule.rates)
  })

  it.each<[key: string, value: Tensor, message: string]>([
    ['last_epoch', tensor(-1), 'last_epoch must be a whole number >= 0, got -1'],
    ['last_epoch', tensor(0.5), 'last_epoch must be a whole number >= 0, got 0.5'],
    ['_last_lr', tensor([0.1, -1]), '_last_lr must be a finite number >= 0, got -1'],
    ['_last_lr', tensor([0.1]), '_last_lr has shape [1] in the dict, it must be [2]'],
    ['base_lrs', tensor([Number.NaN, 1]), 'base_lrs must be a finite number >= 0, got NaN'],
    ['num_bad_epochs', tensor(-2), 'num_bad_epochs must be a whole number >= 0, got -2'],
    ['cooldown_counter', tensor(0.5), 'cooldown_counter must be a whole number >= 0, got 0.5'],
  ])('is refused whole: %s', (key, value, message) => {
    const optimizer = make(1)
    const schedule = makeSchedule('ReduceLROnPlateau', optimizer, { patience: 0 })
    for (const metric of [1, 1]) schedule.step(metric)
    const before = schedule.stateDict()
    const fresh = makeSchedule('ReduceLROnPlateau', make(0.7)).stateDict()
    expect(() => schedule.loadStateDict({ ...fresh, [key]: value })).toThrow(`loadStateDict: ${message}`)
    expect(() => schedule.loadStateDict({ ...fresh, extra: tensor(1) })).toThrow('unexpected keys: extra')
    expect(contents(schedule.stateDict())).toEqual(contents(before))
  })
})
