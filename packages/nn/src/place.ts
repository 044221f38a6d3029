/** @file Where in a model an error arose: written into the error while it passes the layers on its way out. Imports nothing. */

/** A layer and where it is: `layer 0 (Dense(4, 5))`. */
export interface Located {
  path: string
  readonly layer: object
}

interface Place {
  /** What the error said at first. */
  readonly message: string
  /** The innermost layer, where the error arose. */
  readonly innermost: Located
  /** The outermost layer that the error has passed so far; paths start there. */
  outermost: object
  /** The layer that made the input of the innermost one. */
  giver: Located | null
  /** The innermost layer's input is the input of the outermost one: who made it is known further out, if at all. */
  passedOn: boolean
}

const places = new WeakMap<Error, Place>()

/** The outermost layer that the error has passed so far. */
export const outermost = (error: Error): object | undefined => places.get(error)?.outermost

/** Notes the layer in which an error arose. */
export function startPlace(error: Error, layer: object): void {
  const place: Place = {
    message: error.message,
    innermost: { path: '', layer },
    outermost: layer,
    giver: null,
    passedOn: true,
  }
  places.set(error, place)
  write(error, place)
}

/**
 * Notes the layer around, which holds the outermost one so far under `key`. `giver` made that one's input; null: not
 * known; undefined: it is the input of the layer around, passed on.
 */
export function extendPlace(
  error: Error,
  around: object,
  key: string,
  giver: Located | null | undefined,
): void {
  const place = places.get(error)
  if (place === undefined) return
  const { innermost } = place
  const inside = (path: string): string => (key === '' || path === '' ? key + path : `${key}.${path}`)
  innermost.path = inside(innermost.path)
  if (place.giver !== null) place.giver.path = inside(place.giver.path)
  else if (place.passedOn) {
    place.giver = giver ?? null
    place.passedOn = giver === undefined
  }
  place.outermost = around
  write(error, place)
}

const show = ({ path, layer }: Located): string => (path === '' ? `${layer}` : `layer ${path} (${layer})`)

/** Into the message and into the stack, which holds a copy of it. */
function write(error: Error, { message, innermost, giver }: Place): void {
  // Some host errors have a message that cannot be set.
  if (!Object.getOwnPropertyDescriptor(error, 'message')?.writable) return
  const old = error.message
  error.message = `${message}; in ${show(innermost)}${giver === null ? '' : `, whose input comes from ${show(giver)}`}`
  if (error.stack !== undefined) error.stack = error.stack.replace(old, () => error.message)
}
