/** @file Keeps docs/shape-types.md true: types, messages, holes and costs are what compiler and run time say. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../packages/core/test/types/compile.ts'
import { costs } from '../scripts/type-cost.ts'
import { outputOf } from './support/programs.ts'

/** A program of the page, and what the page shows below it. */
interface Sample {
  readonly section: string
  readonly code: string
  readonly shown: string | undefined
}

const page = await readFile(fileURLToPath(new URL('../docs/shape-types.md', import.meta.url)), 'utf8')

/** The blocks of one language right after each other belong together: code, then what is shown. */
const samples: Sample[] = page.split(/^## /m).flatMap((part) => {
  const blocks = [...part.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
    language,
    text: text!,
  }))
  return blocks.flatMap(({ language, text }, i) => {
    const next = blocks[i + 1]
    const shown = next?.language === 'text' ? next.text.trimEnd() : undefined
    return language === 'ts' ? [{ section: part.split('\n', 1)[0]!, code: text, shown }] : []
  })
})
const [prelude, ...programs] = samples
const isHole = ({ section }: Sample): boolean => section === 'Holes'
const withMessage = programs.filter(({ shown }) => shown !== undefined)
/** The line that the marks are under, else the last one. */
const nameOf = ({ code }: Sample): string =>
  (/^(.*)\n\s*\/\/ *\^+$/m.exec(code)?.[1] ?? code.trim().split('\n').at(-1)!).trim()

/** The code with each `value // Tensor<...>` given to a function: the compiler's, or the one at run time. */
const withTypes = (code: string, wrap: (value: string, type: string) => string): string =>
  code.replace(/^(?!const|let)(\S.*) \/\/ (Tensor<.*>)$/gm, (_, value: string, type: string) =>
    wrap(value, type),
  )

/** Whether a shape is one that the type allows. */
const agrees = String.raw`
function agrees(value, type) {
  const dims = /^Tensor<\[(.*)\]>$/.exec(type)?.[1].split(', ').filter(Boolean)
  if (dims === undefined) return
  const fits = dims.length === value.ndim && dims.every((d, i) => !/^\d+$/.test(d) || Number(d) === value.shape[i])
  if (!fits) throw new Error('typed ' + type + ', is [' + value.shape + ']')
}
`

describe('docs/shape-types.md', () => {
  /** What the compiler says about each program: messages, and the places it points at, line and column. */
  const complaints = new Map<Sample, { message: string; text: string; before: string }[]>()
  /** What each program throws, null where it runs. */
  const thrown = new Map<Sample, string | null>()

  beforeAll(async () => {
    let text = `import { is } from './equal.ts'\n${prelude!.code}`
    const ends = programs.map((sample) => {
      text += `{\n${withTypes(sample.code, (value, type) => `is<${type}>()(${value})`)}\n}\n`
      return [sample, text.length] as const
    })
    for (const { start, text: at, message } of compile([], { 'page.ts': text }).complaints) {
      const sample = ends.find(([, end]) => start < end)![0]
      const before = text.slice(text.lastIndexOf('\n', start) + 1, start)
      complaints.set(sample, [...(complaints.get(sample) ?? []), { message, text: at, before }])
    }
    const runs = programs.map((sample, i) => {
      const code = withTypes(sample.code, (value, type) => `agrees(${value}, '${type}')`)
      return `try {\n${code}\nthrown.push(null) } catch (error) { thrown.push(error.message) } // ${i}`
    })
    const printed = await outputOf(
      `${prelude!.code}${agrees}const thrown = []\n${runs.join('\n')}\nconsole.log(JSON.stringify(thrown))`,
    )
    for (const [i, message] of (JSON.parse(printed) as (string | null)[]).entries())
      thrown.set(programs[i]!, message)
  }, 60_000)

  it('has types in comments, mistakes and holes', () => {
    expect(page.match(/ \/\/ Tensor</g)!.length).toBeGreaterThan(35)
    expect(withMessage.filter((sample) => !isHole(sample)).length).toBeGreaterThan(7)
    expect(withMessage.filter(isHole).length).toBeGreaterThan(11)
    expect(programs.filter(isHole).every(({ shown }) => shown !== undefined)).toBe(true)
  })

  it('shows programs that compile, with the types that it states, and run', () => {
    for (const sample of programs.filter(({ shown }) => shown === undefined)) {
      expect([sample.code, complaints.get(sample) ?? []]).toEqual([sample.code, []])
      expect([sample.code, thrown.get(sample)]).toEqual([sample.code, null])
    }
  })

  it.each(withMessage.filter((sample) => !isHole(sample)).map((sample) => [nameOf(sample), sample] as const))(
    'shows the compiler at its word about %s',
    (_, sample) => {
      const said = complaints.get(sample) ?? []
      expect(said.map(({ message }) => message)).toEqual([sample.shown])
      const marks = /^\s*\/\/ *\^+$/m.exec(sample.code)![0]
      const { before, text } = said[0]!
      expect(`${marks.indexOf('^')}: ${marks.split('^').length - 1}`).toBe(`${before.length}: ${text.length}`)
    },
  )

  it.each(withMessage.filter(isHole).map((sample) => [nameOf(sample), sample] as const))(
    'names a hole that is one: %s',
    (_, sample) => {
      expect(complaints.get(sample) ?? []).toEqual([])
      expect(thrown.get(sample)).toBe(sample.shown)
    },
  )

  it('shows what checking costs, to 10%', () => {
    const shown = [...page.matchAll(/^(\S.*?) {2,}(\d+)$/gm)].map(([, name, count]) => [name, Number(count)])
    const measured = costs()
    expect(shown.map(([name]) => name)).toEqual(measured.map(({ name }) => name))
    for (const [i, { name, instantiations }] of measured.entries()) {
      const apart = Math.abs(instantiations - (shown[i]![1] as number))
      expect([name, apart <= instantiations / 10, instantiations]).toEqual([name, true, instantiations])
    }
  }, 60_000)
})
