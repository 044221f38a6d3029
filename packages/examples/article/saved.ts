/** @file The ledger as a file. Imports printed.ts. */
import { extname } from 'node:path'
import type { LedgerReport, RenderOptions } from '@tapegrad/nn'
import { InvalidArgumentError } from 'commander'
import { type PrintedFigure, printedColumn } from './printed.ts'

const WRITERS: Readonly<Record<string, (whole: LedgerReport, options: RenderOptions) => string>> = {
  '.md': (whole, options) => whole.toMarkdown(options),
  '.html': (whole, options) => whole.toHTML(options),
  '.json': (whole) => `${JSON.stringify(whole, null, 2)}\n`,
}

const plain = (text: string | number | null | undefined): string => `${text}`

/** The ledger in the format that the name of the file asks for. */
export function textFor(
  path: string,
  whole: LedgerReport,
  printed: ReadonlyMap<string, PrintedFigure>,
): string {
  const column = printedColumn(printed, { green: plain, red: plain })
  return WRITERS[extname(path)]!(whole, printed.size === 0 ? {} : { column })
}

/** Reads the name of a file that the ledger can be saved as. */
export function ledgerFile(path: string): string {
  if (!Object.hasOwn(WRITERS, extname(path)))
    throw new InvalidArgumentError(`Name a file that ends in ${Object.keys(WRITERS).join(', ')}.`)
  return path
}
