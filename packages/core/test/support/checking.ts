/**
 * @file A tracer that runs the kernels and checks each of them against the shape rule of its primitive: every op that
 * a test calls, and every op that a derivative calls. Imports tape.ts, shape.ts and tensor.ts.
 */
import { expect } from 'vitest'
import { copyInto } from '../../src/kernels/copy.ts'
import type { AnyPrimitive } from '../../src/primitive.ts'
import { isContiguous, sameShape } from '../../src/shape.ts'
import { tick } from '../../src/storage.ts'
import { type Tracer, withTracer } from '../../src/tape.ts'
import { type Aval, Tensor } from '../../src/tensor.ts'

/** What a primitive made of its inputs. */
export interface Entry {
  readonly primitive: AnyPrimitive
  readonly inputs: readonly Tensor[]
  readonly params: unknown
  readonly output: Tensor
}

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array }

/** Not `expect` for each fact: a test makes many thousands of these checks. */
function check(holds: boolean, name: string, what: string): void {
  if (!holds) expect.fail(`${name}: ${what}`)
}

function checkMemory(name: string, { shape, strides, offset, storage, dtype, contiguous }: Tensor): void {
  check(strides.length === shape.length, name, `strides [${strides}] for shape [${shape}]`)
  check(contiguous === isContiguous(shape, strides), name, `contiguous ${contiguous}, strides [${strides}]`)
  check(storage.data instanceof ARRAYS[dtype], name, `${dtype} in a ${storage.data.constructor.name}`)
  check(storage.base + storage.length <= storage.data.length, name, 'the storage ends behind its array')
  if (shape.includes(0)) return
  let [low, high] = [offset, offset]
  shape.forEach((size, axis) => {
    const reach = (size - 1) * strides[axis]!
    if (reach < 0) low += reach
    else high += reach
  })
  check(
    low >= 0 && high < storage.length,
    name,
    `elements ${low} to ${high} of a storage of ${storage.length}`,
  )
}

class Checker implements Tracer {
  /** Shapes are asked for with shapes alone. */
  readonly valueless = true
  readonly entries: Entry[] = []
  emit(primitive: AnyPrimitive, inputs: readonly Tensor[], params: unknown, out: Aval): Tensor {
    const { name } = primitive
    const output = primitive.kernel(inputs, params, out)
    check(
      output instanceof Tensor && output.node === null,
      name,
      'the kernel must return an untracked tensor',
    )
    check(!inputs.includes(output), name, 'the kernel returned its input')
    check(
      sameShape(output.shape, out.shape) && output.dtype === out.dtype,
      name,
      `the shape rule says ${out.dtype} [${out.shape}], the kernel made ${output.dtype} [${output.shape}]`,
    )
    checkMemory(name, output)
    // A compiler knows shapes and dtypes alone.
    const known = inputs.map(({ shape, dtype }) => ({ shape, dtype }))
    const again = primitive.shape(known, params)
    check(
      sameShape(again.shape, out.shape) && again.dtype === out.dtype,
      name,
      'the shape rule read more than shapes',
    )
    this.entries.push({ primitive, inputs, params, output })
    return output
  }
  assign(target: Tensor, value: Tensor): void {
    const { storage, offset, strides, contiguous } = target
    copyInto(storage.data, storage.base + offset, strides, contiguous, value)
    storage.version = tick()
  }
}

/** Runs f with every primitive checked. */
export function checked<R>(f: () => R): R {
  return withTracer(new Checker(), f)
}

/** Runs f with every primitive checked and returns what ran. */
export function entriesOf(f: () => unknown): Entry[] {
  const checker = new Checker()
  withTracer(checker, f)
  return checker.entries
}
