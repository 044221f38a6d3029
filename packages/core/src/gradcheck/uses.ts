/**
 * @file The gradient through each use of an input that an op uses several times: what is left of it where one use
 * overwrites another. Imports walk.ts and subject.ts.
 */
import { withTracer } from '../tape.ts'
import { Node, type Tensor } from '../tensor.ts'
import { pullback, reachable } from '../walk.ts'
import { cotangentValues, float64 } from './subject.ts'

/**
 * The forward pass of an op may itself consist of ops. This runs it, writes down the tape that it does not keep, and
 * pulls the cotangent of gradcheck back through each use of `target` alone. Empty unless there are several.
 */
export function usesInside({ primitive, inputs, params, output }: Node, target: Tensor): Float64Array[] {
  const records: Omit<Node, 'id' | 'level' | 'mark' | 'slot'>[] = []
  const copies = inputs.map((x) => x.detach())
  const y = withTracer(
    {
      emit: (inner, xs, innerParams, out) => {
        const result = withTracer(null, () => inner.kernel(xs, innerParams, out))
        records.push({ primitive: inner, inputs: xs, params: innerParams, output: result })
        return result
      },
      assign: () => {},
    },
    () => primitive!.kernel(copies, params, output),
  )
  const made = new Set<Tensor>()
  const leaves = new Set<Tensor>()
  for (const { primitive: inner, inputs: xs, params: innerParams, output: result } of records) {
    for (const x of xs) {
      // The op may have detached its input: it is known by its memory.
      if (made.has(x) || x.storage !== target.storage) continue
      x.requiresGrad = true
      leaves.add(x)
    }
    if (xs.some((x) => x.node !== null)) result.node = new Node(inner, xs, innerParams, result, 0)
    made.add(result)
  }
  const last = records.findLast(({ output: result }) => result.storage === y.storage)?.output
  return last?.node ? gradientsByUse(last, leaves) : []
}

function gradientsByUse(y: Tensor, leaves: ReadonlySet<Tensor>): Float64Array[] {
  const uses: Float64Array[] = []
  const cotangent = float64(cotangentValues(y.size, 0), y.shape)
  pullback(reachable(y.node!), cotangent, ({ primitive, inputs, output, params }, ct) => {
    inputs.forEach((x, k) => {
      if (!leaves.has(x)) return
      const rule = typeof primitive!.vjp === 'function' ? primitive!.vjp : primitive!.vjp[k]
      const d = rule ? rule(ct, inputs, output, params, k) : null
      if (d !== null) uses.push(Float64Array.from(d.data))
    })
  })
  return uses.length > 1 ? uses : []
}
