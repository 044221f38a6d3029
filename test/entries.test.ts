/**
 * @file However the built packages are loaded, there is one Tensor class and one tape; `./ops` alone has no effects;
 * `./testing` works with its optional peers and without, and has its types; so does nn's `./terminal`.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BuiltPackages } from './built-packages.ts'

let packages: BuiltPackages
beforeAll(async () => {
  packages = await BuiltPackages.make()
})
afterAll(() => packages?.remove())

const imports = `
  const imported = {
    core: await import('@tapegrad/core'),
    ops: await import('@tapegrad/core/ops'),
    nn: await import('@tapegrad/nn'),
  }`
const requires = `
  const required = {
    core: require('@tapegrad/core'),
    ops: require('@tapegrad/core/ops'),
    nn: require('@tapegrad/nn'),
  }`
const compare = `
  const classes = [imported, required].flatMap(({ core, ops, nn }) => [
    core.Tensor,
    core.tensor([1]).constructor,
    ops.exp(core.tensor([1])).constructor,
    new nn.Dense(2, 3).weight.constructor,
  ])
  // Recorded by one copy's op, differentiated by another's.
  const x = imported.core.tensor(3, { requiresGrad: true })
  required.core.mul(required.ops.square(x), x).backward()
  console.log(JSON.stringify({ classes: new Set(classes).size, gradient: x.grad.item() }))`

describe('import and require', () => {
  it('share one Tensor class and one tape in an ES module', async () => {
    const require = `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`
    const program = [require, imports, requires, compare].join('\n')
    expect(await packages.run('esm.mjs', program)).toEqual({ classes: 1, gradient: 27 })
  })
  it('share them in a CommonJS module, where require comes first', async () => {
    const program = `${requires}\nvoid (async () => {${imports}\n${compare}\n})()`
    expect(await packages.run('commonjs.cjs', program)).toEqual({ classes: 1, gradient: 27 })
  })
})

it('detectAnomaly names the line of the program, wherever that is, not one of core or nn', async () => {
  const program = `import { detectAnomaly, tensor } from '@tapegrad/core'
    import { Dense, mse, Sequential } from '@tapegrad/nn'
    const said = (f) => { try { detectAnomaly(f) } catch (error) { return error.message } }
    const dense = new Dense(1, 1)
    dense.weight.assign(Infinity)
    console.log(JSON.stringify([
      said(() => tensor([0]).log()),
      said(() => mse(tensor([3e38]), tensor([-3e38]))),
      said(() => new Sequential(dense).call(tensor([[0]]))),
    ]))`
  const folder = 'packages/core/src'
  await mkdir(join(packages.folder, folder), { recursive: true })
  const messages = (await packages.run(`${folder}/program.mjs`, program)) as string[]
  expect(
    messages.map((text) => /called at .*packages\/core\/src\/program\.mjs:(\d+):/.exec(text)?.[1]),
  ).toEqual(['7', '8', '9'])
})

describe('what a bundler keeps', () => {
  async function bundle(program: string): Promise<string> {
    const stdin = { contents: program, resolveDir: packages.folder }
    const options = { bundle: true, minify: true, format: 'esm', write: false, logLevel: 'silent' } as const
    const { outputFiles } = await build({ stdin, ...options })
    return outputFiles[0]?.text ?? ''
  }

  it('is nothing of ./ops and nn when nothing is used', async () => {
    expect(await bundle(`import '@tapegrad/core/ops'\nimport '@tapegrad/nn'`)).toBe('')
  })
  it('is less than a third of ./ops when one op is used', async () => {
    const one = await bundle(`export { exp } from '@tapegrad/core/ops'`)
    const all = await bundle(`export * from '@tapegrad/core/ops'`)
    expect(one).toContain('exp')
    expect(one.length).toBeLessThan(all.length / 3)
  })
  it('is all methods when anything comes from the main entry', async () => {
    const program = `import { tensor } from '@tapegrad/core'\nconsole.log(tensor([1, 2]).mul(3).sum().item())`
    expect(await packages.run('methods.mjs', await bundle(program))).toBe(9)
  })
  it('is not the methods when nn is used with ./ops, and all of them beside the main entry', async () => {
    const count = `console.log(Number('mul' in new Dense(2, 3).weight))`
    const nn = `import { Dense } from '@tapegrad/nn'\n`
    expect(await packages.run('nn.mjs', await bundle(`${nn}import '@tapegrad/core/ops'\n${count}`))).toBe(0)
    expect(await packages.run('both.mjs', await bundle(`${nn}import '@tapegrad/core'\n${count}`))).toBe(1)
  })
})

describe('./testing', () => {
  const program = (use: string): string => `
    import * as core from '@tapegrad/core'
    import { broadcastableShapesArb, expectClose, matchers, tensorArb } from '@tapegrad/core/testing'
    const messageOf = (f) => { try { f() } catch (error) { return error.message } }
    const x = core.tensor([1, 2])
    expectClose(x.mul(2), [2, 4])
    const { pass } = matchers.toPassGradcheck((x) => x.sin(), [x])
    ${use}`

  it('compares and checks without its optional peers, and says what is missing for the rest', async () => {
    const use = `console.log(JSON.stringify({
      pass,
      close: messageOf(() => expectClose(x, [1, 3])),
      shapes: messageOf(() => broadcastableShapesArb()),
      tensors: messageOf(() => tensorArb()),
    }))`
    const missing =
      'needs fast-check, which could not be imported; install it with npm install --save-dev fast-check'
    expect(await packages.run('without.mjs', program(use))).toEqual({
      pass: true,
      close: expect.stringContaining('worst at [1]: actual 2, expected 3'),
      shapes: `broadcastableShapesArb: ${missing}`,
      tensors: `tensorArb: ${missing}`,
    })
  })

  it('cannot be required, since it waits for fast-check', async () => {
    const use = `
      try { require('@tapegrad/core/testing') } catch (error) { console.log(JSON.stringify(error.code)) }`
    expect(await packages.run('require.cjs', use)).toBe('ERR_REQUIRE_ASYNC_MODULE')
  })

  it("draws tensors of core's class where fast-check is installed", async () => {
    const remove = await packages.install('fast-check')
    const use = `
      const { default: fc } = await import('fast-check')
      const found = fc.check(fc.property(tensorArb({ shape: [2] }), (x) => x instanceof core.Tensor && x.sum().item() < 9))
      console.log(JSON.stringify({ pass, sum: found.counterexample[0].sum().item() }))`
    try {
      expect(await packages.run('with.mjs', program(use))).toEqual({ pass: true, sum: 9 })
    } finally {
      await remove()
    }
  })

  it('is not part of the other entries', async () => {
    const marksOf = async (name: string): Promise<string[]> => {
      const stdin = { contents: `export * from '${name}'`, resolveDir: packages.folder }
      const { outputFiles } = await build({
        stdin,
        bundle: true,
        format: 'esm',
        write: false,
        external: ['fast-check'],
      })
      return ['fast-check', 'toBeCloseToTensor'].filter((mark) => outputFiles[0]!.text.includes(mark))
    }
    for (const name of ['@tapegrad/core', '@tapegrad/core/ops', '@tapegrad/nn'])
      expect(await marksOf(name)).toEqual([])
    expect(await marksOf('@tapegrad/core/testing')).toEqual(['fast-check', 'toBeCloseToTensor'])
  })

  it('has types that reach vitest', async () => {
    const typed = await BuiltPackages.make(['core'], true)
    try {
      for (const name of ['fast-check', 'vitest']) await typed.install(name)
      const file = await typed.write(
        'types.mts',
        `import { type Tensor, tensor } from '@tapegrad/core'
         import { broadcastableShapesArb, expectClose, matchers, tensorArb } from '@tapegrad/core/testing'
         import fc from 'fast-check'
         import { expect } from 'vitest'
         expect.extend(matchers)
         expect(tensor([1])).toBeCloseToTensor([1], { rtol: 1e-3 })
         expect((x: Tensor) => x.sin()).not.toPassGradcheck([tensor([1])], { order: 2 })
         expect([tensor([1])]).toEqual([expect.toBeCloseToTensor(tensor([1]))])
         const arb: fc.Arbitrary<Tensor<[2, 3]>> = tensorArb({ shape: [2, 3] })
         fc.property(arb, broadcastableShapesArb(), (x, { shapes: [a, b] }) => expectClose(x, [a, b]))
         // @ts-expect-error no such option
         expect(1).toBeCloseToTensor(1, { tolerance: 1 })
         // @ts-expect-error another shape
         const wrong: fc.Arbitrary<Tensor<[3, 2]>> = arb
         // @ts-expect-error inputs are a list
         expect(wrong).toPassGradcheck(tensor([1]))`,
      )
      const { ModuleKind, ModuleResolutionKind: Resolution, ScriptTarget } = ts
      for (const [module, moduleResolution] of [
        [ModuleKind.NodeNext, Resolution.NodeNext],
        [ModuleKind.ESNext, Resolution.Bundler],
      ] as const) {
        const target = ScriptTarget.ES2022
        const settings = { module, moduleResolution, target, types: [], noEmit: true, strict: true }
        // The types of vitest itself need those of Node and of vite.
        const checker = ts.createProgram([file], { ...settings, skipLibCheck: true })
        const complaints = [...checker.getGlobalDiagnostics(), ...checker.getSemanticDiagnostics()]
        expect(
          complaints.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
        ).toEqual([])
      }
    } finally {
      await typed.remove()
    }
  }, 120_000)
})

describe("nn's ./terminal", () => {
  const program = (isTTY: boolean): string => `
    import { tensor } from '@tapegrad/core'
    import { Dense, fit, mse, SGD } from '@tapegrad/nn'
    import { terminalProgress } from '@tapegrad/nn/terminal'
    const model = new Dense(1, 1)
    const optimizer = new SGD(model.parameters())
    let text = ''
    const stream = { isTTY: ${isTTY}, columns: 80, write: (more) => { text += more; return true } }
    const x = tensor([[1], [2]])
    try {
      await fit(model, [x, x], { loss: mse, optimizer, epochs: 2, callbacks: [terminalProgress({ stream })] })
    } catch (error) { text = error.message }
    console.log(JSON.stringify(text))`

  it('writes lines without its optional peer, and says what is missing for a bar', async () => {
    expect(await packages.run('lines.mjs', program(false))).toMatch(/^epoch 1\/2 .*\nepoch 2\/2 .*\n$/)
    expect(await packages.run('missing.mjs', program(true))).toBe(
      'terminalProgress: needs cli-progress, which could not be imported; install it with npm install cli-progress, or use progress() with a display of your own',
    )
  })

  it('draws a bar where cli-progress is installed', async () => {
    const remove = await packages.install('cli-progress')
    try {
      expect(await packages.run('bar.mjs', program(true))).toMatch(/░ epoch 1\/2.*epoch 2\/2 {2}loss/s)
    } finally {
      await remove()
    }
  })

  it('is not part of the main entry, with whose callbacks it shares its code', async () => {
    const stdin = { contents: `export * from '@tapegrad/nn'`, resolveDir: packages.folder }
    const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false })
    expect(outputFiles[0]!.text).toContain('earlyStopping')
    expect(outputFiles[0]!.text).not.toContain('cli-progress')
  })
})
