/** @file `guard`: settings on which it depends what a function computes, told to who keeps what it computed. Imports nothing. */

/** What a setting may be: something that can be compared. */
type Setting = boolean | number | string | null | undefined

/** Is told of a setting that was read, and how to read it again. */
type Watch = (read: () => Setting, value: Setting) => void

let watch: Watch | null = null

/**
 * What `read()` returns: a setting, such as whether a model is in training, on which it depends which ops a function
 * calls. A compiled function must be compiled again when one of its settings has changed; so `forward` reads flags by
 * guard. A module's `training` does that itself.
 */
export function guard<T extends Setting>(read: () => T): T {
  const value = read()
  watch?.(read, value)
  return value
}

/** Runs `f`; tells `watcher`, and whoever watches already, of the settings that it reads. */
export function watchingGuards<R>(watcher: Watch, f: () => R): R {
  const outer = watch
  watch = (read, value) => {
    watcher(read, value)
    outer?.(read, value)
  }
  try {
    return f()
  } finally {
    watch = outer
  }
}
