/** @file What both halves write with. Imports common/table.ts (types). */
import type { Cell } from '../common/table.ts'

/** Saves a figure as NAME.svg and says where. */
export type Save = (name: string, svg: string) => void

export const scientific = (x: number, digits = 1): string => x.toExponential(digits)

/** A cell of a table whose columns stand at the right. */
export const right = (content: string): Cell => ({ content: `  ${content}`, hAlign: 'right' })
