/**
 * @file The same bits on every engine: one seed trains the iris network and networks of other kinds, and every op is
 * computed, on Node, Deno, Bun and SpiderMonkey, with and without WebAssembly, with and without generated code.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENGINES, type Engine, engineNamed, output } from '../support/engines.ts'

const PROGRAMS = ['iris', 'networks', 'functions'] as const
type Program = (typeof PROGRAMS)[number] | 'builtin'

const entries: Record<Program, URL> = {
  iris: new URL('../fixtures/determinism/iris.ts', import.meta.url),
  networks: new URL('../fixtures/determinism/networks.ts', import.meta.url),
  functions: new URL('../fixtures/determinism/functions.ts', import.meta.url),
  builtin: new URL('../fixtures/determinism/builtin.ts', import.meta.url),
}
const data = new URL('../../packages/examples/data/iris.csv', import.meta.url)
const thisNode: Engine = { version: process.version, command: process.execPath, args: [] }

let folder: string

/** One file that any engine runs: no modules, no Node; `first` comes before everything else. */
async function bundle(program: Program, name: string = program, first = ''): Promise<string> {
  const outfile = join(folder, `${name}.js`)
  await build({
    entryPoints: [fileURLToPath(entries[program])],
    outfile,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    conditions: ['@tapegrad/source'],
    define: { IRIS: JSON.stringify(await readFile(data, 'utf8')) },
    banner: { js: first },
  })
  return outfile
}

/** The hash of all bits under the name `all`, and those of the parts under theirs. */
function hashesIn(printed: string): Map<string, string> {
  const [all, ...parts] = printed.trim().split(' ')
  return new Map([['all', all!], ...parts.map((part) => part.split('=') as [string, string])])
}

const hashes = {} as Record<Program, Map<string, string>>
const files = {} as Record<Program, string>

const differing = (program: Program, others: ReadonlyMap<string, string>): string[] =>
  [...hashes[program]].filter(([name, hash]) => others.get(name) !== hash).map(([name]) => name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapegrad-determinism-'))
  for (const program of [...PROGRAMS, 'builtin'] as const) {
    files[program] = await bundle(program)
    hashes[program] = hashesIn(await output(thisNode, files[program]))
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the programs', () => {
  it('tell results apart', () => {
    const { iris, networks, functions } = hashes
    expect([iris.size, networks.size, functions.size > 300]).toEqual([5, 7, true])
    for (const own of [iris, networks, functions])
      for (const [name, hash] of own) expect(hash, name).toMatch(/^[0-9a-f]{16}$/)
    // Of the dense points no two functions share a hash, unless they are the same.
    const dense = [...functions].filter(([name]) => /^elementwise-(?!large|pow|relu|leaky|abs)/.test(name))
    expect(new Set(dense.map(([, hash]) => hash)).size).toBeGreaterThan(0.9 * dense.length)
  })

  it('give the same hashes again', async () => {
    expect(differing('iris', hashesIn(await output(thisNode, files.iris)))).toEqual([])
  })
})

describe.each(ENGINES)('%s', (name) => {
  let engine: Engine | string
  beforeAll(async () => {
    engine = await engineNamed(name)
    if (typeof engine === 'string') return console.log(`${name}: skipped, ${engine}`)
    const own = differing('builtin', hashesIn(await output(engine, files.builtin)))
    const names = own.filter((part) => part !== 'all').join(', ')
    console.log(`${name}: ${engine.version}; of Math's functions ${names || 'none'} differ from this Node's`)
  })

  it.for(PROGRAMS)('%s: the same bits as this Node', async (program, { skip }) => {
    if (typeof engine === 'string') return skip(`${name} is skipped: ${engine}`)
    const own = hashesIn(await output(engine, files[program]))
    console.log(`${name}: ${program} ${own.get('all')}`)
    expect(own.size).toBe(hashes[program].size)
    expect(differing(program, own)).toEqual([])
  })
})

describe('without WebAssembly', () => {
  it.each(PROGRAMS)('%s: the same bits, but for large products of float32', async (program) => {
    const hidden = await bundle(program, `${program}-hidden`, 'globalThis.WebAssembly = undefined')
    const others = differing(program, hashesIn(await output(thisNode, hidden)))
    // Those add up in float32 in WebAssembly, in float64 in JavaScript. The network of attention has such products.
    const excused = /^(all|product-.*-float32|attentive-float32)$/
    expect(others.filter((name) => !excused.test(name))).toEqual([])
  })
})

describe('without generated code', () => {
  it('iris: the same bits', async () => {
    const strict = { ...thisNode, args: ['--disallow-code-generation-from-strings'] }
    expect(differing('iris', hashesIn(await output(strict, files.iris)))).toEqual([])
  })
})
