/**
 * @file Files written so that a crash at any moment leaves the old one or the new one, whole: a temporary file beside
 * it, flushed, renamed. Imports core, node.ts and refusal.ts.
 */
import { TapegradError } from '@tapegrad/core/ops'
import { type FileSystem, type Node, node } from './node.ts'
import { checkPath, ignoringErrors, refuser } from './refusal.ts'

/** What names of temporary files end in: `.model.safetensors.<machine>-<process>-<random>.tapegrad-tmp`. */
const SUFFIX = '.tapegrad-tmp'
/** How much of the file's own name they hold: names may be 255 bytes long. */
const LONGEST_BASE = 50
/** A temporary file that nobody wrote to for so long is given up, whoever's it was. */
const A_DAY = 86_400_000
/** The most bytes of one call of the system. */
const MOST_AT_ONCE = 16_777_216
/** More symbolic links than this form a circle. */
const MOST_LINKS = 40

/** What helps when the system refuses. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'make the folder first, as with mkdirSync(folder, { recursive: true })',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOSPC: 'free some space on the disk',
  EDQUOT: 'free some of your space on the disk',
  EACCES: 'get permission to write in the folder, or choose another',
  EPERM: 'get permission to write in the folder, or choose another; a program may hold the file open',
  EBUSY: 'a program holds the file open',
  EROFS: 'choose another folder, this one cannot be written to',
  ENAMETOOLONG: 'choose a shorter name',
}

/** Replaces the file at `path`, or makes it. */
export function writeFile(op: string, path: unknown, pieces: () => Iterable<Uint8Array>): void {
  checkPath(op, path)
  const system = node(op)
  const { fs, paths } = system
  const refuse = refuser(op, path)
  try {
    const target = targetOf(system, path)
    const existing = fs.statSync(target, { throwIfNoEntry: false })
    if (existing?.isFile() === false) refuse('there is a folder or a device of this name; choose another')
    const prefix = `.${paths.basename(target).slice(0, LONGEST_BASE)}.`
    const machine = machineOf(system)
    removeLeftovers(system, paths.dirname(target), prefix, machine)
    const random = Math.random().toString(36).slice(2)
    const own = `${prefix}${machine}-${system.process.pid}-${random}${SUFFIX}`
    replace(fs, target, paths.join(paths.dirname(target), own), existing?.mode, pieces())
    syncFolder(fs, paths.dirname(target))
  } catch (error) {
    if (error instanceof TapegradError) throw error
    const { code = '', message } = error as { code?: string; message: string }
    refuse(`cannot be written: ${message}; ${ADVICE[code] ?? 'what was there before is as it was'}`, error)
  }
}

/** Where symbolic links lead: they stay, and the file that they stand for is replaced. */
function targetOf({ fs, paths }: Node, path: string): string {
  let target = path
  for (let i = 0; i < MOST_LINKS; i++) {
    let link: string
    try {
      link = fs.readlinkSync(target)
    } catch {
      return target
    }
    target = paths.resolve(paths.dirname(target), link)
  }
  return target
}

/** Writes all to the temporary file, and only then gives it the name. */
function replace(
  fs: FileSystem,
  target: string,
  temporary: string,
  mode: number | undefined,
  pieces: Iterable<Uint8Array>,
): void {
  // 'wx': never a file that is there already.
  const file = fs.openSync(temporary, 'wx')
  try {
    try {
      if (mode !== undefined) fs.fchmodSync(file, mode & 0o7777)
      for (const piece of pieces) writeAll(fs, file, piece)
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
    fs.renameSync(temporary, target)
  } catch (error) {
    ignoringErrors(() => fs.unlinkSync(temporary))
    throw error
  }
}

function writeAll(fs: FileSystem, file: number, piece: Uint8Array): void {
  for (let done = 0; done < piece.length; )
    done += fs.writeSync(file, piece, done, Math.min(piece.length - done, MOST_AT_ONCE))
}

/** Makes the new name last, on systems whose folders can be flushed; on others the system does it in time. */
function syncFolder(fs: FileSystem, folder: string): void {
  ignoringErrors(() => {
    const handle = fs.openSync(folder, 'r')
    try {
      fs.fsyncSync(handle)
    } finally {
      fs.closeSync(handle)
    }
  })
}

/** Removes temporary files of processes that ended while they wrote: of this machine at once, of others after a day. */
function removeLeftovers(system: Node, folder: string, prefix: string, machine: string): void {
  const { fs, paths } = system
  ignoringErrors(() => {
    for (const name of fs.readdirSync(folder)) {
      if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) continue
      const [theirs, pid] = name.slice(prefix.length, -SUFFIX.length).split('-')
      const file = paths.join(folder, name)
      const ended = theirs === machine && !isRunning(system, Number(pid))
      const { mtimeMs = Date.now() } = fs.statSync(file, { throwIfNoEntry: false }) ?? {}
      if (ended || Date.now() - mtimeMs > A_DAY) ignoringErrors(() => fs.unlinkSync(file))
    }
  })
}

function isRunning({ process }: Node, pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code !== 'ESRCH'
  }
}

/** Among whose processes a number means one process: a short hash of the host and, in Linux, of its process namespace. */
function machineOf({ fs, hostname }: Node): string {
  let name = hostname
  ignoringErrors(() => {
    name += fs.readlinkSync('/proc/self/ns/pid')
  })
  let hash = 0
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0
  return (hash >>> 0).toString(36)
}
