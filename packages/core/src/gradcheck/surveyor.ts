/** @file f along a line: its values at equally spaced points, contracted to a stencil. Imports stencil.ts. */
import { hypotenuse, REACH, readStencil, type Stencil } from './stencil.ts'

/** The outputs of f at x + t v, as plain numbers; null where f has no finite value. */
export type Line = (t: number) => Float64Array | null

const EPSILON = 2.220446049250313e-16

/** Contracts outputs with a cotangent, and lays stencils. */
export class Surveyor {
  private readonly cache = new Map<number, Float64Array | null>()
  private readonly line: Line
  private readonly center: Float64Array
  private readonly cotangent: Float64Array
  /** Estimated rounding error of the values, from the tape. */
  readonly rounding: number
  /** Outputs that moved at some spacing. */
  private readonly alive: Uint8Array

  constructor(line: Line, center: Float64Array, cotangent: Float64Array, rounding: number) {
    this.line = line
    this.center = center
    this.cotangent = cotangent
    this.alive = new Uint8Array(center.length)
    this.rounding = rounding
  }

  private outputs(t: number): Float64Array | null {
    if (t === 0) return this.center
    let y = this.cache.get(t)
    if (y === undefined) {
      y = this.line(t)
      this.cache.set(t, y)
    }
    return y
  }

  /** The outputs at -4w to 4w, outermost first: a pole is met there. Null where one is not finite. */
  private at(spacing: number): Float64Array[] | null {
    const ys = new Array<Float64Array>(2 * REACH + 1).fill(this.center)
    for (let k = REACH; k > 0; k--) {
      for (const side of [-k, k]) {
        const y = this.outputs(side * spacing)
        if (y === null) return null
        ys[REACH + side] = y
      }
    }
    return ys
  }

  stencil(spacing: number): Stencil | null {
    const ys = this.at(spacing)
    if (ys === null) return null
    const { center, cotangent, alive } = this
    const values = new Float64Array(ys.length)
    let size = 0
    for (let j = 0; j < center.length; j++) {
      const ct = cotangent[j]!
      let largest = 0
      for (let k = 0; k < ys.length; k++) {
        const y = ys[k]![j]!
        const difference = y - center[j]!
        if (difference !== 0) alive[j] = 1
        largest = Math.max(largest, Math.abs(y))
        values[k]! += ct * difference
      }
      // An output that never moves does not round either; one that stands still at this spacing does nothing else.
      if (alive[j] === 1) size = hypotenuse(size, ct * largest)
    }
    return readStencil(values, spacing, (EPSILON / 4) * size)
  }

  /** What each output adds to the derivative: cotangent times partial derivative. */
  contributions(spacing: number): Float64Array {
    const ys = this.at(spacing)
    return this.center.map((y, j) => {
      if (ys === null) return Number.NaN
      const values = Float64Array.from(ys, (row) => this.cotangent[j]! * (row[j]! - y))
      return readStencil(values, spacing, 0).derivative
    })
  }

  /** What is known of a function that does not change at all: its slope is below what its values can show. */
  unseen(spacing: number): number {
    // The tape does not tell what happens inside an op; numbers of about 1, most likely.
    return Math.max(EPSILON, 4 * this.rounding) / spacing
  }
}
