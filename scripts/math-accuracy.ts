/**
 * @file `pnpm math`: measures the functions of packages/core/src/math.ts against exact references and writes the tables of
 * docs/math.md. Imports the measurements of core's tests.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Float, FUNCTIONS } from '../packages/core/test/support/accuracy/functions.ts'
import { compiled, worstOf } from '../packages/core/test/support/accuracy/measure.ts'

const page = fileURLToPath(new URL('../docs/math.md', import.meta.url))

/** Rounded up, so that no measured error exceeds what is shown. */
export const shownError = (error: number): string => (Math.ceil(error * 1000) / 1000).toFixed(3)

/** A row per function and precision: the worst of all points. */
function accuracyRows(): string[][] {
  return Object.entries(FUNCTIONS).flatMap(([name, measured]) =>
    (['float64', 'float32'] as const satisfies Float[]).map((precision) => {
      const worst = worstOf(name, measured, precision)
      const limit = measured.limits[precision]
      const points = worst.points.toLocaleString('en')
      return [
        `\`${name}\``,
        precision,
        shownError(worst.error),
        `${limit ?? ''}`,
        worst.at.join(', '),
        points,
      ]
    }),
  )
}

const SPECIAL = [Number.NaN, -Infinity, -1, -0, 0, 1, Infinity]
const shown = (x: number): string => (Object.is(x, -0) ? '-0' : String(x).replace('Infinity', '∞'))

/** Values of the functions of one number in float64. */
function specialRows(): string[][] {
  return Object.entries(FUNCTIONS)
    .filter(([, { pair }]) => !pair)
    .map(([name, { expr }]) => {
      const f = compiled(expr, 1, 'float64')
      return [`\`${name}\``, ...SPECIAL.map((x) => shown(f(x)))]
    })
}

const methodRows = (): string[][] =>
  Object.entries(FUNCTIONS).map(([name, { method }]) => [`\`${name}\``, method.replaceAll('|', '\\|')])

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, 3, ...body.map((cells) => cells[i]!.length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

/** The tables of the page, each between `<!-- name -->` and `<!-- end -->`. */
export const TABLES = {
  methods: () => table(['function', 'method'], methodRows()),
  accuracy: () => table(['function', 'dtype', 'error', 'limit', 'at', 'points'], accuracyRows()),
  'special values': () => table(['function', ...SPECIAL.map(shown)], specialRows()),
} as const

export const tableIn = (text: string, name: string): string => {
  const found = new RegExp(`<!-- ${name} -->\n\n(.*?)\n\n<!-- end -->`, 's').exec(text)
  if (found === null) throw new Error(`docs/math.md has no table of ${name}`)
  return found[1]!
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  let text = readFileSync(page, 'utf8')
  for (const [name, make] of Object.entries(TABLES)) {
    const [start, end] = [`<!-- ${name} -->\n\n`, '\n\n<!-- end -->']
    text = text.replace(start + tableIn(text, name) + end, () => start + make() + end)
  }
  writeFileSync(page, text)
  console.log('docs/math.md is written')
}
