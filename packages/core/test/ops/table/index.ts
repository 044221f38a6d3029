/** @file All rows of the op table. */
import { algebraRows } from './algebra.ts'
import { binaryRows } from './binary.ts'
import { convRows } from './conv.ts'
import { elementwiseRows } from './elementwise.ts'
import { joinRows } from './join.ts'
import { memoryRows } from './memory.ts'
import { movementRows } from './movement.ts'
import { poolRows } from './pool.ts'
import { reduceRows } from './reduce.ts'
import type { Row } from './row.ts'

export const rows: readonly Row[] = [
  ...elementwiseRows,
  ...binaryRows,
  ...reduceRows,
  ...movementRows,
  ...joinRows,
  ...algebraRows,
  ...convRows,
  ...poolRows,
  ...memoryRows,
]
