/** @file The table behind `Module.summary`. Imports core and errors.ts. */
import { noGrad, Tensor, zeros } from '@tapegrad/core/ops'
import { describe, fail, showShape } from './errors.ts'

/** What the table needs of a module. */
interface Summarized {
  call(...args: never[]): unknown
  parameters(): Tensor[]
  buffers(): Tensor[]
  readonly training: boolean
  train(): unknown
  eval(): unknown
}

/** An input of `summary`: a shape, which stands for zeros in the dtype of the parameters, or a tensor. */
export type SummaryInput = readonly number[] | Tensor

/** Runs the module once, in evaluation mode, and tabulates what each module inside it returned. */
export function summarize(
  root: Summarized,
  inside: readonly (readonly [path: string, module: Summarized])[],
  inputs: readonly SummaryInput[],
): string {
  const parameters = root.parameters()
  const dtype = parameters[0]?.dtype ?? 'float32'
  const args = inputs.map((input) => {
    if (input instanceof Tensor) return input
    if (!(Array.isArray(input) && input.every((size) => Number.isInteger(size) && size >= 0)))
      fail(
        'summary',
        `the input shape must be an array of whole numbers >= 0, or a tensor, got ${describe(input)}`,
      )
    return zeros([...input], { dtype })
  })
  const outputs = outputsOf(root, inside, args)
  const counted = new Set<Tensor>()
  const rows = [['', root] as const, ...inside].map(([path, module], i) => {
    const within = inside.filter(([inner]) => i === 0 || inner.startsWith(`${path}.`))
    // The parameters of a module inside another are counted there, and only there.
    const deeper = within.flatMap(([, inner]) => inner.parameters())
    const own = module.parameters().filter((p) => !deeper.includes(p) && !counted.has(p))
    for (const p of own) counted.add(p)
    const text = `${module}`
    const type = text.length > 40 ? `${text.slice(0, 39)}…` : text
    return [path || '(root)', type, outputs.get(module) ?? 'not called', count(own), bytes(own)]
  })
  if (rows.length > 1 && rows[0]![3] === '0') rows.shift()
  const lines = columns([['Layer', 'Type', 'Output shape', 'Parameters', 'Bytes'], ...rows])
  const rule = '─'.repeat(lines[0]!.length)
  const total = (name: string, tensors: readonly Tensor[]): string[] =>
    tensors.length === 0 ? [] : [`${name}: ${count(tensors)} (${bytes(tensors)})`]
  const footer = [
    `Total parameters: ${count(parameters)} (${bytes(parameters)})`,
    ...total(
      'Trainable',
      parameters.filter((p) => p.requiresGrad),
    ),
    ...total(
      'Frozen',
      parameters.filter((p) => !p.requiresGrad),
    ),
    ...total('Buffers', root.buffers()),
  ]
  return [lines[0], rule, ...lines.slice(1), rule, ...footer].join('\n')
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** `1,234,567`. */
const count = (tensors: readonly Tensor[]): string =>
  `${sum(tensors.map(({ size }) => size))}`.replace(/\B(?=(\d{3})+$)/g, ',')

/** `172 B`, `4.7 KB`, `1.2 MB`; a KB is 1024 B. */
function bytes(tensors: readonly Tensor[]): string {
  let amount = sum(tensors.map(({ data }) => data.byteLength))
  let unit = 0
  for (; amount >= 1024 && unit < 3; unit++) amount /= 1024
  return `${unit === 0 ? amount : amount.toFixed(1)} ${['B', 'KB', 'MB', 'GB'][unit]}`
}

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

/** Runs `root`; the output shape of each module that was called. */
function outputsOf(
  root: Summarized,
  inside: readonly (readonly [path: string, module: Summarized])[],
  args: readonly Tensor[],
): Map<object, string> {
  const around = outputs
  const found = new Map<object, string>()
  const modules = [root, ...inside.map(([, module]) => module)]
  const modes = modules.map(({ training }) => training)
  try {
    outputs = found
    root.eval()
    noGrad(() => root.call(...(args as never[])))
  } finally {
    outputs = around
    // Outer modules come first; each sets the modules inside it too.
    modules.forEach((module, i) => {
      module[modes[i] ? 'train' : 'eval']()
    })
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
