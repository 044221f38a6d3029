/** @file Keeps the README and that of nn true: their programs compile and run, and what they show is what is printed. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type Block, blocksOf, complaintsAbout, outputOf, outputOfExample } from './support/programs.ts'

let blocks: Block[]
beforeAll(async () => {
  blocks = await blocksOf('README.md')
})

/** The text block that follows the program whose text has `words`. */
function outputAfter(words: string): string {
  const at = blocks.findIndex(({ language, text }) => language === 'ts' && text.includes(words))
  return blocks.slice(at + 1).find(({ language }) => language === 'text')!.text
}

const program = (words: string): string =>
  blocks.find(({ language, text }) => language === 'ts' && text.includes(words))!.text

describe('the tour', () => {
  it('is accepted by the compiler', () => {
    expect(complaintsAbout(program('learns XOR'))).toEqual([])
  }, 30_000)

  it('prints what the README shows', async () => {
    expect(await outputOf(program('learns XOR'))).toBe(outputAfter('learns XOR'))
  })

  it('shows the compiler at its word about a misfit', () => {
    const imports = "import { Dense, Sigmoid, sequential } from '@tapegrad/nn'\n"
    const complaints = complaintsAbout(imports + program('new Dense(5, 1)'))
    expect(complaints.map(({ text, message }) => [text, `${message}\n`])).toEqual([
      ['new Dense(5, 1)', outputAfter('new Dense(5, 1)')],
    ])
  }, 30_000)

  it('shows gradcheck at its word about a wrong gradient', async () => {
    const lines = program('learns XOR').split('\n')
    const define = lines.find((line) => line.includes('defineOp({'))!
    const wrong = define.replace('.mul(3)', '')
    expect(wrong).not.toBe(define)
    const source = `import { defineOp, gradcheck, tensor } from '@tapegrad/core'
${wrong}
console.log(gradcheck(cube, [tensor([0.5, -1, 2])]).toString())`
    const shown = blocks.find(
      ({ language, text }) => language === 'text' && text.includes('gradcheck:'),
    )!.text
    expect(await outputOf(source)).toBe(shown)
  })
})

describe('the ledger', () => {
  it('grades as the README shows', async () => {
    expect(complaintsAbout(program('graded.firstWrong'))).toEqual([])
    expect(await outputOf(program('graded.firstWrong'))).toBe(outputAfter('graded.firstWrong'))
  }, 30_000)
})

describe('the training', () => {
  it('ends as the README shows', async () => {
    expect(complaintsAbout(program('await fit('))).toEqual([])
    expect(await outputOf(program('await fit('))).toBe(outputAfter('await fit('))
  }, 30_000)
})

describe('packages/nn/README.md', () => {
  it('has programs that the compiler accepts, and that run', async () => {
    const programs = (await blocksOf('packages/nn/README.md')).filter(({ language }) => language === 'ts')
    expect(programs).toHaveLength(2)
    for (const { text } of programs) expect(complaintsAbout(text)).toEqual([])
    const [training, ledger] = await Promise.all(programs.map(({ text }) => outputOf(text)))
    expect(training).toMatch(/Total parameters: 162 .*epochs, \d+ steps/s)
    expect(ledger).toContain('── Backward, layer 1')
  }, 30_000)
})

describe('the main job', () => {
  it('prints the lines that the README shows', async () => {
    const shown = blocks.find(
      ({ language, text }) => language === 'text' && text.includes('article prints'),
    )!.text
    const printed = new Set(
      `${await outputOfExample('article')}\n${await outputOfExample('iris')}`
        .split('\n')
        .map((line) => line.trimEnd()),
    )
    const lines = shown.split('\n').filter((line) => line !== '...')
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.filter((line) => !printed.has(line.trimEnd()))).toEqual([])
  }, 60_000)
})
