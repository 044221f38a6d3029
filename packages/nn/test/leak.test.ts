/** @file 2,000 training steps, in both styles and by fit, leave no growing graph. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Tensor, tensor, valueAndGrad } from '@tapegrad/core'
import { Dense, functionalCall, mse, SGD, Sigmoid, sequential } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

/** How many tensors and nodes of the tape can be reached from `roots`, through every field of every object. */
function reachable(roots: unknown): number {
  const seen = new Set<object>()
  const open: unknown[] = [roots]
  let count = 0
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) continue
    seen.add(value)
    if (value instanceof Tensor || (value as object).constructor.name === 'Node') count++
    open.push(...Object.values(value))
  }
  return count
}

const x = tensor([[0.1, 0.2, 0.3, 0.4]])
const t = tensor([[1, 0, 0]])
const make = () => sequential(new Dense(4, 5), new Sigmoid(), new Dense(5, 3), new Sigmoid())

describe('what 2,000 training steps leave reachable does not grow', () => {
  it('with backward and an optimizer', () => {
    const model = make()
    const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
    let loss: Tensor | null = null
    const step = (): void => {
      optimizer.zeroGrad()
      loss = mse(model.call(x), t)
      loss.backward()
      optimizer.step()
    }
    step()
    const after1 = reachable([model, loss, optimizer.groups])
    for (let i = 1; i < 2000; i++) step()
    expect(reachable([model, loss, optimizer.groups])).toBe(after1)
    // Without the last loss, the model alone holds its 4 parameters, their nodes and their gradients.
    expect(reachable(model)).toBe(12)
  })

  it('with valueAndGrad and new parameters in each step', () => {
    const model = make()
    const lossAndGradient = valueAndGrad((p: Record<string, Tensor>) =>
      mse(functionalCall(model, p, x) as typeof t, t),
    )
    let parameters = model.stateDict()
    let value: Tensor | null = null
    const step = (): void => {
      const [loss, gradient] = lossAndGradient(parameters)
      value = loss
      parameters = Object.fromEntries(
        Object.entries(parameters).map(([key, p]) => [key, p.sub(gradient[key]!.mul(0.1))]),
      )
    }
    step()
    const after1 = reachable([model, parameters, value])
    for (let i = 1; i < 2000; i++) step()
    expect(reachable([model, parameters, value])).toBe(after1)
    expect(reachable([parameters, value])).toBe(5)
  })
})

describe('the memory in use after 2,000 training steps', () => {
  it('is that after 500, in a process of its own', async () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url))
    const program = fileURLToPath(new URL('support/leak-program.ts', import.meta.url))
    const flags = [
      '--expose-gc',
      '--conditions=@tapegrad/source',
      '--import',
      './scripts/typescript.mjs',
      '--no-warnings',
    ]
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], { cwd: root })
    const bytes: Record<string, number[]> = JSON.parse(stdout)
    expect(Object.keys(bytes)).toEqual(['backwardStep', 'functionalStep', 'fit'])
    for (const [name, series] of Object.entries(bytes)) {
      expect(series).toHaveLength(5)
      // A step makes about 60 tensors and nodes, 10 kB; if 2,000 of them stayed that would be 20 MB. What the engine
      // itself adds and drops (compiled code, caches) is a tenth of the limit.
      expect(series[4]! - series[0]!, `${name}: ${series}`).toBeLessThan(1_000_000)
    }
  })
})
