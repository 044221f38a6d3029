/** @file Saving and loading 100 MB of weights, against plain files of the same bytes, and encoding and decoding, against a plain copy. */
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rand } from '@tapegrad/core'
import { decodeSafetensors, encodeSafetensors, loadSafetensors, saveSafetensors } from '@tapegrad/nn'
import { duration, medians, ratio, table } from './support/measure.ts'

// 25 layers of 4 MB.
const dict = Object.fromEntries(
  Array.from({ length: 25 }, (_, i) => [`layer.${i}.weight`, rand([1000, 1000])]),
)
const bytes = encodeSafetensors(dict)
const folder = mkdtempSync(join(tmpdir(), 'tapegrad-bench-'))
const path = join(folder, 'model.safetensors')
const plain = join(folder, 'plain')

function writePlain(): void {
  const file = openSync(plain, 'w')
  writeFileSync(file, bytes)
  fsyncSync(file)
  closeSync(file)
}

/** A tensor of F16, of which every element is converted. */
function halves(count: number): Uint8Array {
  const header = JSON.stringify({ x: { dtype: 'F16', shape: [count], data_offsets: [0, 2 * count] } })
  const text = new TextEncoder().encode(header)
  const file = new Uint8Array(8 + text.length + 2 * count)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  return file
}

try {
  writePlain()
  saveSafetensors(path, dict)
  const half = halves(25_000_000)
  const pairs: [string, () => void, string, () => void][] = [
    ['saveSafetensors', () => saveSafetensors(path, dict), 'write and fsync', writePlain],
    ['loadSafetensors', () => loadSafetensors(path), 'readFileSync', () => readFileSync(plain)],
    ['encodeSafetensors', () => encodeSafetensors(dict), 'copy', () => bytes.slice()],
    ['decodeSafetensors', () => decodeSafetensors(bytes), 'copy', () => bytes.slice()],
    ['decode 50 MB of F16', () => decodeSafetensors(half), 'copy of 100 MB', () => bytes.slice()],
  ]
  const rows = pairs.map(([name, run, other, theirs]) => {
    const [ours, plainly] = medians(
      [
        { name, run },
        { name: other, run: theirs },
      ],
      7,
    ) as [number, number]
    const speed = (seconds: number): string => `${Math.round(bytes.length / 1e6 / seconds)} MB/s`
    return [name, duration(ours), speed(ours), `${other} ${duration(plainly)}`, ratio(ours, plainly)]
  })
  console.log(table('safetensors, 100 MB of float32', ['what', 'time', 'speed', 'plain', 'ratio'], rows))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
