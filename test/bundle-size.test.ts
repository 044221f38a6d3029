/** @file The promise of the README: a program that trains the article's network is at most 20 KB, all of it included. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BuiltPackages } from './built-packages.ts'

const LIMIT = 20 * 1024

let packages: BuiltPackages
let program: string
beforeAll(async () => {
  packages = await BuiltPackages.make()
  program = await packages.copy(new URL('fixtures/article.ts', import.meta.url), 'article.ts')
})
afterAll(() => packages?.remove())

async function bundle(options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({ bundle: true, minify: true, format: 'esm', ...options, write: false })
  return outputFiles?.[0]?.contents ?? new Uint8Array()
}

it(`a program that trains the article's network is at most ${LIMIT} bytes, minified and gzipped`, async () => {
  const minified = await bundle({ entryPoints: [program] })
  const zipped = await promisify(gzip)(minified, { level: 9 })
  console.log(`bundle size: ${zipped.length} of ${LIMIT} bytes gzipped (${minified.length} minified)`)
  expect(zipped.length).toBeLessThanOrEqual(LIMIT)
  // Not a stub that forgot its imports: the elementwise kernels alone need more than this.
  expect(zipped.length).toBeGreaterThan(4000)
})

const sizeOf = async (name: string, source: string): Promise<number> => {
  const entry = await packages.write(name, source)
  return (await promisify(gzip)(await bundle({ entryPoints: [entry] }), { level: 9 })).length
}
/** What programs weigh: what is aimed at, and what they may not outgrow until it is reached. */
const programs = [
  ['exp', `export { exp } from '@tapegrad/core/ops'`, 4096, 6000],
  ['add', `export { add } from '@tapegrad/core/ops'`, 4096, 8150],
  [
    "the article's program with all methods",
    `import '@tapegrad/core'\nexport * from './article.ts'`,
    34 * 1024,
    45_000,
  ],
] as const

describe.each(programs)('%s', (name, source, aim, limit) => {
  // Fails as soon as the aim is reached: then the guard below goes, and `fails` with it.
  it.fails(`weighs at most ${aim} bytes`, async () => {
    expect(await sizeOf('aim.ts', source)).toBeLessThanOrEqual(aim)
  })

  it('does not grow unseen', async () => {
    const bytes = await sizeOf('guard.ts', source)
    console.log(`bundle size, ${name}: ${bytes} bytes gzipped, ${aim} are aimed at`)
    expect(bytes).toBeLessThanOrEqual(limit)
    // Not a stub that lost what it is to hold.
    expect(bytes).toBeGreaterThan(aim)
  })
})

it('and the bundle trains', async () => {
  const call = `import { train } from './article.ts'\nconsole.log(JSON.stringify(train(50)))`
  const text = new TextDecoder().decode(
    await bundle({ stdin: { contents: call, resolveDir: packages.folder, loader: 'ts' } }),
  )
  const losses = (await packages.run('bundle.mjs', text)) as number[]
  expect(losses).toHaveLength(50)
  for (let i = 1; i < losses.length; i++) expect(losses[i]).toBeLessThan(losses[i - 1] as number)
})
