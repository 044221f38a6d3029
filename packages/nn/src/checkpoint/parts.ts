/** @file The parts of a checkpoint: what is saved of each and how it is put back. Imports core, errors.ts, plain-data.ts, refusal.ts and state-dict.ts. */
import { clone, Generator, Tensor } from '@tapegrad/core/ops'
import { describe, isPlainObject } from '../errors.ts'
import { restore, type StateDict } from '../state-dict.ts'
import type { TensorEntry } from './header.ts'
import { type PlainData, tagged, untagged } from './plain-data.ts'
import { ignoringErrors, type Refuse } from './refusal.ts'

/** Something with a state: a module, an optimizer, a schedule, a scaler, or a class of your own. */
export interface Stateful {
  stateDict(): StateDict
  loadStateDict(dict: Readonly<StateDict>): unknown
}

/** What a checkpoint can put back. */
export type RestorablePart = Stateful | Generator | Tensor
/** What a checkpoint can hold. */
export type CheckpointPart = RestorablePart | PlainData

type Kind = 'state' | 'generator' | 'tensor' | 'data'

/** What is written: tensors by key, and the rest as text. */
export interface Contents {
  readonly dict: StateDict
  readonly metadata: Record<string, string>
}

const FORMAT = 'tapegrad-checkpoint'
const VERSION = '1'

/** Takes the state out of each part. */
export function contentsOf(parts: unknown, refuse: Refuse): Contents {
  const tensors: [string, Tensor][] = []
  const kinds: [string, Kind][] = []
  const data: [string, unknown][] = []
  const named = checkParts(parts, refuse)
  if (named.length === 0)
    refuse('there is nothing to save; name the parts, as in { model, optimizer, epoch }')
  for (const [name, part] of named) {
    const kind = kindOf(part)
    kinds.push([name, kind ?? 'data'])
    if (kind === undefined) data.push([name, tagged(part, name, refuse)])
    else if (kind === 'state') tensors.push(...stateOf(name, part as Stateful, refuse))
    else tensors.push([name, kind === 'tensor' ? (part as Tensor) : (part as Generator).state])
  }
  const metadata = {
    format: FORMAT,
    version: VERSION,
    parts: JSON.stringify(Object.fromEntries(kinds)),
    data: JSON.stringify(Object.fromEntries(data)),
  }
  return { dict: Object.fromEntries(tensors), metadata }
}

/** A checkpoint that was read, as far as it is needed. */
export interface Opened {
  readonly kinds: Readonly<Record<string, unknown>>
  readonly data: Record<string, PlainData>
}

/** What the metadata say is in the file. */
export function open(metadata: Readonly<Record<string, string>>, refuse: Refuse): Opened {
  if (metadata.format !== FORMAT)
    refuse(
      'this is a safetensors file, but no checkpoint; get its tensors with loadSafetensors or decodeSafetensors',
    )
  if (metadata.version !== VERSION)
    refuse(
      `this checkpoint has version ${describe(metadata.version)}, this tapegrad reads ${VERSION}; update it`,
    )
  const kinds = objectIn(metadata, 'parts', refuse)
  const data = untagged(objectIn(metadata, 'data', refuse), 'data', refuse) as Record<string, PlainData>
  return { kinds, data }
}

function objectIn(
  metadata: Readonly<Record<string, string>>,
  key: string,
  refuse: Refuse,
): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(metadata[key] ?? '')
  } catch {}
  return isPlainObject(value)
    ? value
    : refuse(`this checkpoint is damaged: its list of ${key} cannot be read`)
}

/** The parts to put back, each of which must be in the file, as what it is. */
export function checkWanted(parts: unknown, { kinds }: Opened, refuse: Refuse): [string, RestorablePart][] {
  return checkParts(parts, refuse).map(([name, part]) => {
    const kind = kindOf(part)
    if (kind === undefined)
      refuse(
        `${name} is ${describe(part)}, which cannot be put back; leave it out here: plain data are returned`,
      )
    const saved = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (saved === undefined)
      refuse(`there is no part ${name}; there are ${Object.keys(kinds).join(', ') || 'none'}`)
    if (saved !== kind) refuse(`${name} was saved as ${NAMES[saved as Kind]}, but is ${NAMES[kind]} here`)
    return [name, part as RestorablePart]
  })
}

const NAMES: Readonly<Record<Kind, string>> = {
  state: 'something with a stateDict()',
  generator: 'a Generator',
  tensor: 'a tensor',
  data: 'plain data',
}

/** Which part the tensor of a file belongs to: names of parts have no dot. */
export const partOf = ({ name }: TensorEntry): string => name.split('.', 1)[0]!

/** Puts all parts back or, after an error, none. */
export function restoreParts(
  wanted: readonly (readonly [string, RestorablePart])[],
  dict: StateDict,
  refuse: Refuse,
): void {
  const steps = wanted.map(([name, part]) => ({ name, part, undo: undoing(part) }))
  // Last what has no state to go back to: when its turn comes, all others have succeeded.
  steps.sort((a, b) => Number(a.undo === null) - Number(b.undo === null))
  steps.forEach(({ name, part }, i) => {
    try {
      putBack(name, part, dict)
    } catch (error) {
      for (const { undo } of steps.slice(0, i + 1).reverse()) ignoringErrors(() => undo?.())
      refuse(`${name}: ${(error as Error).message}`, error)
    }
  })
}

/** What brings a part back to where it is now; null for one without a state yet, such as a scaler before `fit`. */
function undoing(part: RestorablePart): (() => void) | null {
  if (part instanceof Tensor) {
    const before = clone(part.detach())
    return () => put(part, before)
  }
  if (part instanceof Generator) {
    const { state } = part
    return () => {
      part.state = state
    }
  }
  let before: StateDict | null = null
  ignoringErrors(() => {
    before = part.stateDict()
  })
  return before && (() => part.loadStateDict(before!))
}

function putBack(name: string, part: RestorablePart, dict: StateDict): void {
  if (part instanceof Tensor) put(part, dict[name]!)
  else if (part instanceof Generator) part.state = dict[name]!
  else {
    const own = Object.entries(dict).filter(([key]) => key.startsWith(`${name}.`))
    part.loadStateDict(Object.fromEntries(own.map(([key, value]) => [key.slice(name.length + 1), value])))
  }
}

const put = (tensor: Tensor, value: Tensor): void => {
  restore([['the tensor', tensor]], { 'the tensor': value }, true)
}

function stateOf(name: string, part: Stateful, refuse: Refuse): [string, Tensor][] {
  const dict: unknown = part.stateDict()
  if (!isPlainObject(dict))
    return refuse(`${name}.stateDict() must give an object of tensors, got ${describe(dict)}`)
  return Object.entries(dict).map(([key, value]) => {
    if (!(value instanceof Tensor))
      refuse(`${name}.stateDict() must give tensors, but ${key} is ${describe(value)}`)
    return [`${name}.${key}`, value as Tensor]
  })
}

/** What kind of part something is; undefined for what can only be plain data. */
function kindOf(part: unknown): Exclude<Kind, 'data'> | undefined {
  if (part instanceof Tensor) return 'tensor'
  if (part instanceof Generator) return 'generator'
  const { stateDict, loadStateDict } = (part ?? {}) as Partial<Record<keyof Stateful, unknown>>
  return typeof stateDict === 'function' && typeof loadStateDict === 'function' ? 'state' : undefined
}

function checkParts(parts: unknown, refuse: Refuse): [string, unknown][] {
  if (!isPlainObject(parts))
    return refuse(`expected an object of parts, as in { model, optimizer, epoch }, got ${describe(parts)}`)
  const named = Object.entries(parts)
  for (const [name] of named)
    if (name === '' || name.includes('.') || name.startsWith('__'))
      refuse(`a part cannot be called ${describe(name)}; use a name without dots that does not begin with __`)
  return named
}
