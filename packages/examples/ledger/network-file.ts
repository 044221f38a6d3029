/** @file A network with its data from a JSON file, each mistake in it as one line. Imports json.ts and common/. */
import { statSync } from 'node:fs'
import { UserError } from '../common/cli.ts'
import { readText, shownCell } from '../common/csv.ts'
import { jsonMistake } from './json.ts'

const ACTIVATIONS = ['sigmoid', 'tanh', 'relu', 'none'] as const
const LOSSES = ['half-sum', 'mean', 'cross-entropy'] as const

export interface LayerOfFile {
  /** [neuron][input]. */
  readonly weight: readonly (readonly number[])[]
  readonly bias: readonly number[] | null
  readonly activation: (typeof ACTIVATIONS)[number]
}

export interface NetworkOfFile {
  readonly layers: readonly LayerOfFile[]
  /** Whether x is a list of samples; else it is one, and the lists below have one row. */
  readonly batch: boolean
  readonly x: readonly (readonly number[])[]
  /** Values, or a class number for each sample. */
  readonly y: { readonly values: readonly (readonly number[])[] } | { readonly classes: readonly number[] }
  readonly loss: (typeof LOSSES)[number]
  readonly rate: number | null
}

/** Files beyond this hold more numbers than a ledger can show. */
const MOST_BYTES = 1_000_000
/** Gradients, those of each sample and their sum: three to four seconds. */
const MOST_GRADIENTS = 10_000

/** The network of a file; a `UserError` that names file, place and remedy where something is wrong. */
export function readNetwork(path: string): NetworkOfFile {
  const about = statSync(path, { throwIfNoEntry: false })
  if (about?.isCharacterDevice()) throw new UserError(`${path}: this is a device, not a file`)
  if (about !== undefined && about.size > MOST_BYTES)
    throw new UserError(
      `${path}: the file has ${(about.size / 1e6).toFixed(1)} MB; a ledger is for networks that one can read, at most 1 MB`,
    )
  return parseNetwork(readText(path), path)
}

/** The network of a JSON text; `file` is its name in errors. */
export function parseNetwork(text: string, file: string): NetworkOfFile {
  // U+FFFD stands where bytes are not UTF-8.
  if (/[\0\ufffd]/.test(text))
    throw new UserError(
      `${file}: this is not a text in UTF-8; save it as UTF-8 (Windows PowerShell writes UTF-16: use | Out-File -Encoding utf8 my.json)`,
    )
  const json = text.replace(/^\ufeff/, '')
  const mistake = jsonMistake(json)
  if (mistake !== null) throw new UserError(`${file}, line ${mistake.line}: ${mistake.text}`)
  try {
    return networkOf(JSON.parse(json))
  } catch (error) {
    if (!(error instanceof Mistake)) throw error
    throw new UserError(`${file}: ${error.message}`)
  }
}

/** A mistake in the file, without its name. */
class Mistake extends Error {}

function fail(message: string): never {
  throw new Mistake(message)
}

function networkOf(json: unknown): NetworkOfFile {
  const file = objectOf(json, 'the file', ['layers', 'x', 'y', 'loss', 'rate'], ['layers', 'x', 'y'])
  const list = file.layers
  if (!Array.isArray(list) || list.length === 0)
    fail(`layers is ${kindOf(list)}, but must be a list of layers, [{ "weight": ..., "activation": ... }]`)
  const layers = list.map((layer, l) => layerOf(layer, `layer ${l + 1}`))
  const loss = file.loss === undefined ? 'half-sum' : choice(file.loss, 'loss', LOSSES)
  const { rate = null } = file
  if (rate !== null && !(typeof rate === 'number' && Number.isFinite(rate) && rate >= 0))
    fail(`rate is ${kindOf(rate)}, but must be a number, 0 or more, like 0.1`)

  const batch = Array.isArray(file.x) && Array.isArray(file.x[0])
  const x = batch ? matrix(file.x, 'x') : [numbers(file.x, 'x')]
  checkSizes(layers, x, batch)
  const y = targetsOf(file.y, { loss, batch, samples: x.length, outputs: layers.at(-1)!.weight.length })
  return { layers, batch, x, y, loss, rate: rate as number | null }
}

function layerOf(json: unknown, place: string): LayerOfFile {
  const layer = objectOf(json, place, ['weight', 'bias', 'activation'], ['weight', 'activation'])
  const weight = matrix(layer.weight, `${place}: weight`)
  const activation = choice(layer.activation, `${place}: activation`, ACTIVATIONS)
  if (layer.bias === undefined) return { weight, bias: null, activation }
  const bias = numbers(layer.bias, `${place}: bias`)
  if (bias.length !== weight.length)
    fail(
      `${place}: bias has ${counted(bias.length, 'number')}, weight has ${counted(weight.length, 'row')}; give one number for each row, or no bias`,
    )
  return { weight, bias, activation }
}

function checkSizes(layers: readonly LayerOfFile[], x: readonly (readonly number[])[], batch: boolean): void {
  layers.forEach(({ weight }, l) => {
    const [rows, takes] = [weight.length, weight[0]!.length]
    const gives = l === 0 ? x[0]!.length : layers[l - 1]!.weight.length
    if (takes === gives) return
    const turned = rows === gives ? '; transposed it fits: a row of weight is one neuron' : ''
    if (l > 0) {
      const remedy = turned || `; give each row ${counted(gives, 'number')}`
      fail(`layer ${l + 1}: weight has rows of ${takes}, layer ${l} gives ${gives}${remedy}`)
    }
    const samples =
      !batch && takes === 1 ? '; samples of one number each are a list of lists, [[1], [2]]' : ''
    const remedy = turned || samples || `; give each sample ${counted(takes, 'number')}`
    fail(`layer 1: weight has rows of ${takes}, x gives ${gives}${remedy}`)
  })
  const parameters = layers.reduce(
    (sum, { weight, bias }) => sum + weight.flat().length + (bias?.length ?? 0),
    0,
  )
  const gradients = parameters * (batch ? x.length + 1 : 1)
  if (gradients > MOST_GRADIENTS)
    fail(
      `${counted(x.length, 'sample')} of ${counted(parameters, 'parameter')} make ${gradients.toLocaleString('en')} gradients, ` +
        `a ledger that nobody reads; give fewer samples or a smaller network (at most ${MOST_GRADIENTS.toLocaleString('en')})`,
    )
}

// ── y ────────────────────────────────────────────────────────────────────────

interface Expected {
  readonly loss: NetworkOfFile['loss']
  readonly batch: boolean
  readonly samples: number
  readonly outputs: number
}

function targetsOf(json: unknown, { loss, batch, samples, outputs }: Expected): NetworkOfFile['y'] {
  const classes = loss === 'cross-entropy'
  if (classes && outputs < 2)
    fail(
      'loss is "cross-entropy", which tells classes apart, but the last layer has 1 neuron; give it one for each class',
    )
  if (batch && !Array.isArray(json))
    fail(`y is ${kindOf(json)}, but x is a list of samples; make y a list with one entry for each sample`)
  const entries: readonly unknown[] = batch ? (json as unknown[]) : [json]
  if (entries.length !== samples)
    fail(
      `y has ${entries.length === 1 ? '1 entry' : `${entries.length} entries`}, x has ${counted(samples, 'sample')}; give one entry for each sample`,
    )
  const places = entries.map((_, s) => (batch ? `y[${s}]` : 'y'))
  const alone = entries.every((entry) => typeof entry === 'number')
  if (alone && classes) return { classes: entries.map((k, s) => classOf(k, outputs, places[s]!)) }
  // With one output, a number alone is plain enough.
  if (alone && outputs === 1) return { values: numbers(entries, 'y').map((value) => [value]) }
  const also = classes ? `; or write a class number, 0 to ${outputs - 1}` : ''
  const values = entries.map((entry, s) => {
    if (!batch && Array.isArray(entry) && Array.isArray(entry[0]))
      fail('y is a list of lists, but x is one sample, a list of numbers; write both the same way')
    const row = numbers(entry, places[s]!)
    if (row.length !== outputs)
      fail(`${places[s]} has ${counted(row.length, 'number')}, the last layer gives ${outputs}${also}`)
    if (classes) checkProbabilities(row, places[s]!)
    return row
  })
  return { values }
}

function classOf(k: number, outputs: number, place: string): number {
  if (Number.isInteger(k) && k >= 0 && k < outputs) return k
  return fail(`${place} is ${k}, but must be a class number: 0 to ${outputs - 1}`)
}

function checkProbabilities(row: readonly number[], place: string): void {
  const total = row.reduce((sum, value) => sum + value, 0)
  // Wide enough for thirds written with three digits.
  if (row.some((value) => value < 0) || Math.abs(total - 1) > 0.01)
    fail(`${place} is [${row.join(', ')}], but must be probabilities that sum to 1, or a class number`)
}

// ── values of any kind ───────────────────────────────────────────────────────

function objectOf<const Key extends string>(
  json: unknown,
  place: string,
  keys: readonly Key[],
  needed: readonly Key[],
): Partial<Record<Key, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    fail(`${place} is ${kindOf(json)}, but must be { ${needed.map((key) => `"${key}": ...`).join(', ')} }`)
  const unknown = Object.keys(json).find((key) => !(keys as readonly string[]).includes(key))
  if (unknown !== undefined)
    fail(`${place} has the unknown key ${shownCell(unknown)}; the keys are ${keys.join(', ')}`)
  const missing = needed.find((key) => !Object.hasOwn(json, key))
  if (missing !== undefined) fail(`${place} has no ${missing}; add "${missing}": ...`)
  return json
}

function choice<const Name extends string>(json: unknown, place: string, names: readonly Name[]): Name {
  if (!(names as readonly unknown[]).includes(json))
    fail(`${place} is ${kindOf(json)}, but must be one of ${names.map((name) => `"${name}"`).join(', ')}`)
  return json as Name
}

function matrix(json: unknown, place: string): number[][] {
  if (!Array.isArray(json) || json.length === 0)
    fail(`${place} is ${kindOf(json)}, but must be a list of rows, [[1, 2], [3, 4]]`)
  const rows = json.map((row, i) => numbers(row, `${place}[${i}]`))
  const other = rows.findIndex((row) => row.length !== rows[0]!.length)
  if (other > 0)
    fail(
      `${place}[${other}] has ${counted(rows[other]!.length, 'number')}, ${place.split(': ').at(-1)}[0] has ${rows[0]!.length}; make all rows equally long`,
    )
  return rows
}

function numbers(json: unknown, place: string): number[] {
  if (!Array.isArray(json) || json.length === 0)
    fail(
      `${place} is ${kindOf(json)}, but must be a list of numbers, ${typeof json === 'number' ? `[${json}]` : '[1, 2]'}`,
    )
  json.forEach((value: unknown, i) => {
    if (typeof value === 'number' && Number.isFinite(value)) return
    const remedy =
      value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
        ? 'is too large for a float64'
        : `is ${kindOf(value)}, but must be a number${typeof value === 'string' ? ', without quotes' : ''}`
    fail(`${place}[${i}] ${remedy}`)
  })
  return json as number[]
}

const kindOf = (json: unknown): string => {
  if (typeof json === 'string') return shownCell(json)
  if (Array.isArray(json)) return json.length === 0 ? 'an empty list' : 'a list'
  return json !== null && typeof json === 'object' ? 'an object {...}' : String(json)
}

const counted = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`
