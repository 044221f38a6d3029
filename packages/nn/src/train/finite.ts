/** @file Numbers that are not finite, where they are, and how they came about. Imports core and errors.ts. */
import { detectAnomaly, Generator, Tensor } from '@tapegrad/core/ops'
import { showShape } from '../errors.ts'
import { contentsOf, type Module } from '../module.ts'

/** Where the first NaN or infinity is; -1 if all numbers are finite. */
function firstStrange({ data }: Tensor): number {
  for (let i = 0; i < data.length; i++) if (!(data[i]! - data[i]! === 0)) return i
  return -1
}

/** The number of the first parameter whose gradient is not finite throughout; -1 if there is none. */
export function badGradient(parameters: readonly Tensor[]): number {
  for (let i = 0; i < parameters.length; i++) {
    const { grad } = parameters[i]!
    if (grad !== null && firstStrange(grad) >= 0) return i
  }
  return -1
}

/** A model and the modules inside it, outer ones first. */
export const modulesOf = (model: Module): Module[] => [
  model,
  ...contentsOf(model).modules.map(([, module]) => module),
]

/** The generators that the layers of a model draw from, each once. */
export function generatorsOf(model: Module): Generator[] {
  const found = modulesOf(model)
    .flatMap((module) => Object.values(module))
    .filter((value) => value instanceof Generator)
  return [...new Set(found)]
}

/**
 * How the numbers of a step became NaN or infinite: what was so before the step, or else what detectAnomaly finds when
 * `step` runs again.
 */
export function explain(model: Module, batch: unknown, step: () => void): { text: string; cause?: unknown } {
  const parameter = model.namedParameters().find(([, p]) => firstStrange(p) >= 0)
  if (parameter !== undefined)
    return { text: `parameter ${parameter[0]} holds ${placed(parameter[1])} before the step` }
  const input = tensorsIn(batch, 'batch').find(([, x]) => firstStrange(x) >= 0)
  if (input !== undefined) return { text: `the data hold it: ${input[0]} has ${placed(input[1])}` }
  try {
    detectAnomaly(step)
  } catch (error) {
    return { text: (error as Error).message, cause: error }
  }
  return {
    text: 'when the step was run again under detectAnomaly it was not found: something draws other numbers in each run (give each Dropout a generator), or the batch or the loss depends on something else',
  }
}

/** `NaN at [1, 2]`. */
function placed(x: Tensor): string {
  let rest = firstStrange(x)
  const value = x.data[rest]
  const index = [...x.shape].reverse().map((size) => {
    const i = rest % size
    rest = (rest - i) / size
    return i
  })
  return `${value} at ${showShape(index.reverse())}`
}

/** The tensors in a batch, with where they are: `batch[0]`, `batch.image`. */
export function tensorsIn(x: unknown, path: string, depth = 0): [path: string, tensor: Tensor][] {
  if (x instanceof Tensor) return [[path, x]]
  if (typeof x !== 'object' || x === null || ArrayBuffer.isView(x) || depth > 8) return []
  return Object.entries(x).flatMap(([key, value]) =>
    tensorsIn(value, Array.isArray(x) ? `${path}[${key}]` : `${path}.${key}`, depth + 1),
  )
}
