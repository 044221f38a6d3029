/** @file Keeps docs/transforms.md true: its program is accepted by the compiler, and prints what the page shows. */
import { beforeAll, describe, expect, it } from 'vitest'
import * as core from '../packages/core/src/index.ts'
import { type Block, blocksOf, complaintsAbout, outputOf, textsOf } from './support/programs.ts'

describe('docs/transforms.md', () => {
  let blocks: Block[]
  beforeAll(async () => {
    blocks = await blocksOf('docs/transforms.md')
  })

  it('is one program that the compiler accepts', () => {
    expect(complaintsAbout(textsOf(blocks, 'ts'))).toEqual([])
  }, 30_000)

  it('prints what the page shows, a block of output for each block of code that prints', async () => {
    expect(await outputOf(textsOf(blocks, 'ts'))).toBe(textsOf(blocks, 'text'))
    const code = blocks.filter(({ language }) => language === 'ts')
    const printing = code.filter(({ text }) => /^(?!const show).*\b(show\(|console\.log)/m.test(text))
    expect(blocks.filter(({ language }) => language === 'text')).toHaveLength(printing.length)
  })

  it('shows every transform in a program', () => {
    const program = textsOf(blocks, 'ts')
    const names =
      'grad valueAndGrad vjp jvp jacobian hessian hvp vmap checkpoint stopGradient noGrad detectAnomaly'.split(
        ' ',
      )
    for (const name of names) {
      expect(core).toHaveProperty(name)
      expect(program).toMatch(new RegExp(`\\b${name}\\(`))
    }
    for (const option of ['onGrad(', 'createGraph', 'inAxes', 'outAxes', "mode: 'forward'"])
      expect(program).toContain(option)
  })

  it('would not hold with an example spoiled', async () => {
    const program = textsOf(blocks, 'ts')
    const spoil = (from: string, to: string): string => {
      expect(program.split(from)).toHaveLength(2)
      return program.replace(from, to)
    }
    await expect(outputOf(spoil('rows.slice([i]), targets', 'rows.slice([0]), targets'))).rejects.toThrow(
      /apart/,
    )
    expect(await outputOf(spoil('d.clamp(-1, 1)', 'd.clamp(-1, 2)'))).not.toBe(textsOf(blocks, 'text'))
  })
})
