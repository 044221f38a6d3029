/** @file Keeps the README true: its programs compile and run, and what it shows is what they print. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../packages/core/test/types/compile.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
// Width and colours as on a terminal of 120 columns without colours.
const environment = { ...process.env, NO_COLOR: '1', COLUMNS: '120' }

let folder: string
let blocks: { language: string; text: string }[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapegrad-readme-'))
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }))
})
afterAll(() => rm(folder, { recursive: true }))

/** The text block that follows the program whose text has `words`. */
function outputAfter(words: string): string {
  const at = blocks.findIndex(({ language, text }) => language === 'ts' && text.includes(words))
  return blocks.slice(at + 1).find(({ language }) => language === 'text')!.text
}

const program = (words: string): string =>
  blocks.find(({ language, text }) => language === 'ts' && text.includes(words))!.text

async function execute(source: string): Promise<string> {
  const file = join(folder, 'program.mjs')
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    conditions: ['@tapegrad/source'],
  })
  await writeFile(file, outputFiles[0]!.contents)
  return (await run(process.execPath, [file], { env: environment })).stdout
}

describe('the tour', () => {
  it('is accepted by the compiler', () => {
    const { complaints } = compile([], {
      'tour.ts': `${program('learns XOR')}
declare const console: { log(...x: unknown[]): void }
`,
    })
    expect(complaints).toEqual([])
  }, 30_000)

  it('prints what the README shows', async () => {
    expect(await execute(program('learns XOR'))).toBe(outputAfter('learns XOR'))
  })

  it('shows the compiler at its word about a misfit', () => {
    const misfit = program('new Dense(5, 1)')
    const imports = "import { Dense, Sigmoid, sequential } from '@tapegrad/nn'\n"
    const { complaints } = compile([], { 'misfit.ts': imports + misfit })
    expect(complaints.map(({ text, message }) => [text, `${message}\n`])).toEqual([
      ['new Dense(5, 1)', outputAfter('new Dense(5, 1)')],
    ])
  }, 30_000)

  it('shows gradcheck at its word about a wrong gradient', async () => {
    const lines = program('learns XOR').split('\n')
    const define = lines.find((line) => line.includes('defineOp({'))!
    const wrong = define.replace('.mul(3)', '')
    expect(wrong).not.toBe(define)
    const source = `import { defineOp, gradcheck, tensor } from '@tapegrad/core'
${wrong}
console.log(gradcheck(cube, [tensor([0.5, -1, 2])]).toString())`
    const shown = blocks.find(
      ({ language, text }) => language === 'text' && text.includes('gradcheck:'),
    )!.text
    expect(await execute(source)).toBe(shown)
  })
})

describe('the main job', () => {
  it('prints the lines that the README shows', async () => {
    const shown = blocks.find(
      ({ language, text }) => language === 'text' && text.includes('article prints'),
    )!.text
    const flags = [
      '--conditions=@tapegrad/source',
      '--disable-warning=ExperimentalWarning',
      '--import',
      './scripts/typescript.mjs',
    ]
    const start = async (example: string): Promise<string> =>
      (
        await run(process.execPath, [...flags, 'packages/examples/run.ts', example], {
          cwd: root,
          env: environment,
        })
      ).stdout
    const printed = new Set(
      `${await start('article')}\n${await start('iris')}`.split('\n').map((line) => line.trimEnd()),
    )
    const lines = shown.split('\n').filter((line) => line !== '...')
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.filter((line) => !printed.has(line.trimEnd()))).toEqual([])
  }, 60_000)
})
