/** @file `pnpm example jacobians`: the Jacobians of a layer with numbers. Imports this folder, common/ and article/network.ts. */
import type { Tensor } from '@tapegrad/core'
import { articleNetwork, articleSample, LAYERS } from '../article/network.ts'
import { commandLine, readFlags, UserError, wholeNumber } from '../common/cli.ts'
import { type Cell, plainTable } from '../common/table.ts'
import type { Terminal } from '../common/terminal.ts'
import { type Display, displaysOf, layersOf, lossDisplaysOf } from './displays.ts'
import { type Jacobian, jacobianByColumns, jacobianByRows } from './jacobian.ts'

interface Flags {
  readonly layer: number
}

export function jacobians(args: readonly string[], terminal: Terminal): void {
  const about =
    "The Jacobians that backpropagation multiplies, with numbers, on the article's 2-3-2-1 network: from the tape, checked against their closed forms."
  const command = commandLine('jacobians', about, terminal).option(
    '--layer <k>',
    `the layer to show, 1 to ${LAYERS}`,
    wholeNumber(1),
    2,
  )
  const flags = readFlags<Flags>(command, args)
  if (flags === null) return
  if (flags.layer > LAYERS) throw new UserError(`--layer ${flags.layer}: the network has ${LAYERS} layers`)
  const { print, paragraph, colors } = terminal

  const { x, y } = articleSample()
  const layers = layersOf(articleNetwork(), x)
  const displays = layers.map((layer, i) => displaysOf(layer, layers[i + 1]))
  displays.at(-1)!.push(...lossDisplaysOf(layers.at(-1)!, y as Tensor))
  const disagreements = displays.flat().map(disagreement)
  print(
    colors.bold(`Layer ${flags.layer} of the article's network: z(k) = W(k) n(k-1) + b(k), n(k) = f(z(k))`),
  )
  for (const display of displays[flags.layer - 1]!) show(display, terminal)
  print()
  paragraph(
    `Checked in all layers: ${disagreements.length} Jacobians by vjp on unit vectors (rows) and by jvp on unit vectors (columns), ` +
      `at most ${Math.max(...disagreements).toExponential(1)} of the largest entry from the closed form.`,
  )
}

/** Both come from a handful of float64 operations. */
const TOLERANCE = 1e-14

/** How far the tape's Jacobian, made both ways, is from the closed form, relative to the largest entry. */
export function disagreement({ title, f, x, closed }: Display): number {
  const expected = closed.flat()
  const largest = Math.max(...expected.map(Math.abs))
  const distances = [jacobianByRows(f, x), jacobianByColumns(f, x)].map((found) =>
    Math.max(...found.flat().map((value, i) => Math.abs(value - expected[i]!))),
  )
  const worst = Math.max(...distances) / largest
  // A NaN is not below the tolerance.
  if (!(worst <= TOLERANCE)) throw new Error(`${title}: the tape and the closed form are ${worst} apart`)
  return worst
}

function show({ title, f, x }: Display, { print, colors }: Terminal): void {
  const found = jacobianByRows(f, x)
  print(`\n${colors.bold(title)}`)
  if (x.ndim === 1) print(plainTable(found.map((row) => row.map(cell))))
  else print(blocks(found, x.shape[1]!, colors.dim))
}

/** The derivatives of each output by a matrix, in the shape of that matrix, side by side. */
function blocks(found: Jacobian, columns: number, dim: (text: string) => string): string {
  const heights = found[0]!.length / columns
  const head = found.flatMap((_, i) => [dim(`  dz[${i}]/dW`), ...new Array<string>(columns - 1).fill('')])
  const lines = Array.from({ length: heights }, (_, r) =>
    found.flatMap((row) => row.slice(r * columns, (r + 1) * columns).map(cell)),
  )
  return plainTable([head, ...lines])
}

/** Ones and zeros as they are: they hold exactly. */
function cell(value: number): Cell {
  const text = Number.isInteger(value) ? String(value) : value.toPrecision(6)
  return { content: `  ${text}`, hAlign: 'right' }
}
