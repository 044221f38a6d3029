/** @file Graphviz itself reads what `toDot` writes. Skipped where it is not installed (`apt-get install graphviz`). */
import { execFileSync, spawnSync } from 'node:child_process'
import { grad, linear, mul, sigmoid, sum, type Tensor, tape, tensor, toDot } from '@tapegrad/core'
import { expect, it } from 'vitest'
import { withParams } from '../support/tapes.ts'

/** Not a dependency: it is there or it is not. */
const program = 'dot'
const installed = spawnSync(program, ['-V']).status === 0

/** What the drawing shows: the lines of text of each node, in order, and how many arrows there are. */
function drawn(dot: string): { nodes: string[][]; arrows: number } {
  const svg = execFileSync(program, ['-Tsvg'], { input: dot, encoding: 'utf8' })
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&', '#45': '-', '#39': "'" }
  const shown = (xml: string): string =>
    xml.replace(/&(#?\w+);/g, (all, name: string) => (name === '#160' ? ' ' : (entities[name] ?? all)))
  const groups = [...svg.matchAll(/<g id="\w+" class="(node|edge)">\s*<title>(.*?)<\/title>([\s\S]*?)<\/g>/g)]
  const nodes = groups.filter(([, kind]) => kind === 'node')
  nodes.sort(([, , a], [, , b]) => Number(a!.slice(1)) - Number(b!.slice(1)))
  return {
    nodes: nodes.map(([, , , body]) =>
      [...body!.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text]) => shown(text!)),
    ),
    arrows: groups.length - nodes.length,
  }
}

it.skipIf(!installed)('draws a network and its gradient', () => {
  let inner: Tensor | undefined
  const w = tensor([[1, 2]], { requiresGrad: true })
  grad((x: Tensor) => {
    const gradient = grad((u: Tensor) => sum(sigmoid(linear(u, w))))(x)
    inner = mul(gradient, gradient)
    return sum(inner)
  })(tensor([3, 4]))
  const records = tape(inner!)
  const { nodes, arrows } = drawn(toDot(inner!))
  expect(nodes).toHaveLength(records.length)
  expect(arrows).toBe(records.reduce((n, { inputs }) => n + inputs.length, 0))
  records.forEach(({ op, value, dtype, shape }, id) => {
    expect(nodes[id]!.slice(0, 2)).toEqual([
      value === undefined ? op : String(value),
      `${dtype} [${shape.join(', ')}]`,
    ])
  })
})

it.skipIf(!installed)('shows names with characters that DOT treats specially', () => {
  for (const name of [
    'quo"te',
    'back\\slash',
    'ends in \\',
    '\\"',
    '\\n',
    '->{};[]',
    'é漢',
    '<b>x</b>',
    '&lt;',
  ]) {
    const { nodes } = drawn(toDot(withParams(name, undefined, tensor(1, { requiresGrad: true }))))
    expect(nodes[1]).toEqual([name, 'float32 []'])
  }
})
