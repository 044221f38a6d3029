/** @file Where in a model an error arose: written into the error while it passes the layers on its way out. Imports nothing. */

/** A layer and where it is: `layer 0 (Dense(4, 5))`. */
interface Located {
  path: string
  readonly layer: object
}

interface Place {
  /** What the error said at first. */
  readonly message: string
  /** The innermost layer, where the error arose. Paths start at the outermost one that the error has passed. */
  readonly inner: Located
  outermost: object
  /** The layer that made the input of the innermost one; undefined while that is the input of the outermost one. */
  giver: Located | null | undefined
}

const places = new WeakMap<Error, Place>()

/** The outermost layer that an error has passed so far. */
export const outermost = (error: Error): object | undefined => places.get(error)?.outermost

/**
 * Notes a layer that the error passes. It holds the one noted before under `key`, and `giver` made that one's input:
 * null when that is not known, undefined when the layer passed its own input on.
 */
export function notePlace(error: Error, layer: object, key = '', giver?: Located | null): void {
  let place = places.get(error)
  if (place === undefined) {
    place = { message: error.message, inner: { path: '', layer }, outermost: layer, giver: undefined }
    places.set(error, place)
  } else {
    const { inner } = place
    for (const located of [inner, place.giver])
      if (located) located.path = [key, located.path].filter((part) => part !== '').join('.')
    if (place.giver === undefined) place.giver = giver
    place.outermost = layer
  }
  // Some errors of the host have a message that cannot be set.
  if (!Object.getOwnPropertyDescriptor(error, 'message')?.writable) return
  // The stack holds a copy of the message: read it before, since some engines make it when it is first read.
  const { message, stack } = error
  const from = place.giver ? `, whose input comes from ${show(place.giver)}` : ''
  error.message = `${place.message}; in ${show(place.inner)}${from}`
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message)
}

const show = ({ path, layer }: Located): string => (path === '' ? `${layer}` : `layer ${path} (${layer})`)
