/** @file Copies of packages/core in a folder of their own, changed and tested there. Imports Node and steps.ts. */
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onSources } from '../../vitest.shared.ts'
import { type Edit, edited } from './steps.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const core = join(root, 'packages', 'core')

/** What the tests of a copy said. */
interface Outcome {
  readonly passed: readonly string[]
  /** The file, the test and its message; a file that does not load is one failure. */
  readonly failed: readonly string[]
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** vitest's output lists files by their path, which may differ from the folder's by links. */
const nameOf = (path: string): { copy: string; file: string } => {
  const [, copy, file] = /([^/\\]+)[/\\]packages[/\\]core[/\\]test[/\\](.*)\.test\.ts$/.exec(path)!
  return { copy: copy!, file: file! }
}

export class Cores {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async make(): Promise<Cores> {
    const folder = await mkdtemp(join(tmpdir(), 'tapegrad-cores-'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'vitest.config.ts'), `export default ${JSON.stringify(onSources)}`)
    return new Cores(folder)
  }

  /** A copy of core in `<name>/packages/core`, in which the steps were followed. */
  async add(name: string, steps: readonly Edit[]): Promise<void> {
    const copy = join(this.folder, name, 'packages', 'core')
    for (const part of ['src', 'test', 'package.json'])
      await cp(join(core, part), join(copy, part), { recursive: true })
    // Where its files import the package by name they mean the copy.
    const scope = join(this.folder, name, 'node_modules', '@tapegrad')
    await mkdir(scope, { recursive: true })
    await symlink(copy, join(scope, 'core'), 'junction')
    for (const [path, text] of await edited(core, steps)) await writeFile(join(copy, path), text)
  }

  /** Runs those tests of those files whose name matches the filter; by name of the copy. */
  async test(files: readonly string[], filter: string): Promise<Map<string, Outcome>> {
    const report = join(this.folder, 'report.json')
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    // Without isolation a worker loads each module once, not once per file.
    const options = ['--root', this.folder, '--no-isolate', '--reporter=json', `--outputFile=${report}`]
    const { TAPEGRAD_RESULTS: _, ...env } = process.env
    await new Promise((resolve) => {
      const args = [vitest, 'run', ...options, '-t', filter, ...files]
      spawn(process.execPath, args, { cwd: this.folder, env, stdio: 'ignore' }).on('close', resolve)
    })
    const { testResults }: Report = JSON.parse(await readFile(report, 'utf8'))
    const outcomes = new Map<string, { passed: string[]; failed: string[] }>()
    for (const { name, status, message, assertionResults } of testResults) {
      const { copy, file } = nameOf(name)
      const outcome = outcomes.get(copy) ?? { passed: [], failed: [] }
      outcomes.set(copy, outcome)
      if (status === 'failed' && assertionResults.length === 0) outcome.failed.push(`${file}: ${message}`)
      for (const { fullName, status, failureMessages } of assertionResults) {
        if (status === 'passed') outcome.passed.push(`${file}: ${fullName}`)
        if (status === 'failed') outcome.failed.push(`${file}: ${fullName}: ${failureMessages.join('\n')}`)
      }
    }
    return outcomes
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true })
  }
}
