/** @file Keeps docs/training.md true: its program is accepted by the compiler, and prints what the page shows. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type Block, blocksOf, complaintsAbout, outputOf, textsOf } from './support/programs.ts'

describe('docs/training.md', () => {
  let blocks: Block[]
  beforeAll(async () => {
    blocks = await blocksOf('docs/training.md')
  })

  it('is one program that the compiler accepts', () => {
    expect(complaintsAbout(textsOf(blocks, 'ts'))).toEqual([])
  }, 30_000)

  it('prints what the page shows', async () => {
    expect(await outputOf(textsOf(blocks, 'ts'))).toBe(textsOf(blocks, 'text'))
  })

  it('would not hold with a convention or a state spoiled', async () => {
    const program = textsOf(blocks, 'ts')
    const spoil = (from: string, to: string): string => {
      expect(program.split(from)).toHaveLength(2)
      return program.replace(from, to)
    }
    const shown = textsOf(blocks, 'text')
    expect(await outputOf(spoil('{ reduction, mask }', '{ reduction, mask, scale: 2 }'))).not.toBe(shown)
    const withoutState = spoil(
      'optimizer: again.optimizer, generator: again.generator })',
      'optimizer: again.optimizer })',
    )
    expect(await outputOf(withoutState)).not.toBe(shown)
  })
})
