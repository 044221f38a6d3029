/** @file Onlooker: a tracer that lets ops be computed and looks on. Imports tape.ts and ops/memory.ts. */
import { assign } from './ops/memory.ts'
import type { AnyPrimitive } from './primitive.ts'
import { activeTracer, type Tracer, withTracer } from './tape.ts'
import type { Aval, Node, Tensor } from './tensor.ts'

/** Passes everything on to the tracer outside of it, or to the kernels. */
export class Onlooker implements Tracer {
  protected readonly outer: Tracer | null = activeTracer()

  get valueless(): boolean {
    return this.outer?.valueless === true
  }
  emit(primitive: AnyPrimitive, inputs: readonly Tensor[], params: unknown, out: Aval): Tensor {
    const { outer } = this
    // Still looking on: the kernel of a user's op may consist of ops, and draw random numbers.
    return outer === null
      ? primitive.kernel(inputs, params, out)
      : withTracer(outer, () => outer.emit(primitive, inputs, params, out))
  }
  assign(target: Tensor, value: Tensor): void {
    withTracer(this.outer, () => assign(target, value))
  }
  backward(): void {
    this.outer?.backward?.()
  }
  record(inputs: readonly Tensor[], result: Tensor, level: number): Node | undefined {
    return this.outer?.record?.(inputs, result, level)
  }
  segment(run: () => Tensor[], again: (f: () => Tensor[]) => () => Tensor[]): Tensor[] {
    return this.outer?.segment?.(run, again) ?? run()
  }
  origin(output: Tensor): unknown {
    return this.outer?.origin?.(output)
  }
  emitFrom<R>(origin: unknown, f: () => R): R {
    const { outer } = this
    return outer?.emitFrom === undefined ? f() : outer.emitFrom(origin, f)
  }
}
