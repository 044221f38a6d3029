/**
 * @file Records the primitives that a function runs on one example and replays them over a stack of examples through
 * each primitive's batch rule: what a vmap does. Imports tape.ts, primitive.ts and ops.
 */
import { copyOf } from '../../src/kernels/copy.ts'
import { broadcastTo, unsqueeze } from '../../src/ops/index.ts'
import type { AnyPrimitive } from '../../src/primitive.ts'
import type { Storage } from '../../src/storage.ts'
import { apply, type Tracer, withTracer } from '../../src/tape.ts'
import type { Aval, Tensor } from '../../src/tensor.ts'

interface Entry {
  readonly primitive: AnyPrimitive
  readonly inputs: readonly Tensor[]
  readonly params: unknown
  readonly output: Tensor
}

class Recorder implements Tracer {
  readonly entries: Entry[] = []
  emit(primitive: AnyPrimitive, inputs: readonly Tensor[], params: unknown, out: Aval): Tensor {
    // Every value gets memory of its own, even a view: a storage then names a value, and detach() keeps the name.
    const output = copyOf(primitive.kernel(inputs, params, out))
    this.entries.push({ primitive, inputs, params, output })
    return output
  }
  assign(): void {
    throw new Error('assign cannot be replayed')
  }
}

/** A value of the replay: with the batch at axis 0, or the same for all examples. */
interface Value {
  readonly tensor: Tensor
  readonly batched: boolean
}

function applyBatched({ primitive, params }: Entry, values: readonly Value[], size: number): Tensor {
  const tensors = values.map(({ tensor }) => tensor)
  const batched = values.map((value) => value.batched)
  if (typeof primitive.batch === 'function') return primitive.batch(tensors, batched, params, size)
  const stretched = tensors.map((x, i) => (batched[i] ? x : broadcastTo(unsqueeze(x, 0), [size, ...x.shape])))
  if (primitive.batch === 'elementwise') return apply(primitive, stretched, params)
  return apply(primitive, stretched, primitive.shift!(params, size))
}

/**
 * f over `size` examples at once. `example` are the inputs of one example; `inputs[i]` is the same tensor where
 * `batched[i]` is false, else a stack with one more axis in front. Returns the stacked results.
 */
export function replay(
  f: (...xs: Tensor[]) => Tensor,
  example: readonly Tensor[],
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): Tensor {
  const recorder = new Recorder()
  const result = withTracer(recorder, () => f(...example))
  const values = new Map<Storage, Value>()
  example.forEach((x, i) => {
    values.set(x.storage, { tensor: inputs[i]!, batched: batched[i]! })
  })
  // A tensor that no entry made is a constant of f.
  const valueFor = (x: Tensor): Value => values.get(x.storage) ?? { tensor: x, batched: false }
  for (const entry of recorder.entries) {
    const own = entry.inputs.map(valueFor)
    const some = own.some((value) => value.batched)
    const tensor = some
      ? applyBatched(entry, own, size)
      : apply(
          entry.primitive,
          own.map((value) => value.tensor),
          entry.params,
        )
    values.set(entry.output.storage, { tensor, batched: some })
  }
  const { tensor, batched: some } = valueFor(result)
  return some ? tensor : broadcastTo(unsqueeze(tensor, 0), [size, ...tensor.shape])
}
