/**
 * @file Other JavaScript engines: from npm, kept in the user's cache folder, or as the system has them. Needs the network when
 * it installs, so for system tests alone.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const shell = process.platform === 'win32'
const run = promisify(execFile)

/** A command that runs a file of JavaScript. */
export interface Engine {
  readonly version: string
  readonly command: string
  readonly args: readonly string[]
}

/** Where an engine comes from. */
interface Source {
  /** A package of npm and the command that it installs; without it, the command must be there. */
  readonly npm?: string
  readonly command: string
  readonly args?: readonly string[]
}

const SOURCES = {
  'Node 20': { npm: 'node@20', command: 'node' },
  'Node 24': { npm: 'node@24', command: 'node' },
  Deno: { npm: 'deno@2', command: 'deno', args: ['run', '--quiet'] },
  Bun: { npm: 'bun@1', command: 'bun', args: ['run'] },
  // Of Debian's package gjs.
  SpiderMonkey: { command: 'gjs' },
} as const satisfies Record<string, Source>

export type EngineName = keyof typeof SOURCES
export const ENGINES = Object.keys(SOURCES) as EngineName[]

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tapegrad-engines')

/** Installs a package into a folder of its own unless it is there; the command's path. */
async function installed(npm: string, command: string): Promise<string> {
  const folder = join(cache, npm)
  const path = join('node_modules', '.bin', shell ? `${command}.cmd` : command)
  if (!existsSync(join(folder, path))) {
    await mkdir(cache, { recursive: true })
    // Elsewhere first: an installation that was broken off must not look like one.
    const place = await mkdtemp(join(cache, 'new-'))
    try {
      const allowScripts = { [command]: true }
      await writeFile(join(place, 'package.json'), JSON.stringify({ private: true, allowScripts }))
      const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1']
      await run('npm', ['install', ...flags, npm], { cwd: place, shell, timeout: 240_000 })
      await run(join(place, path), ['--version'], { shell })
      await rm(folder, { recursive: true, force: true })
      await rename(place, folder)
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  }
  return join(folder, path)
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? ''

/** The engine, or why there is none. */
export async function engineNamed(name: EngineName): Promise<Engine | string> {
  const { npm, command, args = [] }: Source = SOURCES[name]
  const isThis = name === `Node ${process.versions.node.split('.')[0]}`
  try {
    const path = isThis ? process.execPath : npm ? await installed(npm, command) : command
    const { stdout } = await run(path, ['--version'], { shell })
    return { version: firstLine(stdout), command: path, args }
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string }
    return `${npm ? `npm could not install ${npm}` : `there is no ${command}`}: ${firstLine(stderr || message)}`
  }
}

/** What the file prints. */
export async function output({ command, args }: Engine, file: string): Promise<string> {
  const options = { cwd: dirname(file), shell, maxBuffer: 1 << 26 }
  return (await run(command, [...args, file], options)).stdout
}
