/** @file Keeps the pages of docs/ true: their programs run, and what they show is what is printed. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Block,
  blocksOf,
  complaintsAbout,
  outputOf,
  outputOfExample,
  textsOf,
} from './support/programs.ts'

const docs = fileURLToPath(new URL('../docs', import.meta.url))

describe('docs/backprop.md', () => {
  let blocks: Block[]
  beforeAll(async () => {
    blocks = await blocksOf('docs/backprop.md')
  })

  it('is one program that the compiler accepts', () => {
    expect(blocks.filter(({ language }) => language === 'ts').length).toBeGreaterThan(12)
    expect(complaintsAbout(textsOf(blocks, 'ts'))).toEqual([])
  }, 30_000)

  it('holds at every formula, and prints what the page shows', async () => {
    expect(await outputOf(textsOf(blocks, 'ts'))).toBe(textsOf(blocks, 'text'))
  })

  it('would not hold with a formula spoiled', async () => {
    const program = textsOf(blocks, 'ts')
    const spoil = (from: string, to: string): string => {
      expect(program.split(from)).toHaveLength(2)
      return program.replace(from, to)
    }
    const spoiled = [
      spoil('W2.T.matmul(delta2)', 'W2.T.matmul(delta2).mul(1.0000001)'),
      spoil('delta.sum(0)', 'delta.mean(0)'),
      spoil('n.sub(n.square())', 'n.sub(n)'),
    ]
    for (const each of spoiled) await expect(outputOf(each)).rejects.toThrow(/apart/)
  })
})

describe('docs/notation.md', () => {
  it('shows what the example prints', async () => {
    const shown = textsOf(await blocksOf('docs/notation.md'), 'text')
    expect(await outputOfExample('jacobians')).toBe(shown)
  })
})

describe('every page', () => {
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md'))
  it.each(pages)('%s links to what is there', (page) => {
    const text = readFileSync(join(docs, page), 'utf8')
    const targets = [...text.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)].filter(
      ([, path]) => !/^https?:/.test(path!),
    )
    for (const [link, path, anchor] of targets) {
      const target = path === '' ? join(docs, page) : join(dirname(join(docs, page)), path!)
      const folder = readdirSync(dirname(target))
      expect(folder, link).toContain(target.split('/').at(-1))
      if (anchor === undefined) continue
      const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading!
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replaceAll(' ', '-'),
      )
      expect(headings, link).toContain(anchor)
    }
  })
})
