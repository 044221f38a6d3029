/** @file docs/derivatives.md, made of what a run of the op tests has shown. Imports the tables of core's tests, as data. */

import { type Kink, nameOfKink, show } from '../../packages/core/test/ops/table/kinks.ts'
import { ALL_DTYPES, nameOf, type Row } from '../../packages/core/test/ops/table/row.ts'
import { LAYOUTS } from '../../packages/core/test/support/layouts.ts'
import type { Checks } from './checks.ts'

export interface Tables {
  readonly families: Readonly<Record<string, readonly Row[]>>
  readonly kinks: readonly Kink[]
  readonly without: Readonly<Record<string, string>>
}

const YES = '✓'
const NO = '-'
const ERROR = '✗'

/** A row of the op table, and what was shown of it. */
class Shown {
  readonly row: Row
  private readonly facts: ReadonlySet<string>

  constructor(row: Row, checks: Checks) {
    this.row = row
    this.facts = new Set(checks.get(nameOf(row)))
  }

  has(...facts: readonly string[]): boolean {
    return facts.every((fact) => this.facts.has(fact))
  }

  /** The layouts of which a fact holds that ends in their name. */
  layouts(fact: string): number {
    return LAYOUTS.filter((layout) => this.has(`${fact} ${layout}`)).length
  }

  /** The layouts in which both derivatives hold, at least to first order. */
  get layoutsOfDerivatives(): number {
    return LAYOUTS.filter((layout) => this.order('vjp', layout) > 0 && this.order('jvp', layout) > 0).length
  }

  /** Up to which order a mode holds in one layout. */
  private order(mode: 'vjp' | 'jvp', layout: string): number {
    return Math.max(0, ...[1, 2, 3, 4].filter((order) => this.has(`${mode} ${order} ${layout}`)))
  }

  /** Up to which order a mode holds in every layout in which it was tried. */
  lowest(mode: 'vjp' | 'jvp'): number {
    const orders = LAYOUTS.map((layout) => this.order(mode, layout)).filter((order) => order > 0)
    return orders.length === 0 ? 0 : Math.min(...orders)
  }
}

/** ✓ when all rows have it, - when none has, else how many. */
function all(shown: readonly Shown[], holds: (row: Shown) => boolean): string {
  const count = shown.filter(holds).length
  if (count === 0) return NO
  return count === shown.length ? YES : `${count}/${shown.length}`
}

/** The number that all rows have, or the smallest and the largest of those that have any, and how many have none. */
function range(shown: readonly Shown[], value: (row: Shown) => number): string {
  const values = shown.map(value).filter((n) => n > 0)
  if (values.length === 0) return NO
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const text = low === high ? `${low}` : `${low}-${high}`
  return values.length === shown.length ? text : `${text} (${values.length}/${shown.length})`
}

/** The layouts, with a + where inputs of different layouts were tried as well. */
function layouts(shown: readonly Shown[], value: (row: Shown) => number, mixed: string): string {
  const several = shown.filter(({ row }) => row.inputs.length > 1)
  return `${range(shown, value)}${several.length > 0 && several.every((row) => row.has(mixed)) ? '+' : ''}`
}

interface Column {
  readonly title: string
  readonly cell: (shown: readonly Shown[], op: string) => string
  /** Left blank for ops that carry no derivatives. */
  readonly derivative?: boolean
}

const dtypeColumns = ALL_DTYPES.map((dtype): Column => {
  const taken = (row: Shown): boolean => row.layouts(`value ${dtype}`) === LAYOUTS.length
  return {
    title: dtype.replace('float', 'f').replace('int', 'i'),
    cell: (shown) => (shown.every((row) => row.has(`refuses ${dtype}`)) ? ERROR : all(shown, taken)),
  }
})

const flag = (title: string, ...facts: string[]): Column => ({
  title,
  cell: (shown) => all(shown, (row) => row.has(...facts)),
  derivative: true,
})

function columnsFor({ kinks }: Tables, checks: Checks): readonly Column[] {
  const goldens = (op: string, what: string): number =>
    (checks.get(op) ?? []).filter((fact) => fact === `golden ${what}`).length
  const kinksOf = (op: string): number =>
    kinks.filter((kink) => kink.op === op && checks.has(nameOfKink(kink))).length
  return [
    { title: 'op', cell: (_, op) => `\`${op}\`` },
    { title: 'cases', cell: (shown) => `${shown.length}` },
    ...dtypeColumns,
    {
      title: 'layouts',
      cell: (shown) => layouts(shown, (row) => row.layouts('value float64'), 'values of mixed layouts'),
    },
    {
      title: 'goldens',
      cell: (_, op) => {
        const counts = ['values', 'gradients', 'second'].map((what) => goldens(op, what))
        return counts[0] === 0 ? NO : counts.filter((count) => count > 0).join(' ')
      },
    },
    { title: 'vmap', cell: (shown) => all(shown, (row) => row.has('vmap', 'vmap of vmap')) },
    { title: 'vjp', cell: (shown) => range(shown, (row) => row.lowest('vjp')), derivative: true },
    { title: 'jvp', cell: (shown) => range(shown, (row) => row.lowest('jvp')), derivative: true },
    {
      title: 'layouts',
      cell: (shown) => layouts(shown, (row) => row.layoutsOfDerivatives, 'derivatives of mixed layouts'),
      derivative: true,
    },
    flag('f32', 'float32 derivatives'),
    flag('linear', 'vjp is linear', 'jvp is linear', 'backward is vjp'),
    flag('vmap vjp', 'vmap of vjp', 'vjp of vmap'),
    flag('vmap jvp', 'vmap of jvp'),
    flag('saves', 'saves'),
    { title: 'kinks', cell: (_, op) => `${kinksOf(op) || ''}`, derivative: true },
  ]
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** A table whose columns are as wide as their widest cell. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(title.length, 3, ...body.map((cells) => cells[i]!.length)))
  const padded = [head, ...body].map((cells) => cells.map((cell, i) => cell.padEnd(widths[i]!)))
  return [line(padded[0]!), line(widths.map((width) => '-'.repeat(width))), ...padded.slice(1).map(line)]
}

const LEGEND = `
- **cases**: rows of the op table (\`packages/core/test/ops/table\`): shapes, axes, options. A cell speaks of all of them:
  \`${YES}\` holds for each, \`3/4\` for three of four, \`${NO}\` for none. It is blank where there are no derivatives.
- **f32** to **bool**: in that dtype values, dtype and shape agree with plain loops in every memory layout, and the
  inputs stay as they were; \`${ERROR}\`: the op refuses the dtype, by an error in its name.
- **layouts**, the first: in how many layouts of the inputs values agree: contiguous, transposed, sliced with steps,
  reversed, one axis repeated with stride 0, all strides 0. \`+\`: inputs in different layouts in one call, too.
- **goldens**: cases of \`packages/core/test/goldens\`, computed by PyTorch or NumPy, that agree: in values, in
  gradients, in second derivatives.
- **vmap**: over one batch axis and over two, for every choice of inputs that have it, it is the loop over the examples.
- **vjp**, **jvp**: up to which order derivatives agree with finite differences of those one order below, through every
  mix of the two modes: order 3 in four mixes each. The two agree with one another, too.
- **layouts**, the second: in how many layouts derivatives were checked. Where it is less than 6, repeated values would be
  ties.
- **f32**, the second: derivatives in float32 agree with those in float64.
- **linear**: both are linear in the cotangent or tangent, and \`backward\` fills \`grad\` with what \`vjp\` returns.
- **vmap vjp**: \`vmap\` of \`vjp\` and \`vjp\` through \`vmap\` are the loop; **vmap jvp**: \`vmap\` of \`jvp\` is, which is tried
  with up to two inputs.
- **saves**: the rules read nothing but the values that the op declares to save.
- **kinks**: lines of the table of kinks at the end of this page.
`.trim()

/** The page. */
export function pageOf(tables: Tables, checks: Checks): string {
  const { families, kinks, without } = tables
  const columns = columnsFor(tables, checks)
  const facts = [...checks.values()].reduce((sum, list) => sum + list.length, 0)
  const rows = Object.values(families).flat()
  const ops = new Set(rows.map(({ op }) => op))
  const sections = Object.entries(families).flatMap(([family, own]) => [
    `## ${family}`,
    '',
    ...table(
      columns.map(({ title }) => title),
      [...new Set(own.map(({ op }) => op))].map((op) => {
        const shown = own.filter((row) => row.op === op).map((row) => new Shown(row, checks))
        return columns.map(({ cell, derivative }) => (derivative && op in without ? '' : cell(shown, op)))
      }),
    ),
    '',
  ])
  const shownKinks = kinks.filter((kink) => checks.has(nameOfKink(kink)))
  return [
    '# What is checked of each op',
    '',
    'Made by `pnpm derivatives` from a run of the op tests: each test notes what it has shown, and only the notes of tests',
    'that pass are counted. `pnpm check` runs them again and fails when this page says anything else.',
    `${ops.size} ops, ${rows.length} cases, ${shownKinks.length} kinks, ${facts} checks noted.`,
    '',
    LEGEND,
    '',
    ...sections,
    '## Without derivatives',
    '',
    ...table(
      ['op', 'why'],
      Object.entries(without).map(([op, why]) => [`\`${op}\``, why]),
    ),
    '',
    '## Kinks, ties, poles',
    '',
    'The gradient of the sum of the call at the given x, in float64, by reverse mode; forward mode gives the same. As in',
    'PyTorch, unless the last column says otherwise.',
    '',
    ...table(
      ['call', 'x', 'gradient', 'rule'],
      shownKinks.map(({ call, x, gradient, rule }) => [`\`${call}\``, show(x), show(gradient), rule]),
    ),
    '',
  ].join('\n')
}
