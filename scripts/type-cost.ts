/**
 * @file What shape types cost the compiler: type instantiations, the same on every machine, for programs of
 * different kinds. docs/shape-types.md shows what it prints. Imports the type tests' compiler.
 */
import { pathToFileURL } from 'node:url'
import { compile } from '../packages/core/test/types/compile.ts'

const imports = "import { einsum, type Tensor, tensor, zeros } from '@tapegrad/core'\n"
const nn = "import { Dense, Sigmoid, sequential } from '@tapegrad/nn'\n"
const repeat = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')

/** `count` numbers per row, as source text. */
const literal = (rows: number, count: number): string =>
  `[${repeat(rows, (i) => `[${repeat(count, (j) => `${i * count + j}`).replaceAll('\n', ', ')}],`)}]`

/** The programs, by the name under which the page lists them. */
const programs: Readonly<Record<string, string>> = {
  'nothing but the import': `${imports}`,
  'one add': `${imports}zeros([2, 3]).add(zeros([3]))`,
  '100 adds': `${imports}${repeat(100, (i) => `zeros([2, ${i + 2}]).add(zeros([${i + 2}]))`)}`,
  '100 adds of the same sizes': `${imports}${repeat(100, () => 'zeros([2, 3]).add(zeros([3]))')}`,
  '100 matmuls': `${imports}${repeat(100, (i) => `zeros([2, ${i + 2}]).matmul(zeros([${i + 2}, 4]))`)}`,
  '100 sums over an axis': `${imports}${repeat(100, (i) => `zeros([2, 3, ${i + 2}]).sum(-1)`)}`,
  '100 slices': `${imports}${repeat(100, (i) => `zeros([2, 3, ${i + 2}]).slice([null, 0, [1, null]])`)}`,
  '100 einsums of three axes': `${imports}${repeat(
    100,
    (i) => `einsum('bij,bjk->bik', zeros([2, 3, ${i + 2}]), zeros([2, ${i + 2}, 4]))`,
  )}`,
  'Sequential of 20 layers': `${imports}${nn}sequential(${repeat(10, (i) => `new Dense(${i + 2}, ${i + 3}), new Sigmoid(),`)})`,
  'literal of 5,000 x 4 numbers': `${imports}tensor(${literal(5000, 4)})`,
}

/** What checking each program costs. A library's types cost only where they are used: the import alone is free. */
export function costs(): readonly { name: string; instantiations: number }[] {
  return Object.entries(programs).map(([name, program]) => {
    const { complaints, instantiations } = compile([], { 'program.ts': program })
    if (complaints.length > 0) throw new Error(`${name}: ${complaints[0]!.message}`)
    return { name, instantiations }
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { name, instantiations } of costs())
    console.log(`${name.padEnd(30)} ${String(instantiations).padStart(8)}`)
}
