/** @file Builds core and nn as they are published into a folder of their own, where programs can import them by name. */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))

/** A folder whose node_modules hold what users install: `package.json` as published, and `dist`, its types on request. */
export class BuiltPackages {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async make(names = ['core', 'nn'], types = false): Promise<BuiltPackages> {
    const folder = await mkdtemp(join(tmpdir(), 'tapegrad-built-'))
    await Promise.all(
      names.map((name) => build(name, join(folder, 'node_modules', '@tapegrad', name), types)),
    )
    return new BuiltPackages(folder)
  }

  /** Installs a package that the repository has, until the function that comes back is called. */
  async install(name: string): Promise<() => Promise<void>> {
    const place = join(this.folder, 'node_modules', name)
    await symlink(join(root, 'node_modules', name), place, 'junction')
    return () => rm(place)
  }

  /** Runs a program that imports the packages, in a process of its own, and gives what it printed as JSON. */
  async run(name: string, program: string): Promise<unknown> {
    const file = await this.write(name, program)
    const { stdout } = await run(process.execPath, [file], { cwd: this.folder })
    return JSON.parse(stdout)
  }

  async write(name: string, text: string): Promise<string> {
    const file = join(this.folder, name)
    await writeFile(file, text)
    return file
  }

  async copy(source: URL, name: string): Promise<string> {
    const file = join(this.folder, name)
    await copyFile(source, file)
    return file
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true })
  }
}

async function build(name: string, target: string, types: boolean): Promise<void> {
  const source = join(root, 'packages', name)
  const tsup = join(root, 'node_modules', 'tsup', 'dist', 'cli-default.js')
  const flags = [...(types ? [] : ['--no-dts']), '--silent', '--out-dir', join(target, 'dist')]
  await run(process.execPath, [tsup, ...flags], { cwd: source })
  const { publishConfig, ...manifest } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'))
  await mkdir(target, { recursive: true })
  await writeFile(join(target, 'package.json'), JSON.stringify({ ...manifest, ...publishConfig }))
}
