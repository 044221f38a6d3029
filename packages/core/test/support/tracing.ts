/**
 * @file The least tracer a compiler could start from: it runs a function once on tensors without values, writes down the
 * primitives and assigns, and replays them in order. Imports tape.ts, storage.ts and tensor.ts.
 */
import type { TypedArray } from '../../src/dtype.ts'
import { assign } from '../../src/ops/index.ts'
import type { AnyPrimitive } from '../../src/primitive.ts'
import { contiguousStrides, sizeOf } from '../../src/shape.ts'
import { Storage } from '../../src/storage.ts'
import { apply, type Tracer, withTracer } from '../../src/tape.ts'
import { type Aval, Tensor } from '../../src/tensor.ts'

/** A value of the trace by its number, or a tensor of the world outside. */
type Ref = number | Tensor

interface Equation {
  readonly primitive: AnyPrimitive
  readonly inputs: readonly Ref[]
  readonly params: unknown
  readonly output: number
}
interface Effect {
  readonly target: Ref
  readonly value: Ref
}

class ReadWhileTracing extends Error {}

/** Memory that is not there: whoever reads or writes it while tracing, fails. */
class NoMemory extends Storage {
  readonly id: number
  constructor(id: number, length: number) {
    super(new Float64Array(0), 0, length)
    this.id = id
    Object.defineProperty(this, 'data', {
      get: (): TypedArray => {
        throw new ReadWhileTracing(`value ${id} has no memory`)
      },
    })
  }
}

class Recorder implements Tracer {
  readonly valueless = true
  readonly steps: (Equation | Effect)[] = []
  private count = 0

  symbol({ shape, dtype }: Aval): Tensor {
    const storage = new NoMemory(this.count++, sizeOf(shape))
    return new Tensor(storage, shape, dtype, contiguousStrides(shape), 0, true)
  }
  /** Each value has a storage of its own, so a storage names a value, and detach() keeps the name. */
  ref(x: Tensor): Ref {
    return x.storage instanceof NoMemory ? x.storage.id : x.detach()
  }
  emit(primitive: AnyPrimitive, inputs: readonly Tensor[], params: unknown, out: Aval): Tensor {
    const result = this.symbol(out)
    const output = this.ref(result) as number
    this.steps.push({ primitive, inputs: inputs.map((x) => this.ref(x)), params, output })
    return result
  }
  assign(target: Tensor, value: Tensor): void {
    this.steps.push({ target: this.ref(target), value: this.ref(value) })
  }
}

export interface Trace {
  /** Names of the primitives in order, `assign` among them. */
  readonly names: readonly string[]
  readonly replay: (...inputs: Tensor[]) => Tensor[]
}

/** Runs `f` once on tensors without values that look like `examples`. */
export function trace(f: (...xs: Tensor[]) => readonly Tensor[], ...examples: Tensor[]): Trace {
  const recorder = new Recorder()
  const inputs = examples.map((x) => recorder.symbol(x))
  const outputs = withTracer(recorder, () => f(...inputs)).map((y) => recorder.ref(y))
  const { steps } = recorder
  const replay = (...given: Tensor[]): Tensor[] => {
    const memory = given.map((x) => x.detach())
    const read = (ref: Ref): Tensor => (typeof ref === 'number' ? memory[ref]! : ref)
    for (const step of steps) {
      if ('target' in step) assign(read(step.target), read(step.value))
      else memory[step.output] = apply(step.primitive, step.inputs.map(read), step.params)
    }
    return outputs.map(read)
  }
  return { names: steps.map((s) => ('target' in s ? 'assign' : s.primitive.name)), replay }
}
