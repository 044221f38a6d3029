/** @file Keeps docs/testing.md true: its layer and its test of ten lines compile and run as they stand there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../packages/core/test/types/compile.ts'
import { blocksOf } from './support/programs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

let layer: string
let test: string
let shown: string
beforeAll(async () => {
  const blocks = await blocksOf('docs/testing.md')
  ;[layer, test, shown] = ['ts', 'ts', 'text'].map((language, i) => {
    expect(blocks[i]!.language).toBe(language)
    return blocks[i]!.text
  }) as [string, string, string]
  expect(blocks).toHaveLength(3)
})
afterEach(() => fc.resetConfigureGlobal())

/** The tests that the page's program defines, by name; its vitest and fast-check are those of this file. */
async function testsOf(layer: string, test: string): Promise<Map<string, () => void>> {
  const found = new Map<string, () => void>()
  const tools = { fc, expect, test: (name: string, run: () => void) => found.set(name, run) }
  const texts: Record<string, string> = {
    './rms-norm.ts': layer,
    vitest: 'export const { expect, test } = globalThis.pageTools',
    'fast-check': 'export default globalThis.pageTools.fc',
  }
  const given: Plugin = {
    name: 'given',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(\.\/rms-norm\.ts|vitest|fast-check)$/ }, ({ path, kind }) =>
        // The entry's own import of fast-check keeps the whole of it.
        kind === 'dynamic-import' ? null : { path, namespace: 'given' },
      )
      onLoad({ filter: /.*/, namespace: 'given' }, ({ path }) => ({
        contents: texts[path]!,
        loader: 'ts',
        resolveDir: root,
      }))
    },
  }
  const { outputFiles } = await build({
    stdin: { contents: test, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    conditions: ['@tapegrad/source'],
    plugins: [given],
  })
  const folder = await mkdtemp(join(tmpdir(), 'tapegrad-page-'))
  Object.assign(globalThis, { pageTools: tools })
  try {
    const file = join(folder, 'page.mjs')
    await writeFile(file, outputFiles[0]!.contents)
    await import(pathToFileURL(file).href)
  } finally {
    await rm(folder, { recursive: true })
  }
  return found
}

const messageOf = (run: () => void): string => {
  try {
    run()
  } catch (error) {
    const { message, cause } = error as Error
    return `${message}\n${cause instanceof Error ? cause.message : ''}`
  }
  return 'passes'
}

describe('docs/testing.md', () => {
  it('tests a layer in ten lines that the compiler accepts', () => {
    const [, body] = test.split('setup file\n\n')
    expect(body!.trimEnd().split('\n')).toHaveLength(10)
    expect(compile([], { 'rms-norm.ts': layer, 'rms-norm.test.ts': test }).complaints).toEqual([])
  }, 60_000)

  it('passes', async () => {
    const tests = await testsOf(layer, test)
    expect([...tests.keys()]).toEqual(['RMSNorm'])
    expect(messageOf(tests.get('RMSNorm')!)).toBe('passes')
  })

  it('fails for the mistake as the page shows', async () => {
    const wrong = layer.replace('mean(-1,', 'mean(0,')
    expect(wrong).not.toBe(layer)
    fc.configureGlobal({ seed: 1 })
    const tests = await testsOf(wrong, test)
    const message = messageOf(tests.get('RMSNorm')!)
    for (const part of shown.split('...\n')) expect(message).toContain(part.trimEnd())
  })

  it.each([
    ['a forgotten weight', '.mul(this.weight)', ''],
    ['a forgotten square', '.square()', '.abs()'],
    ['a gradient that is cut off', 'x.square()', 'x.detach().square()'],
  ])('fails for %s', async (_, from, to) => {
    const wrong = layer.replace(from, to)
    expect(wrong).not.toBe(layer)
    const tests = await testsOf(wrong, test)
    expect(messageOf(tests.get('RMSNorm')!)).toMatch(/^Property failed after/)
  })
})
