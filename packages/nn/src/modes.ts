/** @file Whether modules train, remembered. Imports nothing. */

/** What has a mode. */
interface Switchable {
  readonly training: boolean
  train(): unknown
  eval(): unknown
}

/** Remembers the modes of modules, outer ones first; the function that comes back sets them again. */
export function rememberModes(modules: readonly Switchable[]): () => void {
  const modes = modules.map(({ training }) => training)
  return () => {
    // Each sets the modules inside it too, which come after it.
    modules.forEach((module, i) => {
      module[modes[i] ? 'train' : 'eval']()
    })
  }
}
