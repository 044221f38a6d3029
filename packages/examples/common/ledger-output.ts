/** @file What examples that show a ledger share: its columns explained, and the ledger as a file. Imports terminal.ts (types only). */
import { extname } from 'node:path'
import type { LedgerReport, RenderOptions } from '@tapegrad/nn'
import { InvalidArgumentError } from 'commander'
import type { Terminal } from './terminal.ts'

const COLUMNS = [
  ['manual', 'the closed-form formulas on plain arrays'],
  ['autograd', 'from the tape; retainGrad() on z keeps δ = dL/dz'],
  ['diff.', '|manual - autograd|, relative'],
  ['finite diff.', 'from the forward pass alone: central differences at h = 0.1 and 0.05, extrapolated'],
  ['dig.', 'how many digits of a finite difference can be right, given that float64 rounds ŷ'],
  ['Δ', 'by how much the step moves W or b; in these rows the finite difference is that of Δ'],
] as const

/** What stands in the columns of a ledger. */
export function explainColumns({ paragraph, colors }: Terminal): void {
  for (const [name, meaning] of COLUMNS) paragraph(`  ${colors.dim(name.padEnd(13))}${meaning}`, 13)
}

const WRITERS: Readonly<Record<string, (whole: LedgerReport, options: RenderOptions) => string>> = {
  '.md': (whole, options) => whole.toMarkdown(options),
  '.html': (whole, options) => whole.toHTML(options),
  '.json': (whole) => `${JSON.stringify(whole, null, 2)}\n`,
}

/** The ledger in the format that the name of the file asks for. */
export const ledgerText = (path: string, whole: LedgerReport, options: RenderOptions = {}): string =>
  WRITERS[extname(path)]!(whole, options)

/** Reads the name of a file that the ledger can be saved as. */
export function ledgerFile(path: string): string {
  if (!Object.hasOwn(WRITERS, extname(path)))
    throw new InvalidArgumentError(`Name a file that ends in ${Object.keys(WRITERS).join(', ')}.`)
  return path
}
