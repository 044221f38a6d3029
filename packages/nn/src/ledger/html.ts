/** @file A ledger as HTML. Imports sections.ts. */
import { LEGEND, type Section, type Sections, type TextGroup, type TextRow } from './sections.ts'

const STYLE = `
.tapegrad-ledger { font: 14px/1.4 system-ui, sans-serif; }
.tapegrad-ledger table { border-collapse: collapse; margin: 0 0 1.5em; }
.tapegrad-ledger th { text-align: right; font-weight: 600; color: #666; padding: 2px 8px; }
.tapegrad-ledger th.text, .tapegrad-ledger tr.formula td { text-align: left; }
.tapegrad-ledger tr.formula td { font-weight: 600; padding-top: 8px; }
.tapegrad-ledger td { padding: 2px 8px; font-family: ui-monospace, monospace; white-space: nowrap; }
.tapegrad-ledger td.numbers { white-space: normal; }
.tapegrad-ledger td.value { text-align: right; }
.tapegrad-ledger tr.wrong { background: #fdd; color: #900; }
.tapegrad-ledger tr.follows { background: #fff3d0; color: #750; }
`

/** A section with one table per layer and direction. */
export function toHTML(whole: Sections): string {
  const parts = whole.sections.map(
    (section) => `<h3>${safe(section.heading)}</h3>\n${bodyOf(section, whole)}`,
  )
  const paragraphs = [...whole.notes, LEGEND].map((note) => `<p>${safe(note)}</p>`)
  const lines = [
    '<section class="tapegrad-ledger">',
    `<style>${STYLE}</style>`,
    `<pre>${whole.facts.map(safe).join('\n')}</pre>`,
    ...parts,
    `<p><strong>${safe(whole.verdict)}</strong></p>`,
    ...paragraphs,
    '</section>',
  ]
  return `${lines.join('\n')}\n`
}

function bodyOf({ given, groups }: Section, { titles, remarkTitle }: Sections): string {
  const head = titles.map((title) => `<th scope="col">${safe(title)}</th>`).join('')
  const title = `<tr><th class="text" scope="col"></th><th class="text" scope="col">with numbers</th>${head}<th class="text" scope="col">${safe(remarkTitle)}</th></tr>`
  const before = given.length === 0 ? '' : `<pre>${given.map(safe).join('\n')}</pre>\n`
  return `${before}<table>\n<thead>${title}</thead>\n<tbody>\n${groups.map((group) => groupRows(group, titles.length)).join('')}</tbody>\n</table>`
}

const groupRows = ({ formula, rows }: TextGroup, values: number): string =>
  `<tr class="formula"><td colspan="${values + 3}">${safe(formula)}</td></tr>\n${rows.map(tableRow).join('')}`

function tableRow({ index, numbers, values, remark, status }: TextRow): string {
  const cells = values.map((value) => `<td class="value">${safe(value)}</td>`).join('')
  return `<tr class="${status}"><td>${safe(index)}</td><td class="numbers">${safe(numbers)}</td>${cells}<td>${safe(remark)}</td></tr>\n`
}

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** In ASCII: a file without a statement of its encoding reads right then too. */
const safe = (text: string): string =>
  text
    .replaceAll(/[&<>"]/g, (character) => NAMES[character]!)
    .replaceAll(/[^\n -~]/gu, (character) => `&#${character.codePointAt(0)};`)
