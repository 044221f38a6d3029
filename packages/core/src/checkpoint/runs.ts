/** @file What a checkpoint watches while its function runs, at first and again. Imports onlooker.ts and tape.ts. */
import type { TypedArray } from '../dtype.ts'
import { fail } from '../errors.ts'
import { Onlooker } from '../onlooker.ts'
import { type AnyPrimitive, primitive, SAVES_NOTHING } from '../primitive.ts'
import { showShape } from '../shape.ts'
import { type Storage, tick } from '../storage.ts'
import { currentLevel } from '../tape.ts'
import { Node, type Tensor } from '../tensor.ts'

export const failForgotten = (): never =>
  fail(
    'checkpoint',
    'a value from inside the function is differentiated outside of it, but only what the function returns is kept; return that value, too',
  )

/** In the first run nodes only say that a result is tracked: they do not hold what it was computed from. */
const forgotten: AnyPrimitive = /* @__PURE__ */ primitive<unknown>({
  name: 'checkpoint',
  shape: failForgotten,
  kernel: failForgotten,
  vjp: failForgotten,
  jvp: failForgotten,
  batch: failForgotten,
  saves: SAVES_NOTHING,
})

/**
 * The node of `x` for the time of a second run: a leaf, at which cotangents stop. Its output is another tensor, since
 * hooks on the tensor itself wait for the whole gradient.
 */
export class StandIn extends Node {
  readonly replaced: Node
  constructor(x: Tensor, replaced: Node) {
    super(null, [], undefined, x.detach(), replaced.level)
    this.replaced = replaced
  }
}

/** Finds the tracked tensors from outside that a function computes with, arguments or not. */
class Reader extends Onlooker {
  readonly start: number = tick()
  readonly level: number = currentLevel()
  readonly reads: Tensor[] = []
  /** Weak, so that what a transform inside of the function recorded can go. */
  readonly #seen = new WeakSet<Node>()

  read(tensors: readonly Tensor[]): void {
    const found = [...tensors]
    // Grows: a transform inside has a tape of its own, at whose end are the tensors that it read.
    for (const x of found) {
      let { node } = x
      // A checkpoint inside, run again for a gradient inside: what it computes will depend on what `x` depends on.
      while (node instanceof StandIn) node = node.replaced
      if (node === null || this.#seen.has(node)) continue
      const outside = node.id < this.start
      // One of a checkpoint inside is followed: its function may have handed it out, past its result.
      if (!outside && node.primitive === forgotten && node.inputs === this.reads) continue
      this.#seen.add(node)
      if (outside) this.reads.push(x)
      else for (const input of node.inputs) found.push(input)
    }
  }
}

export class FirstRun extends Reader {
  /** What storages held before the function first overwrote them; scratch memory of the function is let go. */
  readonly before = new WeakMap<Storage, TypedArray>()
  readonly overwritten: WeakRef<Storage>[] = []

  override record(inputs: readonly Tensor[], result: Tensor, level: number): Node | undefined {
    // A transform inside of the function needs its tape while it runs.
    if (level > this.level) return super.record(inputs, result, level)
    this.read(inputs)
    return new Node(forgotten, this.reads, undefined, result, level)
  }

  override assign(target: Tensor, value: Tensor): void {
    const { storage } = target
    if (!this.valueless && !this.before.has(storage)) {
      this.before.set(storage, storage.data.slice(storage.base, storage.base + storage.length))
      this.overwritten.push(new WeakRef(storage))
    }
    super.assign(target, value)
  }

  override backward(): never {
    return fail(
      'checkpoint',
      'the function calls backward(), and would once more when it runs again in the backward pass; use grad inside, or call backward() outside',
    )
  }
}

/** Holds the second run to the first: it must read the same tensors, with the same values. */
export class SecondRun extends Reader {
  readonly #first: FirstRun
  /** When the first run was over. */
  readonly #end: number
  /** What others overwrote since then, but is for this run as it was. */
  readonly replaced = new Set<Storage>()

  constructor(first: FirstRun, end: number) {
    super()
    this.#first = first
    this.#end = end
  }

  override emit(...args: Parameters<Reader['emit']>): Tensor {
    for (const { storage, shape } of args[1])
      if (this.#isStale(storage) && !this.replaced.has(storage)) this.#failStale(shape)
    return super.emit(...args)
  }

  /** Runs `f` with what the first run overwrote as it was before, random generators among it; puts all back afterwards. */
  asBefore<R>(f: () => R): R {
    const { before, overwritten } = this.#first
    const now: [storage: Storage, values: TypedArray, version: number][] = []
    for (const reference of overwritten) {
      const storage = reference.deref()
      if (storage === undefined) continue
      const { data, base, length, version } = storage
      now.push([storage, data.slice(base, base + length), version])
      data.set(before.get(storage)!, base)
      if (this.#isStale(storage)) this.replaced.add(storage)
    }
    try {
      return f()
    } finally {
      for (const [storage, values, version] of now) {
        storage.data.set(values, storage.base)
        storage.version = version
      }
    }
  }

  override record(inputs: readonly Tensor[], result: Tensor, level: number): Node | undefined {
    // Computed from its old value, but what is recorded outlives this run, after which the new value is back.
    for (const { storage, shape } of inputs) if (this.replaced.has(storage)) this.#failStale(shape)
    if (level <= this.#first.level) this.read(inputs)
    const node = super.record(inputs, result, level)
    // Within the first run of another checkpoint, too, this run's tape is walked before that one is over.
    return node?.primitive === forgotten ? undefined : node
  }

  /** Overwritten between the runs. */
  #isStale({ version }: Storage): boolean {
    return version > this.#end && version < this.start
  }

  #failStale(shape: readonly number[]): never {
    fail(
      'checkpoint',
      `a tensor of shape ${showShape(shape)} that the function reads was overwritten by assign() after the function ran, and running it again for the gradient needs the old value; call backward before assign (before the optimizer's step), or assign to a clone()`,
    )
  }
}
