/** @file Tensors by key: how the state of modules and optimizers is copied out and in. Imports core and errors.ts. */
import { assign, clone, noGrad, Tensor, to } from '@tapegrad/core/ops'
import { checkTensor, describe, fail, isFloat, sameShape, showShape } from './errors.ts'

/** Tensors by key. */
export type StateDict = Record<string, Tensor>

/** A key and the tensor that has it. */
export type Entry = readonly [key: string, tensor: Tensor]

/** What `loadStateDict` did not load. */
export interface LoadReport {
  /** Keys that the dict lacks. */
  readonly missing: string[]
  /** Keys of the dict that nothing has. */
  readonly unexpected: string[]
}

/** Copies of the tensors, by key. */
export const snapshot = (entries: readonly Entry[]): StateDict =>
  Object.fromEntries(entries.map(([key, tensor]) => [key, clone(tensor.detach())]))

/**
 * Copies the values of `dict` into the tensors, all of them or, after an error, none. A tensor may have several keys, of
 * which one in the dict is enough. `check` sees each value, and may throw, before the first is copied.
 */
export function restore(
  entries: readonly Entry[],
  dict: Readonly<StateDict>,
  strict: boolean,
  check?: (key: string, value: Tensor) => void,
): LoadReport {
  const op = 'loadStateDict'
  if (typeof dict !== 'object' || dict === null || dict instanceof Tensor)
    fail(op, `expected an object of tensors, got ${describe(dict)}`)
  const given = entries.filter(([key]) => Object.hasOwn(dict, key))
  const loaded = new Set(given.map(([, tensor]) => tensor))
  const missing = entries.flatMap(([key, tensor]) => (loaded.has(tensor) ? [] : [key]))
  const unexpected = Object.keys(dict).filter((key) => !entries.some(([known]) => known === key))
  if (strict && missing.length + unexpected.length > 0) {
    const list = (keys: readonly string[]): string => keys.join(', ') || 'none'
    fail(op, `missing keys: ${list(missing)}; unexpected keys: ${list(unexpected)}`)
  }
  for (const [key, tensor] of given) {
    const { shape, dtype } = tensor
    const value: unknown = dict[key]
    checkTensor(op, `the value of ${key}`, value)
    if (!sameShape(value.shape, shape))
      fail(op, `${key} has shape ${showShape(value.shape)} in the dict, it must be ${showShape(shape)}`)
    if (value.dtype !== dtype && !(isFloat(value.dtype) && isFloat(dtype)))
      fail(op, `${key} is ${value.dtype} in the dict, it must be ${dtype}; convert it`)
    const [first] = given.find(([, other]) => other === tensor)!
    if (first !== key) {
      const { data } = to(dict[first]!, dtype)
      if (!to(value, dtype).data.every((x: number, i: number) => Object.is(x, data[i])))
        fail(op, `${first} and ${key} are one tensor, but differ in the dict; delete one`)
    }
    check?.(key, value)
  }
  noGrad(() => {
    for (const [key, tensor] of given) assign(tensor, to(dict[key]!, tensor.dtype))
  })
  return { missing, unexpected }
}
