/** @file The accuracy of the iris example over 30 seeds, trained by autograd. */
import { expect, it } from 'vitest'
import { iris } from '../../iris/main.ts'
import { capture, shownOutput } from '../capture.ts'

it('seeds 1 to 30: mean validation accuracy at least 94%, median at least 95%, as the README says', async () => {
  const { terminal, text } = capture()
  await iris(['--seeds', '30'], terminal)
  const finals = [...text().matchAll(/^ {2}seed +\d+ +(\S+)%$/gm)].map((match) => Number(match[1]))
  expect(finals).toHaveLength(30)
  finals.sort((a, b) => a - b)
  expect(finals.reduce((a, b) => a + b) / 30).toBeGreaterThanOrEqual(94)
  expect((finals[14]! + finals[15]!) / 2).toBeGreaterThanOrEqual(95)
  expect(text().trimEnd().split('\n').at(-1)).toBe(shownOutput('iris')[0])
})
