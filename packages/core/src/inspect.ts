/** @file The tape as a list of records, a table, a drawing, JSON. Imports walk.ts. */
import type { DType } from './dtype.ts'
import { fail } from './errors.ts'
import { checkTensor } from './ops/operand.ts'
import { showShape } from './shape.ts'
import type { Shape } from './shape-types.ts'
import { forEachPosition, type Node, Tensor, viewOf } from './tensor.ts'
import { reachable } from './walk.ts'

/** One line of the tape. */
export interface TapeRecord {
  /** Place in the list; inputs always have smaller ones. */
  readonly id: number
  /** The op's name; `leaf` for a tensor with `requiresGrad`, `constant` for an input that is not tracked. */
  readonly op: string
  readonly shape: Shape
  readonly dtype: DType
  /** What the op was called with besides tensors, in the op's own form; undefined for an op without params. */
  readonly params: unknown
  /** Ids of the records that the op read, in the order of its arguments. */
  readonly inputs: readonly number[]
  /** Of a constant that holds one number everywhere: that number, as it is now. */
  readonly value?: number | boolean
}

/**
 * How `y` was computed: the recorded ops that it depends on in the order in which they ran, each leaf and each constant
 * just before the first op that reads it. The last record is `y` itself.
 */
export function tape(y: Tensor): TapeRecord[] {
  return recordsOf('tape', y)
}

function recordsOf(caller: string, y: Tensor): TapeRecord[] {
  checkTensor(caller, y)
  if (y.node === null) {
    fail(
      caller,
      'this tensor is not tracked, so it has no tape: set requiresGrad on a tensor that it is computed from, and compute it outside of noGrad',
    )
  }
  const records: TapeRecord[] = []
  const ids = new Map<Node | Tensor, number>()
  const append = (
    key: Node | Tensor,
    op: string,
    { shape, dtype }: Tensor,
    rest: Partial<TapeRecord>,
  ): void => {
    ids.set(key, records.length)
    records.push({ id: records.length, op, shape, dtype, params: undefined, inputs: [], ...rest })
  }
  const nodes = reachable(y.node)
  if (y.node.primitive === null) append(y.node, 'leaf', y, {})
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { primitive, inputs, params, output, id } = nodes[i]!
    if (primitive === null) continue
    const read = inputs.map((x) => {
      // An op that ran before its input became a leaf saw a constant.
      const key = x.node !== null && x.node.id < id ? x.node : x
      if (!ids.has(key)) {
        if (key === x) append(key, 'constant', x, uniformValue(x))
        else append(key, 'leaf', x, {})
      }
      return ids.get(key)!
    })
    append(nodes[i]!, primitive.name, output, { params, inputs: read })
  }
  return records
}

/** `{ value }` if all elements are the same. */
function uniformValue(x: Tensor): { value?: number | boolean } {
  // Along an axis of stride 0 one element stands for all.
  const shape = x.shape.map((size, axis) => (x.strides[axis] === 0 ? Math.min(size, 1) : size))
  const { data } = x.storage
  const first = data[x.storage.base + x.offset]!
  let uniform = x.size > 0
  forEachPosition(viewOf(x, shape, x.strides, x.offset), (position) => {
    uniform &&= Object.is(data[position], first)
  })
  if (!uniform) return {}
  return { value: x.dtype === 'bool' ? first !== 0 : first }
}

// ── as a table ───────────────────────────────────────────────────────────────

/** The tape of `y` as a table, one line per record: returned as text, for `console.log(printTape(loss))`. */
export function printTape(y: Tensor): string {
  const rows = recordsOf('printTape', y).map(({ id, op, inputs, shape, dtype, params, value }) => [
    `${id}`,
    op,
    inputs.join(', '),
    showShape(shape),
    dtype,
    value === undefined ? showParams(params) : `= ${show(value)}`,
  ])
  rows.unshift(['id', 'op', 'inputs', 'shape', 'dtype', 'params'])
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), 0),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}

const LONGEST_PARAMS = 60

/** Params as `name: value, name: value`. */
function showParams(params: unknown): string {
  const text = show(plain(params))
  const bare = text.startsWith('{ ') ? text.slice(2, -2) : text
  return bare.length > LONGEST_PARAMS ? `${bare.slice(0, LONGEST_PARAMS - 3)}...` : bare
}

function show(value: unknown): string {
  if (value === undefined) return ''
  if (Object.is(value, -0)) return '-0'
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${show(item)}`)
    .join(', ')} }`
}

// ── as a drawing ─────────────────────────────────────────────────────────────

/**
 * The tape of `y` in the DOT language of Graphviz: `dot -Tsvg` draws it. Ops are boxes, leaves ellipses, constants plain
 * text; arrows run from inputs to results.
 */
export function toDot(y: Tensor): string {
  const lines: string[] = []
  for (const { id, op, inputs, shape, dtype, params, value } of recordsOf('toDot', y)) {
    const look = op === 'leaf' ? ', shape=ellipse' : op === 'constant' ? ', shape=plaintext' : ''
    const notes = [value === undefined ? op : show(value), `${dtype} ${showShape(shape)}`, showParams(params)]
    lines.push(`  n${id} [label=${quoted(notes.filter((note) => note !== '').join('\n'))}${look}]`)
    inputs.forEach((input, i) => {
      // Which argument an arrow is cannot be seen from where it arrives.
      lines.push(`  n${input} -> n${id}${inputs.length > 1 ? ` [headlabel="${i}"]` : ''}`)
    })
  }
  return `digraph tape {\n  node [shape=box]\n  edge [fontsize=8]\n${lines.join('\n')}\n}\n`
}

/** A string of the DOT language; in labels Graphviz reads `\n` as a line break and resolves HTML entities. */
function quoted(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/&/g, '&amp;')
  return `"${escaped.replace(/\n/g, '\\n').replace(/\0/g, '')}"`
}

// ── as JSON ──────────────────────────────────────────────────────────────────

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * The tape of `y` for `JSON.stringify`: `{ output, records }`, where `output` is the id of `y` and the records are those
 * of `tape(y)`. NaN, Infinity and -0, which JSON has no numbers for, become strings.
 */
export function toJSON(y: Tensor): { readonly output: number; readonly records: readonly Json[] } {
  const records = recordsOf('toJSON', y)
  return { output: records.length - 1, records: records.map((record) => plain(record)!) }
}

const DEEPEST_PARAMS = 8

/** A copy that JSON can hold; undefined where there is nothing to tell. */
function plain(value: unknown, depth = 0): Json | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : show(value)
  if (value instanceof Tensor) return `tensor ${value.dtype} ${showShape(value.shape)}`
  if (typeof value === 'function') return `function ${value.name}`.trimEnd()
  if (typeof value !== 'object') return String(value)
  // Params of a user's op may be anything, a structure that contains itself too.
  if (depth > DEEPEST_PARAMS) return '...'
  const items = ArrayBuffer.isView(value) && Symbol.iterator in value ? [...(value as Uint8Array)] : value
  if (Array.isArray(items)) return items.map((item) => plain(item, depth + 1) ?? null)
  const entries = Object.entries(items).flatMap(([key, item]) => {
    const copy = plain(item, depth + 1)
    return copy === undefined ? [] : [[key, copy] as const]
  })
  return Object.fromEntries(entries)
}

// ── in the browser's console ─────────────────────────────────────────────────

/** JsonML, in which browsers take their console's custom formats. */
type Markup = readonly [tag: string, attributes?: unknown, ...children: unknown[]]

const FIELDS = 'fields'

/**
 * Shows tensors as text in the consoles of Chrome and Firefox, once "custom formatters" is ticked in their settings:
 * `(globalThis.devtoolsFormatters ??= []).push(consoleFormatter)`. Without it, write `console.log(String(x))`.
 */
export const consoleFormatter = {
  header: (x: unknown, config?: unknown): Markup | null =>
    x instanceof Tensor && config !== FIELDS ? ['div', { style: 'white-space: pre' }, String(x)] : null,
  hasBody: (): boolean => true,
  /** Unfolded: the object as the console shows it by itself. */
  body: (x: unknown): Markup => ['object', { object: x, config: FIELDS }],
}
