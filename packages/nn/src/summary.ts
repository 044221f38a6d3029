/** @file The table behind `Module.summary`. Imports core and errors.ts. */
import { noGrad, Tensor, zeros } from '@tapegrad/core/ops'
import { describe, fail, showShape } from './errors.ts'

/** What the table needs of a module. */
interface Summarized {
  forward(...args: never[]): unknown
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
  const outputs = outputsOf(
    all.map(([, module]) => module),
    inputShape,
  )
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

/** Each module's output shape, seen by standing in for its `forward` while the first of them runs. */
function outputsOf(modules: readonly Summarized[], inputShape: readonly number[]): Map<Summarized, string> {
  const outputs = new Map<Summarized, string>()
  const replaced: [Summarized, PropertyDescriptor | undefined][] = []
  const modes = modules.map((module) => module.training)
  const root = modules[0]!
  try {
    for (const module of new Set(modules)) {
      const { forward } = module
      const value = (...args: never[]): unknown => {
        const output = forward.apply(module, args)
        outputs.set(module, output instanceof Tensor ? showShape(output.shape) : describe(output))
        return output
      }
      const before = Object.getOwnPropertyDescriptor(module, 'forward')
      if (Reflect.defineProperty(module, 'forward', { value, configurable: true }))
        replaced.push([module, before])
      else outputs.set(module, 'frozen')
    }
    root.eval()
    const dtype = root.parameters()[0]?.dtype ?? 'float32'
    noGrad(() => root.call(zeros([...inputShape], { dtype }) as never))
  } finally {
    for (const [module, before] of replaced)
      if (before) Reflect.defineProperty(module, 'forward', before)
      else Reflect.deleteProperty(module, 'forward')
    // Outer modules come first; each sets the modules inside it too.
    modules.forEach((module, i) => {
      module[modes[i] ? 'train' : 'eval']()
    })
  }
  return outputs
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
