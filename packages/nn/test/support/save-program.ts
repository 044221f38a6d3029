/**
 * @file Saves to one path over and over, run by the system tests in processes that are killed: `save-program.ts PATH SIZE
 * FIRST LAST` saves states FIRST to LAST, SIZE numbers each, and prints the number of each state that was saved.
 */
import { writeSync } from 'node:fs'
import { argv } from 'node:process'
import { full } from '@tapegrad/core'
import { saveSafetensors } from '@tapegrad/nn'

const [path, ...numbers] = argv.slice(2)
const [size, first, last] = numbers.map(Number) as [number, number, number]
for (let state = first; state <= last; state++) {
  saveSafetensors(
    path!,
    { a: full([size], state), b: full([7], state, { dtype: 'int32' }) },
    { state: `${state}` },
  )
  // At once, not through a stream: what is printed is what was saved.
  writeSync(1, `${state}\n`)
}
