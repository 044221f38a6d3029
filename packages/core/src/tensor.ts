/**
 * @file Tensor: a typed, shaped, strided view on a Storage, and Node: the record of how it was made. No op bodies:
 * those are free functions, installed as methods by methods.ts. Imports everything above, and (types only)
 * methods.ts and primitive.ts.
 */
import { type DType, isFloat, type TypedArray } from './dtype.ts'
import { describe, fail, TapegradError } from './errors.ts'
import type { Methods } from './methods.ts'
import type { AnyPrimitive } from './primitive.ts'
import { formatTensor } from './print.ts'
import { contiguousStrides, isContiguous, showShape, sizeOf } from './shape.ts'
import type { Dims, Shape } from './shape-types.ts'
import { allocate, type Storage, tick } from './storage.ts'

/** What is known of a value without computing it: the currency of shape rules and of tracing. */
export interface Aval {
  readonly shape: Shape
  readonly dtype: DType
}

/** Nested arrays as deep as the tensor's rank. */
export type NestedArray = number | boolean | NestedArray[]

/**
 * One record on the tape: `output` was made by `primitive` from `inputs` and `params`.
 * Ids only grow, so sorting by id is a topological sort. A leaf (`requiresGrad = true`) has no primitive; its id is
 * newer than the ops that used the tensor before it was switched on. Fields are `declare`d where the constructor sets
 * them at once: they would be set to undefined first.
 */
export class Node {
  declare readonly id: number
  declare readonly primitive: AnyPrimitive | null
  declare readonly inputs: readonly Tensor[]
  declare readonly params: unknown
  declare readonly output: Tensor
  /** How many transforms (grad, vjp, jvp) enclose the inputs this depends on; 0 for plain leaves. */
  declare readonly level: number
  /** Scratch of a walk over the graph: the last walk that met this node, and its place in that walk's list (-1: none). */
  mark = 0
  slot = -1
  constructor(
    primitive: AnyPrimitive | null,
    inputs: readonly Tensor[],
    params: unknown,
    output: Tensor,
    level: number,
  ) {
    this.id = tick()
    this.primitive = primitive
    this.inputs = inputs
    this.params = params
    this.output = output
    this.level = level
  }
}

const NO_INPUTS: readonly Tensor[] = []

export interface Tensor<S extends Shape = Shape> extends Methods<S> {}

/**
 * An n-dimensional array of numbers. `S` is its shape as far as types know it: `Tensor<[2, 3]>`, `Tensor<[number, 3]>`
 * or plain `Tensor`. Make one with `tensor`, `zeros`, `randn` and their kin.
 */
export class Tensor<S extends Shape = Shape> {
  /** Types only, never set: the shape that assignments between tensor types compare. */
  declare readonly '~shape': Dims<S>
  declare readonly shape: Shape
  declare readonly dtype: DType
  /** Distance between neighbours along each axis, in elements; 0 where a broadcast repeats, negative after a flip. */
  declare readonly strides: Shape
  /** Position of the first element within the storage. */
  declare readonly offset: number
  /** Row-major without gaps: most kernels have a faster loop for it. */
  declare readonly contiguous: boolean
  declare readonly storage: Storage
  /** How this was computed, if that was recorded; a node without primitive for a leaf; null when untracked. */
  node: Node | null = null
  /** What `backward()` accumulated. Yours to read, assign, or set to null. */
  grad: Tensor<S> | null = null
  /** Set by `retainGrad()`. */
  retainsGrad = false

  /** For kernels and constructors; user code calls `tensor(...)`. */
  constructor(
    storage: Storage,
    shape: Shape,
    dtype: DType,
    strides: Shape,
    offset: number,
    contiguous: boolean,
  ) {
    this.shape = shape
    this.dtype = dtype
    this.strides = strides
    this.offset = offset
    this.contiguous = contiguous
    this.storage = storage
  }

  /** Tells this copy of the package from another: see `isForeign`. */
  get '~copy'(): unknown {
    return TapegradError
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape)
  }

  /** The elements in row-major order: the tensor's own memory when contiguous, else a copy. Booleans are 0 and 1. */
  get data(): TypedArray {
    const { storage, size } = this
    if (!this.contiguous) return rowMajorCopy(this)
    const start = storage.base + this.offset
    if (start === 0 && size === storage.data.length) return storage.data
    return storage.data.subarray(start, start + size)
  }

  /** The one element of a tensor of size 1. A boolean for dtype bool. */
  item<T extends number | boolean = number>(): T {
    if (this.size !== 1) {
      fail(
        'item',
        `the tensor has shape ${showShape(this.shape)}, ${this.size} elements; item() needs exactly one, toArray() gives all`,
      )
    }
    const value = this.storage.data[this.storage.base + this.offset]!
    return (this.dtype === 'bool' ? value !== 0 : value) as T
  }

  /** Nested arrays of numbers (of booleans for dtype bool); a bare value for a 0-d tensor. */
  toArray(): NestedArray {
    const { data, shape, dtype } = this
    let position = 0
    const build = (axis: number): NestedArray => {
      if (axis === shape.length) {
        const value = data[position++]!
        return dtype === 'bool' ? value !== 0 : value
      }
      return Array.from({ length: shape[axis]! }, () => build(axis + 1))
    }
    return build(0)
  }

  toJSON(): NestedArray {
    return this.toArray()
  }

  /** NumPy-like: nested brackets, aligned columns, `...` beyond 1,000 elements. */
  toString(): string {
    return formatTensor(this, trackedSuffix(this))
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  /** Lets `${t}` print, and makes `a + b` teach instead of concatenating strings. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString()
    return fail(
      'Tensor',
      'JavaScript operators do not work on tensors; write a.add(b), a.lt(b), or a.item() for the number',
    )
  }

  /** Whether gradients flow to this tensor: a leaf switched on by you, or computed from one. */
  get requiresGrad(): boolean {
    return this.node !== null
  }
  set requiresGrad(on: boolean) {
    if (typeof on !== 'boolean') fail('requiresGrad', `must be true or false, got ${describe(on)}`)
    if (on === (this.node !== null)) return
    if (on) {
      if (!isFloat(this.dtype))
        fail(
          'requiresGrad',
          `a tensor of dtype ${this.dtype} cannot carry gradients; convert it with to('float32')`,
        )
      this.node = new Node(null, NO_INPUTS, undefined, this as unknown as Tensor, 0)
    } else {
      if (this.node!.primitive !== null) {
        fail(
          'requiresGrad',
          `this tensor was computed by ${this.node!.primitive.name}; use detach() to get one that is not tracked`,
        )
      }
      this.node = null
    }
  }

  /** Makes `backward()` fill `grad` here too, though this tensor is not a leaf. Returns the tensor. */
  retainGrad(): this {
    if (this.node === null)
      fail('retainGrad', 'the tensor is not tracked; compute it from a tensor with requiresGrad')
    this.retainsGrad = true
    return this
  }

  /** The same values in the same memory, untracked: gradients stop here. */
  detach(): Tensor<S> {
    return new Tensor<S>(this.storage, this.shape, this.dtype, this.strides, this.offset, this.contiguous)
  }
}

function trackedSuffix(x: Tensor): string {
  if (x.node === null) return ''
  return x.node.primitive === null ? 'requiresGrad' : `from ${x.node.primitive.name}`
}

/** A new contiguous tensor of zeros; `strides`, when the caller has them at hand, must be row-major. */
export function emptyTensor(shape: Shape, dtype: DType, strides: Shape = contiguousStrides(shape)): Tensor {
  return new Tensor(allocate(dtype, sizeOf(shape)), shape, dtype, strides, 0, true)
}

/** A view on the memory of `x`: what movement kernels return. */
export function viewOf(x: Tensor, shape: Shape, strides: Shape, offset: number): Tensor {
  return new Tensor(x.storage, shape, x.dtype, strides, offset, isContiguous(shape, strides))
}

/** The view whose axis i is axis `order[i]` of `x`; axes that are not in the order stay at their first index. */
export function permuted(x: Tensor, order: readonly number[]): Tensor {
  const pick = (list: Shape): Shape => order.map((i) => list[i]!)
  return viewOf(x, pick(x.shape), pick(x.strides), x.offset)
}

/** A constant of any shape that stores its value once, every stride 0. */
export function filledTensor(shape: Shape, dtype: DType, value: number): Tensor {
  const storage = allocate(dtype, 1)
  storage.data[storage.base] = value
  const rank = shape.length
  if (rank === 0) return new Tensor(storage, shape, dtype, shape, 0, true)
  const strides = rank === 1 ? ZERO_STRIDES_1 : rank === 2 ? ZERO_STRIDES_2 : new Array<number>(rank).fill(0)
  return new Tensor(storage, shape, dtype, strides, 0, isContiguous(shape, strides))
}
const ZERO_STRIDES_1: Shape = [0]
const ZERO_STRIDES_2: Shape = [0, 0]

/** Calls `visit(position)` with the storage position of each element, in row-major order. */
export function forEachPosition(x: Tensor, visit: (position: number) => void): void {
  const { shape, strides } = x
  const rank = shape.length
  const index = new Int32Array(rank)
  let position = x.storage.base + x.offset
  for (let remaining = x.size; remaining > 0; remaining--) {
    visit(position)
    for (let axis = rank - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) {
        position += strides[axis]!
        break
      }
      position -= strides[axis]! * (shape[axis]! - 1)
      index[axis] = 0
    }
  }
}

function rowMajorCopy(x: Tensor): TypedArray {
  const source = x.storage.data
  const copy = new (source.constructor as new (length: number) => TypedArray)(x.size)
  let k = 0
  forEachPosition(x, (position) => {
    copy[k++] = source[position]!
  })
  return copy
}
