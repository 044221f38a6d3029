/** @file Running a module with other tensors in the place of its own. Imports module.ts and state-dict.ts. */
import type { Tensor } from '@tapegrad/core/ops'
import { checkTensor, describe, describeModule, fail, sameShape, showShape } from './errors.ts'
import { contentsOf, Module } from './module.ts'
import type { StateDict } from './state-dict.ts'

/**
 * What `module.call(...args)` returns with the tensors of `tensors`, by the keys of `stateDict`, in the place of its own
 * parameters and buffers; those left out stay. So a model becomes a function of its parameters, for `grad` and its kin.
 */
export function functionalCall<M extends Module>(
  module: M,
  tensors: Readonly<StateDict>,
  ...args: Parameters<M['forward']>
): M['~result'] {
  const op = 'functionalCall'
  if (!(module instanceof Module)) fail(op, `expected a module, got ${describeModule(module)}`)
  if (typeof tensors !== 'object' || tensors === null)
    fail(op, `expected an object of tensors, got ${describe(tensors)}`)
  const { slots } = contentsOf(module)
  // By tensor, not by slot: a shared one is replaced wherever it stands.
  const replacements = new Map<Tensor, Tensor>()
  for (const [key, value] of Object.entries(tensors)) {
    const slot = slots.find(({ path }) => path === key)
    if (slot === undefined)
      fail(op, `the module has no ${key}; its keys are ${slots.map(({ path }) => path).join(', ') || 'none'}`)
    checkTensor(op, key, value)
    if (!sameShape(value.shape, slot.tensor.shape))
      fail(op, `${key} has shape ${showShape(value.shape)}, it must be ${showShape(slot.tensor.shape)}`)
    if (replacements.has(slot.tensor) && replacements.get(slot.tensor) !== value)
      fail(op, `${key} is a shared tensor, and has another value under an earlier key; give it once`)
    replacements.set(slot.tensor, value)
  }
  const result: unknown = withTensors(module, replacements, () =>
    (module.call as (...args: unknown[]) => unknown).apply(module, args),
  )
  if (result instanceof Promise)
    fail(op, 'forward is async; the tensors are replaced only while it runs synchronously')
  return result as M['~result']
}

/** Runs `f` while other tensors stand wherever the module holds those that are the keys of `replacements`. */
export function withTensors<T>(module: Module, replacements: ReadonlyMap<Tensor, Tensor>, f: () => T): T {
  const replaced = contentsOf(module).slots.filter(({ tensor }) => replacements.has(tensor))
  const settable = replaced.filter(({ holder, key }) => canBeSet(holder, key))
  try {
    for (const { holder, key, tensor } of settable) holder[key] = replacements.get(tensor)
    for (const { holder, key, tensor, path } of replaced)
      if (holder[key] !== replacements.get(tensor))
        fail(
          'functionalCall',
          `${path} cannot be replaced: what holds it is frozen, or has a getter that gives another tensor`,
        )
    return f()
  } finally {
    for (const { holder, key, tensor } of settable) holder[key] = tensor
  }
}

function canBeSet(holder: object, key: string): boolean {
  const property = Object.getOwnPropertyDescriptor(holder, key)
  return property?.writable === true || property?.set !== undefined
}
