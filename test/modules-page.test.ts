/** @file Keeps docs/modules.md true: its program is accepted by the compiler, and prints what the page shows. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type Block, blocksOf, complaintsAbout, outputOf, textsOf } from './support/programs.ts'

describe('docs/modules.md', () => {
  let blocks: Block[]
  beforeAll(async () => {
    blocks = await blocksOf('docs/modules.md')
  })

  it('is one program that the compiler accepts', () => {
    expect(complaintsAbout(textsOf(blocks, 'ts'))).toEqual([])
  }, 30_000)

  it('prints what the page shows', async () => {
    expect(await outputOf(textsOf(blocks, 'ts'))).toBe(textsOf(blocks, 'text'))
  })

  it('would not hold without marks, or with state that is not kept', async () => {
    const program = textsOf(blocks, 'ts')
    const spoil = (from: string, to: string): string => {
      expect(program.split(from)).toHaveLength(2)
      return program.replace(from, to)
    }
    const shown = textsOf(blocks, 'text')
    expect(await outputOf(spoil('parameter(ones([features]))', 'ones([features])'))).not.toBe(shown)
    expect(await outputOf(spoil('this.mean.assign(total.div(this.seen))', 'total.div(this.seen)'))).not.toBe(
      shown,
    )
  })
})
