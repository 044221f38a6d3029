/** @file Which layers of a model run now, for errors that name them. Imports nothing. */

/** A layer that runs, and those around it. */
export interface Scope {
  readonly layer: object
  /** Writes into an error that it arose in the layer. */
  readonly place: (error: unknown, layer: never) => unknown
  readonly outer: Scope | null
}

let watched = 0
let scope: Scope | null = null

/**
 * For authors of modules: notes that `layer` runs, as long as somebody wants to know (detectAnomaly). `place(error,
 * layer)` is to write into an error that it arose there. What it returns goes to `leaveLayer` when the layer is done.
 */
export function enterLayer<L extends object>(
  layer: L,
  place: (error: unknown, layer: L) => unknown,
): Scope | null {
  const outer = scope
  if (watched > 0) scope = { layer, place, outer }
  return outer
}

/** For authors of modules: the layer is done; `outer` is what `enterLayer` returned. */
export function leaveLayer(outer: Scope | null): void {
  scope = outer
}

/** The layers that run now. */
export const currentScope = (): Scope | null => scope

/** Runs `f` with the layers being noted. */
export function withLayersNoted<R>(f: () => R): R {
  watched++
  try {
    return f()
  } finally {
    watched--
  }
}
