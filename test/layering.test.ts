/** @file The shape of the code: imports go up the reading order, no cycles, packages meet at their public names. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  cyclesOf,
  type Edge,
  foreignImports,
  type Graph,
  graphOf,
  orderBreaks,
  readFolder,
} from './imports.ts'

const folder = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

const sources = { core: readFolder(folder('packages/core/src')), nn: readFolder(folder('packages/nn/src')) }
const examples = readFolder(folder('packages/examples'))

const order = [...readFileSync(folder('docs/reading-order.md'), 'utf8').matchAll(/^- `([^`]+)`/gm)].map(
  ([, name]) => name as string,
)

/** The one exception: tensor.ts names the types of its methods and of the primitive that made it. */
function isAllowedDownward({ from, to, typeOnly }: Edge): boolean {
  return typeOnly && from === 'tensor.ts' && (to === 'methods.ts' || to === 'primitive.ts')
}

function withoutExceptions({ files, edges }: Graph): Graph {
  return { files, edges: edges.filter((edge) => !isAllowedDownward(edge)) }
}

describe('core', () => {
  const graph = withoutExceptions(graphOf(sources.core))

  it('imports only what is above in docs/reading-order.md', () => {
    expect(orderBreaks(graph, order)).toEqual([])
  })
  it('has no cycles', () => {
    expect(cyclesOf(graph)).toEqual([])
  })
  it('depends on nothing outside itself, but for the test tools of ./testing', () => {
    const foreign = foreignImports(graph)
    expect(foreign.filter((line) => !line.startsWith('testing/'))).toEqual([])
    expect(new Set(foreign.map((line) => line.split(' imports ')[1]))).toEqual(
      new Set(['fast-check', 'vitest']),
    )
    // At run time fast-check is imported in one place, which does without where there is none; vitest in none.
    expect(graph.edges.filter(({ to, typeOnly }) => !typeOnly && !graph.files.includes(to))).toEqual([
      { from: 'testing/fast-check.ts', to: 'fast-check', typeOnly: false },
    ])
  })
})

describe('nn', () => {
  const graph = graphOf(sources.nn)

  it('has no cycles', () => {
    expect(cyclesOf(graph)).toEqual([])
  })
  it('imports core by its tree-shakable public name, and nothing else but the bar of ./terminal', () => {
    expect(foreignImports(graph).filter((line) => !line.endsWith(' @tapegrad/core/ops'))).toEqual([
      'terminal.ts imports cli-progress',
    ])
  })
})

describe('examples', () => {
  const graph = graphOf(examples)

  it('have no cycles', () => {
    expect(cyclesOf(graph)).toEqual([])
  })
  it('import the libraries by their public names', () => {
    expect(foreignImports(graph).filter((line) => / \.\.\//.test(line))).toEqual([])
  })
})

describe('every source file', () => {
  const all = Object.entries(sources).flatMap(([name, files]) =>
    [...files].map(([path, text]) => ({ path: `packages/${name}/src/${path}`, text })),
  )

  it('was found', () => {
    // Guards the checks above against a folder that moved: they would pass on nothing.
    expect(sources.core.size).toBeGreaterThan(20)
    expect(sources.nn.size).toBeGreaterThan(5)
    expect(examples.size).toBeGreaterThan(2)
  })
  it('says at its top what it is', () => {
    expect(all.filter(({ text }) => !/^\/\*\*\s+(\* )?@file /.test(text)).map(({ path }) => path)).toEqual([])
  })
  it('has at most 300 lines', () => {
    expect(all.filter(({ text }) => text.trimEnd().split('\n').length > 300).map(({ path }) => path)).toEqual(
      [],
    )
  })
})

describe('these checks', () => {
  const planted = (files: Record<string, string>): Graph =>
    withoutExceptions(graphOf(new Map(Object.entries(files))))
  const order = ['errors.ts', 'tensor.ts', 'primitive.ts', 'kernels/', 'methods.ts', 'index.ts']
  const sound = {
    'errors.ts': '',
    'tensor.ts': `import { fail } from './errors.ts'\nimport type { Methods } from './methods.ts'`,
    'primitive.ts': `import type { Tensor } from './tensor.ts'`,
    'kernels/copy.ts': `import { Tensor } from '../tensor.ts'`,
    'kernels/reduce.ts': `import { copyOf } from './copy.ts'`,
    'methods.ts': `import { Tensor } from './tensor.ts'\nimport './kernels/reduce.ts'`,
    'index.ts': `export * from './methods.ts'\nexport { type Tensor } from './tensor.ts'`,
  }

  it('accept a sound graph', () => {
    expect(orderBreaks(planted(sound), order)).toEqual([])
    expect(cyclesOf(planted(sound))).toEqual([])
    expect(foreignImports(planted(sound))).toEqual([])
  })

  it.each([
    ['an import', `import { sum } from './methods.ts'`],
    ['an import of types', `import type { Methods } from './methods.ts'`],
    ['an import for its effect', `import './methods.ts'`],
    ['a re-export', `export { sum } from './methods.ts'`],
    ['a dynamic import', `const later = () => import('./methods.ts')`],
    ['a dynamic import without types', `const later = () => import('./methods.ts' as string)`],
    ['a type in passing', `export type Sum = import('./methods.ts').Sum`],
    ['an augmentation', `declare module './methods.ts' { interface Methods { sum(): void } }`],
  ])('find an upward edge: %s', (_, text) => {
    const graph = planted({ ...sound, 'errors.ts': text })
    expect(orderBreaks(graph, order)).toEqual(['errors.ts imports methods.ts, which is not above it'])
  })

  it('find an import at run time where only types are excepted', () => {
    const graph = planted({ ...sound, 'tensor.ts': `import { type Methods, install } from './methods.ts'` })
    expect(orderBreaks(graph, order)).toEqual(['tensor.ts imports methods.ts, which is not above it'])
    expect(cyclesOf(graph)).toContain('tensor.ts -> methods.ts -> tensor.ts')
  })

  it('find a cycle inside a folder', () => {
    const graph = planted({ ...sound, 'kernels/copy.ts': `import { sumOf } from './reduce.ts'` })
    expect(orderBreaks(graph, order)).toEqual([])
    expect(cyclesOf(graph)).toEqual(['kernels/copy.ts -> kernels/reduce.ts -> kernels/copy.ts'])
  })

  it('find files that the order does not list, and entries without a file', () => {
    const { 'primitive.ts': _, ...rest } = sound
    expect(orderBreaks(planted({ ...rest, 'stray.ts': '' }), order)).toEqual([
      'stray.ts: not in the reading order',
      'primitive.ts: in the reading order, but there is no such file',
    ])
  })

  it('find an import from outside', () => {
    const graph = planted({
      ...sound,
      'errors.ts': `import fs from 'node:fs'\nimport '../../nn/src/index.ts'`,
    })
    expect(foreignImports(graph)).toEqual([
      'errors.ts imports node:fs',
      'errors.ts imports ../../nn/src/index.ts',
    ])
  })
})
