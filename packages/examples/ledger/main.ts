/** @file `pnpm example ledger`: the ledger of a network and data of your own, from a JSON file. Imports the files of this folder and common/. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { BUGS, type Bug, type LedgerGroup, type LedgerReport, type LedgerRow } from '@tapegrad/nn'
import { Option } from 'commander'
import { commandLine, fileName, readFlags } from '../common/cli.ts'
import { saveText } from '../common/files.ts'
import { explainColumns, ledgerFile, ledgerText } from '../common/ledger-output.ts'
import { type Cell, plainTable } from '../common/table.ts'
import type { Terminal } from '../common/terminal.ts'
import { ledgerOfFile } from './compute.ts'
import { type NetworkOfFile, readNetwork } from './network-file.ts'

interface Flags {
  readonly network?: string
  readonly template?: true
  readonly bug?: Bug
  readonly save?: string
  readonly onlyWrong?: true
}

/** Narrower than that a row would not fit. */
const NARROWEST = 80
const EXAMPLE = fileURLToPath(new URL('example.json', import.meta.url))

export function ledgerExample(args: readonly string[], terminal: Terminal): void {
  const about =
    'One step of backpropagation in a network of your own, from a JSON file: every figure by the closed-form formulas, by autograd and by finite differences.'
  const command = commandLine('ledger', about, terminal)
    .option('--network <file>', 'weights, x and y as JSON (default: a small example)', fileName)
    .addOption(
      new Option('--template', 'print the JSON of the example, to start from').conflicts([
        ...['network', 'bug', 'save', 'onlyWrong'],
      ]),
    )
    .addOption(
      new Option(
        '--bug <name>',
        'make a well-known mistake in the manual column, and see what turns wrong',
      ).choices(BUGS),
    )
    .option('--save <file>', 'write the ledger too, as .md, .html or .json', ledgerFile)
    .option('--only-wrong', 'print only the rows that are wrong, or follow from wrong ones')
  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  if (flags.template) {
    terminal.print(readFileSync(EXAMPLE, 'utf8').trimEnd())
    return
  }

  const name = flags.network ?? 'example.json'
  const network = readNetwork(flags.network ?? EXAMPLE)
  const whole = ledgerOfFile(network, name, flags.bug)
  const { bug, save } = flags
  if (save !== undefined) saveText(save, ledgerText(save, whole), 'ledger')

  introduce(name, network, whole, flags, terminal)
  if (flags.onlyWrong) printWrong(whole, terminal)
  else {
    terminal.print()
    explainColumns(terminal)
    const width = Math.max(terminal.width, NARROWEST)
    terminal.print(`\n${whole.toTerminal({ width, color: terminal.colors.isColorSupported })}`)
  }
  if (bug !== undefined && whole.firstWrong !== null) count(whole, terminal)
  if (save !== undefined) terminal.print(`\nThe ledger as a file: ${save}`)
}

function introduce(
  name: string,
  { layers, batch, x, rate }: NetworkOfFile,
  { loss, y }: LedgerReport,
  { network, bug }: Flags,
  { print, paragraph, colors }: Terminal,
): void {
  const sizes = [x[0]!.length, ...layers.map(({ weight }) => weight.length)].join('-')
  const samples = batch ? `a batch of ${x.length}` : 'one sample'
  print(colors.bold(`The ledger of ${name}: ${sizes}, ${samples}`))
  if (network === undefined)
    paragraph(
      'No --network was given: this is the example. To start from it: pnpm example ledger --template > my.json',
    )
  print()
  const activations = layers.map(({ activation }) => activation).join(', ')
  const targets = y.length > 8 ? '' : `, y = ${y.join(', ')}`
  const step = rate === null ? 'no rate, so no step' : `rate α = ${rate}`
  paragraph(
    `Activations ${activations}; loss ${loss.formula}${targets}; ${step}. Weights are W[to][from], counted from 0.`,
  )
  if (bug !== undefined) paragraph(`The manual column makes the mistake ${bug}.`)
}

// ── what is wrong ────────────────────────────────────────────────────────────

/** Columns of the table: a mark, the row, what is right, what is given. The formula takes what is left. */
const MARK = 9
const VALUE = 14

function printWrong(whole: LedgerReport, { width, print, paragraph, colors }: Terminal): void {
  const groups = [
    ...whole.layers.flatMap(({ forward }) => forward),
    whole.loss,
    ...whole.layers.toReversed().flatMap(({ backward }) => backward),
  ]
  const wrong = groups.flatMap((group): LedgerGroup[] => {
    const rows = group.rows.filter(({ status }) => status !== 'right')
    return rows.length === 0 ? [] : [{ ...group, rows }]
  })
  print()
  const { length } = whole.rows
  if (wrong.length === 0) {
    const reason =
      whole.bug === null ? '' : ` The mistake ${whole.bug} changes nothing in this network with these data.`
    paragraph(`Nothing is wrong: all ${length} values by the formulas are those of autograd.${reason}`)
    return
  }
  const place = Math.max(...wrong.flatMap(({ rows }) => rows.map(({ id }) => id.length)))
  const formula = Math.max(12, Math.max(width, NARROWEST) - MARK - place - 2 * VALUE - 5)
  const widths = [MARK, place, VALUE, VALUE, formula]
  const head: Cell[] = ['', '', right('right'), right('given'), 'formula, with numbers'].map((cell) =>
    typeof cell === 'string' ? colors.dim(cell) : cell,
  )
  const line = ({ id, autograd, manual, numbers, status }: LedgerRow): Cell[] => {
    const mark = status === 'wrong' ? colors.red('✗ wrong') : colors.yellow('· follows')
    return [mark, id, right(number(autograd)), right(number(manual)), numbers]
  }
  print(plainTable([head], widths))
  for (const { formula: closed, rows } of wrong) {
    paragraph(colors.bold(closed), 2)
    print(plainTable(rows.map(line), widths))
  }
  if (whole.firstWrong === null) return
  print()
  paragraph(`First wrong: ${whole.firstWrong.message}.`)
}

const right = (content: string): Cell => ({ content, hAlign: 'right' })
const number = (x: number): string => String(Number(x.toPrecision(7)))

function count({ rows }: LedgerReport, { paragraph }: Terminal): void {
  const of = (status: LedgerRow['status']): number => rows.filter((row) => row.status === status).length
  const [wrong, following] = [of('wrong'), of('follows')]
  const follow = following === 0 ? '' : `, ${following} ${following === 1 ? 'follows' : 'follow'} from that`
  paragraph(`Of ${rows.length} values ${wrong} ${wrong === 1 ? 'is' : 'are'} wrong${follow}.`)
}
