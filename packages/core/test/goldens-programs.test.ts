/** @file Small programs against PyTorch: values, gradients, second derivatives (test/goldens/programs.json). */
import { describe, expect, it } from 'vitest'
import { programs } from './support/golden-programs.ts'
import { checkGradients, checkSecond, checkValues, inputsOf, readGoldens } from './support/goldens.ts'

const goldens = readGoldens('programs')

describe('golden programs', () => {
  it.each(goldens.map((golden) => [golden.op, golden] as const))('%s', (name, golden) => {
    const f = programs[name]!
    const inputs = () => inputsOf(golden)
    checkValues(golden, [f(...inputs())], false)
    checkGradients(golden, (xs) => [f(...xs)], inputs)
    if (golden.h !== undefined) checkSecond(golden, (xs) => [f(...xs)], inputs)
  })

  it('are the same here and in the generator', () => {
    expect(goldens.map(({ op }) => op).sort()).toEqual(Object.keys(programs).sort())
  })
})
