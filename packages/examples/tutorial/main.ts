/** @file `pnpm example tutorial`: the tutorial's sections as steps. Imports the files of this folder and common/. */
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError } from 'commander'
import { commandLine, describeDefault, readFlags } from '../common/cli.ts'
import { savePicture } from '../common/figure.ts'
import { prepareFolder } from '../common/files.ts'
import type { Terminal } from '../common/terminal.ts'
import { backpropagationSteps } from './backpropagation/index.ts'
import { forwardSteps } from './forward/index.ts'
import type { Page, Step } from './step.ts'

interface Flags {
  readonly step?: number
  readonly list?: true
  readonly out: string
}

const OUT = fileURLToPath(new URL('../out/tutorial', import.meta.url))

/** All steps, in the order of the tutorial. */
export const steps: readonly Step[] = [...forwardSteps, ...backpropagationSteps]

export async function tutorial(args: readonly string[], terminal: Terminal): Promise<void> {
  const about =
    "A neural network from its first node on: the sections of adventuresinmachinelearning.com's tutorial as steps, each with its numbers checked."
  const command = commandLine('tutorial', about, terminal)
    .option('--step <n>', `one step, 1 to ${steps.length}; all without it`, stepNumber)
    .option('--list', 'list the steps')
    .option('--out <folder>', 'where the figures go', folderName, OUT)
  describeDefault(command, '--out', 'out/tutorial of the examples')
  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  if (flags.list) return list(terminal)
  prepareFolder(flags.out)

  const page: Page = {
    terminal,
    figure(name, svg) {
      const path = join(flags.out, `${name}.svg`)
      savePicture(path, svg)
      terminal.print(`  Figure: ${relative(process.cwd(), path)}`)
    },
  }
  const chosen = flags.step === undefined ? steps : [steps[flags.step - 1]!]
  for (const step of chosen) {
    terminal.print(heading(step, terminal))
    await step.run(page)
  }
}

function stepNumber(text: string): number {
  const n = Number(text)
  if (!/^\d+$/.test(text) || n < 1 || n > steps.length)
    throw new InvalidArgumentError(`Use a whole number from 1 to ${steps.length}.`)
  return n
}

function folderName(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Name a folder.')
  return text
}

const nameOf = ({ title, ours }: Step): string => `${title}${ours ? ' (ours)' : ''}`

function heading(step: Step, { width, colors }: Terminal): string {
  const line = `── Step ${steps.indexOf(step) + 1} of ${steps.length}: ${nameOf(step)} `
  return `\n${colors.bold(line)}${colors.dim('─'.repeat(Math.max(0, width - line.length)))}\n`
}

function list({ print, paragraph }: Terminal): void {
  for (const [i, step] of steps.entries()) print(`  ${String(i + 1).padStart(2)}  ${nameOf(step)}`)
  print()
  paragraph('  (ours): the tutorial has only a heading there, or nothing.')
}
