/** @file A ledger as Markdown. Imports sections.ts. */
import { LEGEND, type Section, type Sections } from './sections.ts'

/** Headings and tables; formulas and numbers as code, in which nothing else has a meaning. */
export function toMarkdown(whole: Sections): string {
  const parts = whole.sections.map((section) => `## ${section.heading}\n\n${bodyOf(section, whole)}`)
  const facts = whole.facts.map((fact) => `- ${code(fact)}`).join('\n')
  const after = [...whole.notes, LEGEND].map(escaped)
  return `${['# Ledger', facts, ...parts, `**${escaped(whole.verdict)}**`, ...after].join('\n\n')}\n`
}

function bodyOf({ given, groups }: Section, { titles, remarkTitle }: Sections): string {
  const hasRemarks = remarkTitle !== '' || groups.some(({ rows }) => rows.some(({ remark }) => remark !== ''))
  const head = ['formula', '', 'with numbers', ...titles, ...(hasRemarks ? [escaped(remarkTitle)] : [])]
  const rule = head.map((_, i) => (i >= 3 && i < 3 + titles.length ? '--:' : '---'))
  const rows = groups.flatMap(({ formula, rows }) =>
    rows.map(({ index, numbers, values, remark, status }, i) => {
      const shown = status === 'right' ? values : values.map((value) => (value === '' ? '' : `**${value}**`))
      const texts = [i === 0 ? code(formula) : '', code(index), code(numbers), ...shown]
      return [...texts, ...(hasRemarks ? [escaped(remark)] : [])]
    }),
  )
  const table = [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  return given.length === 0 ? table : `\`\`\`\n${given.join('\n')}\n\`\`\`\n\n${table}`
}

const code = (text: string): string =>
  text === '' ? '' : `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``
const escaped = (text: string): string => text.replaceAll(/[\\`*_|<[\]]/g, '\\$&')
