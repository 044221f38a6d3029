/** @file What gradcheck found: rows, verdicts, and the table. Imports nothing. */

/** How a derivative was computed: `reverse` by vjp, `forward` by jvp. */
export type GradcheckMode = 'reverse' | 'forward'

export type GradcheckVerdict = 'pass' | 'kink' | 'noise-limited' | 'wrong' | 'non-finite' | 'nondeterministic'

/** From harmless to grave: the gravest row gives the report its verdict. */
const SEVERITY: readonly GradcheckVerdict[] = [
  'pass',
  'kink',
  'noise-limited',
  'wrong',
  'non-finite',
  'nondeterministic',
]

/** One derivative, by one element of an input or along one random direction in it. */
export interface GradcheckRow {
  /** Which input: `[0]`, `[0].w`, or the name of a module's parameter. */
  readonly path: string
  /** Position of the element; with `directions`, the number of the direction. */
  readonly index: readonly number[]
  /** Which mode it is for; `both` where the two agree. */
  readonly mode: GradcheckMode | 'both'
  /** 1: the gradient. 2: the derivative of the gradient. */
  readonly order: 1 | 2
  readonly analytic: number
  readonly numeric: number
  /** |analytic - numeric|. */
  readonly absoluteError: number
  /** The absolute error as a part of the largest gradient of that input: what `rtol` is compared with. */
  readonly relativeError: number
  /** Estimated error of the numeric value. */
  readonly noise: number
  readonly verdict: GradcheckVerdict
  /** What is likely wrong, where that can be told; the reason, for other verdicts than `wrong`. */
  readonly cause: string | null
}

/** The result of `gradcheck`. */
export class GradcheckReport {
  readonly rows: readonly GradcheckRow[]
  /** Whether no row speaks against the gradient. */
  readonly ok: boolean
  /** The gravest verdict of a row. */
  readonly verdict: GradcheckVerdict
  /** What was left out, and why. */
  readonly notes: readonly string[]
  readonly rtol: number

  constructor(
    rows: readonly GradcheckRow[],
    options: { rtol: number; allow: readonly GradcheckVerdict[]; notes: readonly string[] },
  ) {
    this.rows = rows
    this.rtol = options.rtol
    this.notes = options.notes
    this.verdict = rows.reduce<GradcheckVerdict>(
      (worst, { verdict }) => (SEVERITY.indexOf(verdict) > SEVERITY.indexOf(worst) ? verdict : worst),
      'pass',
    )
    this.ok = rows.every(({ verdict }) => verdict === 'pass' || options.allow.includes(verdict))
    // For console.log in Node. Not a method with a computed key: bundlers could not drop the class.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: () => this.toString() })
  }

  /** A table of the rows, those that do not pass first if there are many. */
  toString(): string {
    return renderReport(this)
  }
}

// ── the table ────────────────────────────────────────────────────────────────

/** More rows than this are not all shown. */
const SHOWN = 24

function renderReport({ rows, verdict, notes, rtol }: GradcheckReport): string {
  const failing = rows.filter((row) => row.verdict !== 'pass')
  const whole = rows.length <= SHOWN
  const shown = whole ? rows : failing.slice(0, SHOWN)
  const count = `${rows.length - failing.length} of ${rows.length} rows pass`
  const lines = [`gradcheck: ${verdict} (${count}, rtol ${rtol.toExponential()})`]
  if (shown.length > 0) lines.push('', ...renderTable(shown))
  if (!whole) {
    if (failing.length > shown.length) lines.push(`... and ${failing.length - shown.length} more`)
    lines.push('', ...renderPassing(rows))
  }
  for (const note of notes) lines.push('', `note: ${note}`)
  return lines.join('\n')
}

const HEADS = [
  'input',
  'mode',
  'analytic',
  'numeric',
  'error',
  'relative',
  'noise',
  'verdict',
  'likely cause',
]
const LEFT = new Set(['input', 'mode', 'verdict', 'likely cause'])

function renderTable(rows: readonly GradcheckRow[]): string[] {
  const severalOrders = rows.some((row) => row.order !== rows[0]!.order)
  const cells = rows.map((row, i) => [
    `${severalOrders ? `d${row.order} ` : ''}${row.path}${row.index.length > 0 ? ` [${row.index.join(', ')}]` : ''}`,
    row.mode,
    long(row.analytic),
    long(row.numeric),
    short(row.absoluteError),
    short(row.relativeError),
    short(row.noise),
    row.verdict,
    row.cause === null ? '' : row.cause === rows[i - 1]?.cause ? '"' : row.cause,
  ])
  const heads = rows.some((row) => row.cause !== null) ? HEADS : [...HEADS.slice(0, -1), '']
  return align([heads, ...cells], (column) => LEFT.has(HEADS[column]!))
}

/** One line per input whose rows are too many to show. */
function renderPassing(rows: readonly GradcheckRow[]): string[] {
  const groups = new Map<string, GradcheckRow[]>()
  for (const row of rows) {
    if (row.verdict !== 'pass') continue
    const name = row.order === 2 ? `d2 ${row.path}` : row.path
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [row])
    else group.push(row)
  }
  const largest = (group: GradcheckRow[], f: (row: GradcheckRow) => number): number =>
    group.reduce((most, row) => Math.max(most, f(row)), 0)
  const cells = [...groups].map(([name, group]) => [
    name,
    `${group.length} pass`,
    long(largest(group, (row) => Math.abs(row.numeric))),
    short(largest(group, (row) => row.absoluteError)),
    short(largest(group, (row) => row.relativeError)),
  ])
  const heads = ['input', 'rows', 'largest gradient', 'largest error', 'relative']
  return cells.length === 0 ? [] : align([heads, ...cells], (column) => column === 0)
}

function align(table: readonly (readonly string[])[], left: (column: number) => boolean): string[] {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  return table.map((row) =>
    row
      .map((cell, column) => (left(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}

const long = (x: number): string => (x === 0 || !Number.isFinite(x) ? String(x) : x.toExponential(6))

/** Two digits: `3.2e-9`. */
export const short = (x: number): string => (x === 0 || !Number.isFinite(x) ? String(x) : x.toExponential(1))
