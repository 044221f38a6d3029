/** @file A stranger's project: installs the packed packages with npm, type-checks a program against them and runs it. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

/** Runs a command and gives what it printed; where it fails, the error carries all of its output. */
async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const shell = process.platform === 'win32'
  try {
    return (await promisify(execFile)(command, args, { cwd, shell, maxBuffer: 1 << 26 })).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}

const program = `
import { type Tensor, tensor, zeros } from '@tapegrad/core'
import { square } from '@tapegrad/core/ops'
import { Dense, Sigmoid, sequential } from '@tapegrad/nn'

declare const console: { log(...values: unknown[]): void }

const model = sequential(new Dense(2, 3), new Sigmoid())
const x: Tensor<[1, 2]> = tensor([[1, 2]])
const y: Tensor<[1, 3]> = model.call(x)
square(y).sum().backward()

try {
  // @ts-expect-error inner sizes 3 and 4 differ
  zeros([2, 3]).matmul(zeros([4, 2]))
} catch (error) {
  console.log(model.parameters().every((parameter) => parameter.grad !== null), (error as Error).name)
}
`

/** The declarations of the packages are checked too, and no types of Node or of a browser are in sight. */
const compilerOptions = { strict: true, skipLibCheck: false, target: 'es2022', lib: ['es2023'], types: [] }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapegrad-consumer-'))
  await run('pnpm', ['build'], root)
  for (const name of ['core', 'nn']) {
    await run('pnpm', ['--filter', `./packages/${name}`, 'pack', '--out', join(folder, `${name}.tgz`)], root)
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', './core.tgz', './nn.tgz'], folder)
  await writeFile(join(folder, 'program.ts'), program)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a project that installs the packages', () => {
  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('type-checks with module %s and resolution %s', async (module, moduleResolution) => {
    const options = ['--module', module, '--moduleResolution', moduleResolution, '--noEmit']
    await run(process.execPath, [tsc, ...options], folder)
  })

  it('trains, and gets the error that names the op at run time too', async () => {
    await run(process.execPath, [tsc, '--module', 'nodenext'], folder)
    expect(await run(process.execPath, ['program.js'], folder)).toBe('true TapegradError\n')
  })

  it('sees the public files only', async () => {
    const manifest = JSON.parse(
      await readFile(join(folder, 'node_modules/@tapegrad/core/package.json'), 'utf8'),
    )
    expect(Object.keys(manifest.exports)).toEqual(['.', './ops', './testing', './package.json'])
    expect(JSON.stringify(manifest.exports)).not.toContain('src')
  })
})
