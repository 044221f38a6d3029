/** @file The table behind `Module.summary`. Imports core, errors.ts and modes.ts. */
import { type DType, noGrad, Tensor, zeros } from '@tapegrad/core/ops'
import { describe, showShape } from './errors.ts'
import { rememberModes } from './modes.ts'

/** What the table needs of a module. */
interface Summarized {
  call(...args: never[]): unknown
  readonly training: boolean
  train(): unknown
  eval(): unknown
}

/** What a module holds: the marked tensors, each under its first key, and the modules inside it. */
interface Held {
  readonly slots: readonly { readonly path: string; readonly tensor: Tensor; readonly role: string }[]
  readonly modules: readonly (readonly [path: string, module: Summarized])[]
}

/** An input of `summary`: a shape, which stands for zeros in the dtype of the parameters, or a tensor. */
export type SummaryInput = readonly number[] | Tensor

/** Runs the module once, in evaluation mode, and tabulates what each module inside it returned. */
export function summarize(root: Summarized, held: Held, inputs: readonly SummaryInput[]): string {
  const slots = held.slots.filter(
    ({ tensor }, i) => held.slots.findIndex((other) => other.tensor === tensor) === i,
  )
  const parameters = slots.filter(({ role }) => role === 'parameter')
  const modules = [['', root] as const, ...held.modules]
  const outputs = outputsOf(modules, inputs, parameters[0]?.tensor.dtype)
  // The last module whose path a key begins with is the one that holds it: outer ones come first.
  const holders = parameters.map(({ path: key }) =>
    modules.reduce((found, [path], i) => (key.startsWith(path && `${path}.`) ? i : found), 0),
  )
  const rows = modules.map(([path, module], i) => {
    const own = parameters.filter((_, p) => holders[p] === i)
    return [
      path || '(root)',
      `${module}`.replace(/^(.{39}).{2,}/su, '$1…'),
      outputs.get(module) ?? 'not called',
      count(own),
      bytes(own),
    ]
  })
  if (rows.length > 1 && rows[0]![3] === '0') rows.shift()
  const lines = columns([['Layer', 'Type', 'Output shape', 'Parameters', 'Bytes'], ...rows])
  const rule = '─'.repeat(lines[0]!.length)
  const totals = Object.entries({
    'Total parameters': parameters,
    Trainable: parameters.filter(({ tensor }) => tensor.requiresGrad),
    Frozen: parameters.filter(({ tensor }) => !tensor.requiresGrad),
    Buffers: slots.filter(({ role }) => role === 'buffer'),
  }).filter(([, own], i) => i === 0 || own.length > 0)
  const footer = totals.map(([name, own]) => `${name}: ${count(own)} (${bytes(own)} bytes)`)
  return [lines[0], rule, ...lines.slice(1), rule, ...footer].join('\n')
}

/** A sum over tensors: `1,234,567`. */
const total =
  (amount: (tensor: Tensor) => number) =>
  (slots: Held['slots']): string =>
    `${slots.reduce((sum, { tensor }) => sum + amount(tensor), 0)}`.replace(/\B(?=(\d{3})+$)/g, ',')

const count = /* @__PURE__ */ total(({ size }) => size)
const bytes = /* @__PURE__ */ total(({ data }) => data.byteLength)

/** What modules returned, while a table is made. */
let outputs: Map<object, string> | null = null

/** Notes what a module returned, where somebody wants to know, and returns it. */
export function returned<T>(module: object, output: T): T {
  outputs?.set(module, shapesOf(output))
  return output
}

/** `[2, 3]`; of several tensors `[2, 3], [4]`. */
function shapesOf(output: unknown): string {
  if (output instanceof Tensor) return showShape(output.shape)
  if (typeof output !== 'object' || output === null) return describe(output)
  return Object.values(output).map(shapesOf).join(', ')
}

/** Runs the first module, which holds the others; the output shape of each that was called. */
function outputsOf(
  modules: Held['modules'],
  inputs: readonly SummaryInput[],
  dtype: DType = 'float32',
): Map<object, string> {
  const root = modules[0]![1]
  const args = inputs.map((input) => (input instanceof Tensor ? input : zeros(input, { dtype })))
  const around = outputs
  const restoreModes = rememberModes(modules.map(([, module]) => module))
  const found = new Map<object, string>()
  try {
    outputs = found
    root.eval()
    noGrad(() => root.call(...(args as never[])))
  } finally {
    outputs = around
    restoreModes()
  }
  return found
}

/** Rows as lines, in columns; numbers, in the last two columns, stand at the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)))
  return rows.map((row) =>
    row.map((cell, c) => (c < 3 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  '),
  )
}
