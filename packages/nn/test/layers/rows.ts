/** @file The table of layers: all rows. */
import type { Row } from './row.ts'
import { rows as attention } from './rows/attention.ts'
import { rows as conv } from './rows/conv.ts'
import { rows as dense } from './rows/dense.ts'
import { rows as norm } from './rows/norm.ts'
import { rows as recurrent } from './rows/recurrent.ts'
import { rows as simple } from './rows/simple.ts'

export const ROWS: readonly Row[] = [...attention, ...conv, ...dense, ...norm, ...simple, ...recurrent]
