/** @file The article example on a terminal: what it prints, at which widths, in colour or not. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { article } from '../article/main.ts'
import { predictedClass } from '../article/network.ts'
import { UserError } from '../common/cli.ts'
import { capture, shownOutput, tooWide } from './capture.ts'

function run(flags: string[] = [], width = 120): string {
  const { terminal, text } = capture(width)
  article(flags, terminal)
  return text()
}
const joined = (text: string): string => text.replace(/\s+/g, ' ')

describe('the ledger on a terminal', () => {
  it.each([80, 112, 120, 160, 200])('fits %i columns', (width) => {
    for (const flags of [[], ['--w25', '2', '--steps', '20'], ['--preset', 'gentle', '--activation', 'tanh']])
      expect(tooWide(run(flags, width), width)).toEqual([])
  })

  it.each([80, 120, 160])(
    'has formula, numbers, three values, digits and printed figure: %i columns',
    (width) => {
      const text = run([], width)
      const lines = text.split('\n')
      const at = lines.findIndex((line) => line.includes('δ1 = dL/dz1 = dL/dn1 ⊙ f'))
      const rows = joined(lines.slice(at, at + 8).join(' '))
      expect(rows).toContain('(-2.219e-8)·0.0066481')
      // Of 80 columns the digits take no part.
      const [difference, digits] = width === 80 ? ['', ''] : ['\\S+ ', '\\d\\.\\d ']
      const line = (value: string, finite: string, printed: string): RegExp =>
        new RegExp(`(${value}) \\1 ${difference}${finite} ${digits}${printed}`)
      expect(rows).toMatch(line('-1\\.4748977931e-10', '-1\\.4749\\d?e-10', '-0\\.000000000147490 ✓'))
      expect(rows).toMatch(line('-2\\.7372199079e-12', '-2\\.7372e-12', '-0\\.000000000002451 ‡'))
      expect(text).toContain('0.000045395807355 †')
    },
  )

  it('marks the two errata with their causes and no other figure', () => {
    const text = run()
    expect(text.match(/[†‡✗] *$/gm)).toHaveLength(2)
    expect(text.match(/ ✓ *$/gm)).toHaveLength(25)
    expect(text).toContain('† fPrime1[2] is misprinted')
    expect(joined(text)).toContain('‡ delta1[1] mixes two values of w(2,5)')
    expect(joined(text)).toContain('25 of 27 reproduced to one unit in the last printed digit; 2 marked')
  })

  it('with w(2,5) = 2 says why figures differ', () => {
    const text = joined(run(['--w25', '2']))
    expect(text).toContain('7.979583862337768')
    expect(text).toContain('the article computes this with w(2,5) = 3')
    // Layer 1 does not depend on it: all of its forward figures but the misprint, and z2[0] with n2[0] and its slope.
    expect(text).toContain('11 of 27 reproduced')
  })

  it('compares with the article only where its network is', () => {
    expect(run(['--preset', 'gentle'])).not.toContain('dig. article prints')
    expect(run(['--activation', 'sigmoid,sigmoid,tanh'])).not.toContain('dig. article prints')
    expect(run(['--activation', 'sigmoid'])).toContain('dig. article prints')
  })

  it('is as the README shows it', () => {
    const lines = run().split('\n')
    expect(shownOutput('article')).toHaveLength(4)
    for (const line of shownOutput('article')) expect(lines).toContain(line)
  })

  it('prints changes in scientific notation', () => {
    expect(run()).toMatch(/1\.000000000029498 .* Δ \+2\.949796e-11$/m)
  })

  it('has no colours where there is no terminal, and where NO_COLOR is set', () => {
    const of = (env: Record<string, string>, isTTY: boolean): string => {
      const { terminal, text } = capture(120, env, isTTY)
      article([], terminal)
      return text()
    }
    const escapeCode = String.fromCharCode(27)
    expect(of({}, false)).not.toContain(escapeCode)
    expect(of({ NO_COLOR: '1' }, true)).not.toContain(escapeCode)
    expect(of({ TERM: 'dumb' }, true)).not.toContain(escapeCode)
    expect(of({}, true)).toContain(escapeCode)
    expect(of({ FORCE_COLOR: '1' }, false)).toContain(escapeCode)
    expect(of({}, true).replaceAll(new RegExp(`${escapeCode}\\[\\d+m`, 'g'), '')).toBe(of({}, false))
  })
})

describe('what it says about the step', () => {
  it('both update formulas, the class, the reason for small deltas', () => {
    const text = joined(run())
    expect(text).toContain('W ← W - α δ nᵀ gradient descent')
    expect(text).toContain('W ← W - α (δ nᵀ + W) with a regularizer')
    expect(text).toContain('W3[0][0] = 1 - 0.1·(-6.118e-6) = 1.000000611842398')
    expect(text).toContain('W3[0][0] = 1 - 0.1·(-6.118e-6 + 1) = 0.900000611842398')
    expect(text).toContain('ŷ = 0.997520293823002, so the class is 1')
    expect(text).toContain('|δ| goes from 6.1e-6 in layer 3 to 1.5e-10 in layer 1')
    expect(text).toContain('which leaves ŷ - y 4 digits, and 3 of 20 parameters would move at all')
  })

  it.each([
    ['sigmoid', 'Why the deltas shrink |δ| goes from 6.1e-6 in layer 3 to 1.5e-10 in layer 1:'],
    ['relu', 'Why the deltas grow |δ| goes from 230 in layer 3 to 2300 in layer 1:'],
    ['relu', "Wᵀ multiplies it by at most 3, 4, and f'(z) by at most 1, 1."],
    ['relu,relu,sigmoid', 'Why the deltas are 0 δ is 0 in all layers, for ŷ - y is 0 in float64.'],
  ])('deltas of %s: %s', (activation, words) => {
    expect(joined(run(['--activation', activation]))).toContain(words)
  })

  it('the class is 1 from one half on', () => {
    expect([0.4999, 0.5, 1.44, -1].map(predictedClass)).toEqual([0, 1, 1, 0])
  })

  it('--steps trains on', () => {
    const losses = (text: string): number[] =>
      [...text.matchAll(/^ +(\d+) {2}(\d\.\d+e\S+) +0\.\d+$/gm)].map((match) => Number(match[2]))
    const slow = losses(run(['--steps', '30']))
    expect(slow).toHaveLength(7)
    const gentle = losses(run(['--preset', 'gentle', '--steps', '1000']))
    for (const list of [slow, gentle])
      list.slice(1).forEach((loss, i) => {
        expect(loss).toBeLessThan(list[i]!)
      })
    expect(slow.at(-1)! / slow[0]!).toBeGreaterThan(0.999)
    expect(gentle.at(-1)! / gentle[0]!).toBeLessThan(0.1)
  })
})

describe('mistakes and files', () => {
  it.each([80, 120, 160])('--bug shows which cells turn wrong: %i columns', (width) => {
    const text = run(['--preset', 'gentle', '--bug', 'transpose-weights'], width)
    expect(tooWide(text, width)).toEqual([])
    expect(joined(text)).toContain(
      'First wrong: backprop1[0] must be -0.0023382, got -0.0010017: W stands where',
    )
    expect(text.match(/✗ wrong$/gm)).toHaveLength(3)
  })
  it('--bug beside the printed figures: what is wrong is no longer as printed', () => {
    const text = run(['--bug', 'drop-derivative'])
    expect(text).toMatch(/^\[0\] .* ✗ wrong$/m)
    expect(text.match(/ ✓ *$/gm)!.length).toBeLessThan(25)
    expect(tooWide(text, 120)).toEqual([])
  })
  it.each([
    ['md', '## Forward, layer 1: 2 inputs, 3 neurons, sigmoid'],
    ['html', '<section class="tapegrad-ledger">'],
    ['json', '"layers": ['],
  ])('--save writes .%s', (extension, words) => {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-'))
    const path = join(folder, 'new', `ledger.${extension}`)
    expect(run(['--save', path])).toContain(`The ledger as a file: ${path}`)
    expect(readFileSync(path, 'utf8')).toContain(words)
    rmSync(folder, { recursive: true })
  })
})

describe('flags', () => {
  it.each([
    [['--w25', '4'], "argument '4' is invalid"],
    [['--steps', '-1'], 'Use a whole number of at least 0.'],
    [['--preset', 'wild'], 'Allowed choices are article, gentle.'],
    [['--bug', 'forget-mean'], 'Allowed choices are drop-derivative,'],
    [['--save', 'ledger.pdf'], 'Name a file that ends in .md, .html, .json.'],
    [
      ['--save', '/dev/null/ledger.md'],
      '/dev/null/ledger.md: the ledger cannot be written: /dev/null is a file, not a folder',
    ],
    [['--activation', 'swish'], "'swish' is none of sigmoid, tanh, relu."],
    [['--activation', 'toString'], "'toString' is none of sigmoid, tanh, relu."],
    [['--activation', 'tanh,tanh'], 'one for each of the 3 layers'],
    [['--wide'], "unknown option '--wide'"],
  ])('%j', (flags, message) => {
    expect(() => run(flags)).toThrow(UserError)
    expect(() => run(flags)).toThrow(message)
  })
  it('--help', () => {
    const text = run(['--help'], 80)
    for (const flag of ['w25', 'steps', 'preset', 'activation']) expect(text).toContain(`--${flag} <`)
    expect(text).not.toContain('Forward')
  })
})
