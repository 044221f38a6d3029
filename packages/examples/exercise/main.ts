/** @file `pnpm example exercise`: a derivation for the reader, graded. Imports the files of this folder and common/. */
import { existsSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Option } from 'commander'
import { commandLine, fileName, readFlags, UserError } from '../common/cli.ts'
import type { Terminal } from '../common/terminal.ts'
import { grade, type Verdict } from './grade.ts'
import { TASKS, type Task } from './tasks.ts'

interface Flags {
  readonly task: keyof typeof TASKS
  readonly file?: string
  readonly solution?: true
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const shown = (path: string): string => relative(process.cwd(), path) || path

export async function exercise(args: readonly string[], terminal: Terminal): Promise<void> {
  const about =
    'Derive a formula of backpropagation, write it as a function, and have it graded against autograd and finite differences. The exit code is 0 when it is right.'
  const command = commandLine('exercise', about, terminal)
    .addOption(
      new Option('--task <name>', 'bias: the gradient of the biases; delta: the error term')
        .choices(Object.keys(TASKS))
        .default('bias'),
    )
    .option('--file <file>', 'the TypeScript file to grade', fileName)
    .option('--solution', 'show a solution and grade it')
  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  const task: Task = TASKS[flags.task]
  if (flags.solution && flags.file !== undefined)
    throw new UserError('--file and --solution together: give one of them')
  const { print, colors } = terminal

  if (flags.solution) {
    const path = here(task.solution)
    print(colors.bold(`A solution: ${shown(path)}`))
    print(`\n${readFileSync(path, 'utf8').trimEnd()}\n`)
    showGrades(task, grade(task, task.solved, task.solution), task.solution, terminal)
  } else if (flags.file === undefined) pose(flags.task, task, terminal)
  else showGrades(task, grade(task, await load(flags.file), flags.file), flags.file, terminal)
}

function pose(name: string, task: Task, { print, paragraph, colors }: Terminal): void {
  const template = shown(here(task.template))
  const flag = name === 'bias' ? '' : ` --task ${name}`
  print(`${colors.bold(task.title)}\n`)
  for (const text of task.statement) paragraph(`  ${text}`)
  print(`\n${colors.bold('How to hand it in')}\n`)
  print(`  cp ${template} my.ts`)
  paragraph(`  Write ${task.exported} in my.ts, then`)
  print(`  pnpm example exercise${flag} --file my.ts`)
  print()
  paragraph(
    `  It is graded against autograd and finite differences, in two networks. --solution shows a solution.`,
  )
}

async function load(file: string): Promise<object> {
  const path = resolve(file)
  if (!existsSync(path)) throw new UserError(`${file}: there is no such file`)
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as object
  } catch (error) {
    throw new UserError(`${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
  }
}

// ── the verdict ──────────────────────────────────────────────────────────────

function showGrades(
  { exported, symbol, praise }: Task,
  { grades, cause }: Verdict,
  file: string,
  { print, paragraph, colors }: Terminal,
): void {
  print(colors.bold(`${exported} of ${file}`))
  for (const { name, values, right, follow, wrong } of grades) {
    const mark = wrong === null ? colors.green('✓') : colors.red('✗')
    const following =
      follow === 0 ? '' : ` (${follow} ${follow === 1 ? 'follows' : 'follow'} from wrong ones)`
    paragraph(`  ${mark} ${right} of ${values} values right${following}: ${name}`, 4)
  }
  const failed = grades.find(({ wrong }) => wrong !== null)?.wrong
  if (failed === undefined || failed === null) {
    print()
    paragraph(`${colors.green('Right.')} ${praise}`)
    return
  }
  const { id, layer, neuron, sample, expected, given, row, ratios } = failed
  // Of a single sample the row does not say its number.
  const ofSample = id.endsWith(`sample ${sample}`) ? `, sample ${sample}` : ''
  print(`\n${colors.bold(`The first wrong value: ${symbol} of layer ${layer}, neuron ${neuron}${ofSample}`)}`)
  print(`  expected  ${number(expected)}  by autograd`)
  if (row.finite !== null) {
    const digits = Math.min(DIGITS, Math.floor(row.finite.digits ?? DIGITS))
    const text = digits < 1 ? '' : number(row.finite.value, digits)
    print(`            ${text.padEnd(number(expected).length)}  by finite differences: ${digits} digits hold`)
  }
  print(`  given     ${number(given)}`)
  const list = ratios.map(({ layer, values }) => `${values.map(rounded).join(', ')} in layer ${layer}`)
  const hint = `not known; given / expected, neuron by neuron: ${list.join('; ')}`
  paragraph(`  cause     ${cause ?? hint}`, 10)
  throw new UserError(`${file} is not right yet`)
}

const rounded = (ratio: number): string => String(Number(ratio.toPrecision(4)))

const DIGITS = 7

/** Aligned, whatever the sign. */
const number = (x: number, digits = DIGITS): string => (x < 0 ? '' : ' ') + x.toPrecision(digits)
