/** @file The table behind `Module.summary`. Imports core and errors.ts. */
import { noGrad, Tensor, zeros } from '@tapegrad/core/ops'
import { describe, fail, showShape } from './errors.ts'

/** What the table needs of a module. */
interface Summarized {
  call(...args: never[]): unknown
  parameters(): Tensor[]
  readonly training: boolean
  train(): unknown
  eval(): unknown
}

/** Runs the module once on zeros, in evaluation mode, and tabulates what each module inside it returned. */
export function summarize(
  root: Summarized,
  inside: readonly (readonly [path: string, module: Summarized])[],
  inputShape: readonly number[],
): string {
  if (!(Array.isArray(inputShape) && inputShape.every((size) => Number.isInteger(size) && size >= 0)))
    fail('summary', `the input shape must be an array of whole numbers >= 0, got ${describe(inputShape)}`)
  const all = [['', root] as const, ...inside]
  const outputs = outputsOf(root, inside, inputShape)
  const counted = new Set<Tensor>()
  const rows = all.map(([path, module], i) => {
    const within = inside.filter(([inner]) => i === 0 || inner.startsWith(`${path}.`))
    // The parameters of a module inside another are counted there, and only there.
    const deeper = within.flatMap(([, inner]) => inner.parameters())
    const own = module.parameters().filter((p) => !deeper.includes(p) && !counted.has(p))
    for (const p of own) counted.add(p)
    return [`${path} ${module}`.trim().slice(0, 60), outputs.get(module) ?? 'not called', `${count(own)}`]
  })
  if (rows.length > 1 && rows[0]![2] === '0') rows.shift()
  const lines = columns([['Layer', 'Output shape', 'Parameters'], ...rows])
  const rule = '─'.repeat(lines[0]!.length)
  const parameters = root.parameters()
  const total = `${count(parameters)} parameters, ${count(parameters.filter((p) => p.requiresGrad))} trainable`
  return [lines[0], rule, ...lines.slice(1), rule, total].join('\n')
}

const count = (tensors: readonly Tensor[]): number => tensors.reduce((sum, { size }) => sum + size, 0)

/** What modules returned, while a table is made. */
let outputs: Map<object, string> | null = null

/** Notes what a module returned, where somebody wants to know, and returns it. */
export function returned<T>(module: object, output: T): T {
  outputs?.set(module, output instanceof Tensor ? showShape(output.shape) : describe(output))
  return output
}

/** Runs `root`; the output shape of each module that was called. */
function outputsOf(
  root: Summarized,
  inside: readonly (readonly [path: string, module: Summarized])[],
  inputShape: readonly number[],
): Map<object, string> {
  const around = outputs
  const found = new Map<object, string>()
  const modules = [root, ...inside.map(([, module]) => module)]
  const modes = modules.map(({ training }) => training)
  try {
    outputs = found
    root.eval()
    const dtype = root.parameters()[0]?.dtype ?? 'float32'
    noGrad(() => root.call(zeros([...inputShape], { dtype }) as never))
  } finally {
    outputs = around
    // Outer modules come first; each sets the modules inside it too.
    modules.forEach((module, i) => {
      module[modes[i] ? 'train' : 'eval']()
    })
  }
  return found
}

/** Rows as lines, in columns; numbers, in the last column, stand at the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)))
  return rows.map((row) =>
    row
      .map((cell, c) => (c < row.length - 1 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
      .join('  '),
  )
}
