/** @file Programs in Markdown pages: their blocks, type-checked and run, for the tests that keep the pages true. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { compile } from '../../packages/core/test/types/compile.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
// Width and colours as on a terminal of 120 columns without colours.
const env = { ...process.env, NO_COLOR: '1', COLUMNS: '120' }

/** A fenced block of a page. */
export interface Block {
  readonly language: string
  readonly text: string
}

/** The fenced blocks of a page, by its path in the repository. */
export async function blocksOf(page: string): Promise<Block[]> {
  const text = await readFile(join(root, page), 'utf8')
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, body]) => ({
    language: language!,
    text: body!,
  }))
}

/** The texts of a page's blocks in one language, as one. */
export const textsOf = (blocks: readonly Block[], wanted: string): string =>
  blocks
    .filter(({ language }) => language === wanted)
    .map(({ text }) => text)
    .join('')

/** What the compiler says about a program. */
export function complaintsAbout(program: string): readonly { text: string; message: string }[] {
  const console = 'declare const console: { log(...x: unknown[]): void }'
  return compile([], { 'program.ts': `${program}\n${console}\n` }).complaints
}

/** What a program prints. It imports the packages' sources. */
export async function outputOf(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    conditions: ['@tapegrad/source'],
  })
  const folder = await mkdtemp(join(tmpdir(), 'tapegrad-program-'))
  try {
    const file = join(folder, 'program.mjs')
    await writeFile(file, outputFiles[0]!.contents)
    // What it writes goes to its folder.
    return (await run(process.execPath, [file], { env, cwd: folder })).stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What `pnpm example NAME` prints. */
export async function outputOfExample(...args: readonly string[]): Promise<string> {
  const flags = [
    '--conditions=@tapegrad/source',
    '--disable-warning=ExperimentalWarning',
    '--import',
    './scripts/typescript.mjs',
  ]
  const command = [...flags, 'packages/examples/run.ts', ...args]
  return (await run(process.execPath, command, { cwd: root, env })).stdout
}
