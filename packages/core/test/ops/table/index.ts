/** @file All rows of the op table. */
import { algebraRows } from './algebra.ts'
import { binaryRows } from './binary.ts'
import { convRows } from './conv.ts'
import { einsumRows } from './einsum.ts'
import { elementwiseRows } from './elementwise.ts'
import { gatherRows } from './gather.ts'
import { joinRows } from './join.ts'
import { linearAlgebraRows } from './linear-algebra.ts'
import { memoryRows } from './memory.ts'
import { movementRows } from './movement.ts'
import { orderRows } from './order.ts'
import { poolRows } from './pool.ts'
import { reduceRows } from './reduce.ts'
import type { Row } from './row.ts'
import { scanRows } from './scan.ts'
import { triangleRows } from './triangle.ts'

/** The rows by family, under the headings that they have in docs/derivatives.md. */
export const families: Readonly<Record<string, readonly Row[]>> = {
  'Elementwise, of one tensor': elementwiseRows,
  'Elementwise, of several tensors': binaryRows,
  Reductions: reduceRows,
  Movement: movementRows,
  'Joining, taking': joinRows,
  Scans: scanRows,
  Sorting: orderRows,
  'Gathering, masks': gatherRows,
  'Triangles, tiles, parts': triangleRows,
  'Matrix products': algebraRows,
  'Linear algebra': linearAlgebraRows,
  Einsum: einsumRows,
  Convolution: convRows,
  Pooling: poolRows,
  Copies: memoryRows,
}

export const rows: readonly Row[] = Object.values(families).flat()
