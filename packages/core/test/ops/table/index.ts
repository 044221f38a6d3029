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

export const rows: readonly Row[] = [
  ...elementwiseRows,
  ...binaryRows,
  ...reduceRows,
  ...movementRows,
  ...joinRows,
  ...scanRows,
  ...orderRows,
  ...gatherRows,
  ...triangleRows,
  ...algebraRows,
  ...linearAlgebraRows,
  ...einsumRows,
  ...convRows,
  ...poolRows,
  ...memoryRows,
]
