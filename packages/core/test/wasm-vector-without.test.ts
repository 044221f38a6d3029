/**
 * @file Where there is no WebAssembly, or compilation is forbidden, large arrays get the same values from JavaScript, and
 * no op asks twice.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const world = globalThis as unknown as { WebAssembly: unknown }
const original = world.WebAssembly
const { large, expected } = vi.hoisted(() => ({ large: 40_000, expected: new Map<string, number[]>() }))

beforeEach(() => {
  vi.resetModules()
})
afterEach(() => {
  world.WebAssembly = original
})

/** The library as loaded now, and what its ops give on large arrays, twice: the second time after a compilation. */
async function results(): Promise<Map<string, number[]>> {
  const tg = await import('../src/index.ts')
  const x = tg.linspace(-5, 5, large)
  const y = tg.linspace(3, -7, large)
  const calls = {
    exp: () => tg.exp(x),
    tanh: () => tg.tanh(x),
    sin: () => tg.sin(x),
    add: () => tg.add(x, y),
    pow: () => tg.pow(tg.abs(x), y),
    lt: () => tg.lt(x, y),
    where: () => tg.where(tg.lt(x, y), x, y),
  }
  for (const call of Object.values(calls)) call()
  return new Map(Object.entries(calls).map(([name, call]) => [name, [...call().data]]))
}

describe('without WebAssembly', () => {
  it('with it kernels are compiled', async () => {
    const instances = { made: 0 }
    const api = original as { Instance: new (...args: unknown[]) => object }
    world.WebAssembly = Object.assign(Object.create(original as object), {
      Instance: new Proxy(api.Instance, {
        construct(target, args) {
          instances.made++
          return Reflect.construct(target, args)
        },
      }),
    })
    for (const [name, values] of await results()) expected.set(name, values)
    expect(instances.made).toBeGreaterThan(6)
  })

  it('there is none', async () => {
    world.WebAssembly = undefined
    expect(await results()).toEqual(expected)
  })

  it('compilation is forbidden by a content-security policy', async () => {
    const asked = { times: 0 }
    class CompileError extends Error {}
    world.WebAssembly = Object.assign(Object.create(original as object), {
      Module: class {
        constructor() {
          asked.times++
          throw new CompileError('blocked by the content-security policy')
        }
      },
    })
    expect(await results()).toEqual(expected)
    expect(asked.times).toBeGreaterThan(0)
    const before = asked.times
    const tg = await import('../src/index.ts')
    for (let i = 0; i < 3; i++) tg.exp(tg.zeros([large]))
    expect(asked.times).toBe(before)
  })
})
