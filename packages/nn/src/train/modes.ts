/** @file Whether each part of a model trains, remembered. Imports module.ts. */
import { contentsOf, type Module } from '../module.ts'

/** Remembers the mode of a module and of all inside it; the function that comes back sets them again. */
export function rememberModes(model: Module): () => void {
  const modules = [model, ...contentsOf(model).modules.map(([, module]) => module)]
  const modes = modules.map(({ training }) => training)
  return () => {
    // Outer modules come first; each sets the modules inside it too.
    modules.forEach((module, i) => {
      if (module.training !== modes[i]) module[modes[i] ? 'train' : 'eval']()
    })
  }
}
