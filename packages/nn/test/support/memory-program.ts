/**
 * @file Reads files that cost nothing to claim, run by system/safetensors-memory.test.ts in a process of its own: prints for
 * each file given, as JSON, the message of the error (or null) and by how many bytes the memory of the process grew at
 * most, arrays and JavaScript's own together.
 */
import { argv } from 'node:process'
import { loadSafetensors } from '@tapegrad/nn'

// Warms up: code that is compiled on the first call is no cost of a file.
try {
  loadSafetensors(argv[2]!)
} catch {}

const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
const results = argv.slice(2).map((path) => {
  globalThis.gc!()
  const before = used()
  let message: string | null = null
  let kept: object | null = null
  try {
    kept = loadSafetensors(path)
  } catch (error) {
    message = (error as Error).message
  }
  const grown = used() - before
  return { message, grown, tensors: kept === null ? 0 : Object.keys(kept).length }
})
console.log(JSON.stringify(results))
