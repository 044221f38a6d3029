/** @file However the built packages are loaded, there is one Tensor class and one tape; `./ops` alone has no effects. */
import { build } from 'esbuild'
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
