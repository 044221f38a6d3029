/** @file The table behind `Module.summary`. Imports core and errors.ts. */
import { noGrad, Tensor, zeros } from '@tapegrad/core/ops'
import { describe, fail, isFloat, showShape } from './errors.ts'

/** What the table needs of a module. */
interface Summarized {
  forward(...args: never[]): unknown
  call(...args: never[]): unknown
  parameters(): Tensor[]
  readonly training: boolean
  train(): unknown
  eval(): unknown
}

type Row = [layer: string, output: string, parameters: string]

/** Runs the module once on zeros, in evaluation mode, and tabulates what each module inside it returned. */
export function summarize(
  root: Summarized,
  inside: readonly (readonly [path: string, module: Summarized])[],
  inputShape: readonly number[],
): string {
  if (!(Array.isArray(inputShape) && inputShape.every((size) => Number.isInteger(size) && size >= 0)))
    fail('summary', `the input shape must be an array of whole numbers >= 0, got ${describe(inputShape)}`)
  const listed = inside.length === 0 ? [['', root] as const] : inside
  const outputs = outputsOf(root, listed, inputShape)
  const counts = countsOf(listed)
  const rows = listed.map(
    ([path, module]): Row => [
      `${path} ${module}`.trim(),
      outputs.get(module) ?? 'not called',
      `${counts.get(module)}`,
    ],
  )
  const parameters = root.parameters()
  const total = count(parameters)
  const trainable = count(parameters.filter((p) => p.requiresGrad))
  return `${table([['Layer', 'Output shape', 'Parameters'], ...rows])}
Parameters: ${total} (${trainable} trainable, ${total - trainable} frozen)`
}

const count = (tensors: readonly Tensor[]): number => tensors.reduce((sum, { size }) => sum + size, 0)

/** Each module's output shape, seen by standing in for its `forward` during one run. */
function outputsOf(
  root: Summarized,
  listed: readonly (readonly [string, Summarized])[],
  inputShape: readonly number[],
): Map<Summarized, string> {
  const outputs = new Map<Summarized, string>()
  const dtype = root.parameters().find((p) => isFloat(p.dtype))?.dtype ?? 'float32'
  const modes = [root, ...listed.map(([, module]) => module)].map(
    (module) => [module, module.training] as const,
  )
  try {
    for (const [, module] of listed) {
      const forward = module.forward
      module.forward = (...args) => {
        const output = forward.apply(module, args)
        outputs.set(module, showOutput(output))
        return output
      }
    }
    root.eval()
    noGrad(() => root.call(zeros([...inputShape], { dtype }) as never))
  } finally {
    for (const [, module] of listed) Reflect.deleteProperty(module, 'forward')
    // Outer modules first: each sets the modules inside too.
    for (const [module, training] of modes) training ? module.train() : module.eval()
  }
  return outputs
}

function showOutput(output: unknown): string {
  if (output instanceof Tensor) return showShape(output.shape)
  return Array.isArray(output) ? output.map(showOutput).join(', ') : '?'
}

/** Parameters of each module outside of the modules inside it; a shared one counts where it comes last. */
function countsOf(listed: readonly (readonly [string, Summarized])[]): Map<Summarized, number> {
  const counts = new Map<Summarized, number>()
  const counted = new Set<Tensor>()
  // Backwards, so that inner modules come before those around them.
  for (const [, module] of [...listed].reverse()) {
    const own = module.parameters().filter((p) => !counted.has(p))
    for (const p of own) counted.add(p)
    counts.set(module, (counts.get(module) ?? 0) + count(own))
  }
  return counts
}

/** Rows in columns, the last one aligned at the right; rules below the head and below the body. */
function table(rows: readonly Row[]): string {
  const [a, b, c] = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]!.length))) as [
    number,
    number,
    number,
  ]
  const lines = rows.map(([x, y, z]) => `${x.padEnd(a)}  ${y.padEnd(b)}  ${z.padStart(c)}`)
  const rule = '─'.repeat(a + b + c + 4)
  return [lines[0], rule, ...lines.slice(1), rule].join('\n')
}
