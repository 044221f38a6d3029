/** @file `pnpm bench [name ...]`: runs each bench/*.ts (helpers live in its subfolders), or those named, one process each. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('../bench/', import.meta.url)
const words = process.argv.slice(2)
const all = existsSync(folder)
  ? readdirSync(folder)
      .filter((f) => f.endsWith('.ts'))
      .sort()
  : []
const chosen = all.filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
if (chosen.length === 0) {
  console.error(`bench: nothing to run; there is ${all.join(', ') || 'no file'} in bench/`)
  process.exitCode = 1
}
for (const file of chosen) {
  // The same flags as this process: sources through the private condition, types erased.
  const args = [...process.execArgv, '--expose-gc', fileURLToPath(new URL(file, folder))]
  if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) process.exitCode = 1
}
