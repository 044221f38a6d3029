/** @file Where the bytes of a program with all methods are: minified, by family of files, each with a ceiling. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** The first pattern that a file matches names its family. Ceilings: what was measured, and 5% more. */
const FAMILIES: readonly (readonly [name: string, files: RegExp, ceiling: number])[] = [
  ['nn', /^packages\/nn\//, 14_600],
  ['WebAssembly', /src\/wasm\/|accelerators/, 16_500],
  ['math and scalar algebra', /src\/(math|scalar)/, 16_200],
  ['convolution and pooling', /(ops|kernels)\/(conv|pool|windows)/, 6_300],
  [
    'linear algebra',
    /(ops|kernels)\/(matmul|dot|cholesky|solve|det|factorizations|matrices|linear-algebra|diagonal)/,
    9_950,
  ],
  [
    'elementwise',
    /(ops|kernels)\/(elementwise|activations|arithmetic|trigonometry|rounding|logic|compare|define|where|operand)/,
    10_900,
  ],
  ['reductions, scans and order', /(ops|kernels)\/(reduce|broadcast|composite|norm|scan|order|lines)/, 9_500],
  ['movement and indexing', /(ops|kernels)\//, 15_300],
  ['methods', /src\/methods/, 1_440],
  ['tensors and the tape', /./, 20_300],
]

const root = fileURLToPath(new URL('..', import.meta.url))

it('no family of files outgrows its ceiling', async () => {
  const { metafile } = await build({
    stdin: {
      contents: `import '@tapegrad/core'\nexport * from './fixtures/article.ts'`,
      resolveDir: `${root}test`,
    },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    conditions: ['@tapegrad/source'],
    metafile: true,
    write: false,
  })
  const inputs = Object.values(metafile.outputs)[0]!.inputs
  const bytes = new Map<string, number>()
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const [name] = FAMILIES.find(([, files]) => files.test(file))!
    bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput)
  }
  const rows = FAMILIES.map(([name, , ceiling]) => ({ name, bytes: bytes.get(name) ?? 0, ceiling }))
  const total = rows.reduce((sum, row) => sum + row.bytes, 0)
  const lines = [...rows, { name: 'all', bytes: total, ceiling: 0 }].map(
    (row) =>
      `  ${row.name.padEnd(30)}${String(row.bytes).padStart(7)}${row.ceiling > 0 ? ` of ${row.ceiling}` : ''}`,
  )
  console.log(`minified bytes with all methods, by family\n${lines.join('\n')}`)
  for (const row of rows) {
    expect(row.bytes, row.name).toBeGreaterThan(0)
    expect(row.bytes, row.name).toBeLessThanOrEqual(row.ceiling)
  }
})
