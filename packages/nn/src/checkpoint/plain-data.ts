/** @file Plain data as JSON that gives back the same numbers, NaN, the infinities and -0 among them. Imports errors.ts and refusal.ts. */
import { describe, isPlainObject } from '../errors.ts'
import { type Refuse } from './refusal.ts'

/** What a checkpoint keeps besides tensors: `null`, booleans, numbers, strings, and arrays and plain objects of these. */
export type PlainData =
  | null
  | boolean
  | number
  | string
  | readonly PlainData[]
  | { readonly [key: string]: PlainData }

/** Numbers that JSON does not have: `{"~number":"NaN"}`. */
const TAG = '~number'
const SPECIAL: readonly string[] = ['NaN', 'Infinity', '-Infinity', '-0']
/** Data nested deeper contains itself, or comes from a hostile file. */
const DEEPEST = 100

/** `value` with special numbers tagged, so that JSON has it all. `path` says where it is. */
export function tagged(value: unknown, path: string, refuse: Refuse, depth = 0): unknown {
  checkDepth(depth, path, refuse)
  if (typeof value === 'number') {
    const text = Object.is(value, -0) ? '-0' : String(value)
    return SPECIAL.includes(text) ? { [TAG]: text } : value
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (Array.isArray(value))
    return Array.from(value, (each, i) => tagged(each, `${path}[${i}]`, refuse, depth + 1))
  if (!isPlainObject(value)) {
    const wish = 'null, booleans, numbers, strings, or arrays and plain objects of these'
    const fix = typeof (value as { toJSON?: unknown })?.toJSON === 'function' ? `; save ${path}.toJSON()` : ''
    return refuse(
      `${path} is ${describe(value)}; what has no stateDict() and loadStateDict() must be a tensor, a Generator, or plain data: ${wish}${fix}`,
    )
  }
  if (Object.hasOwn(value, TAG)) refuse(`${path} has the key "${TAG}", which is reserved; rename it`)
  return mapped(value, path, refuse, (each, at) => tagged(each, at, refuse, depth + 1))
}

/** The reverse of `tagged`. */
export function untagged(value: unknown, path: string, refuse: Refuse, depth = 0): PlainData {
  checkDepth(depth, path, refuse)
  if (Array.isArray(value)) return value.map((each, i) => untagged(each, `${path}[${i}]`, refuse, depth + 1))
  if (!isPlainObject(value)) return value as PlainData
  const text = value[TAG]
  if (Object.hasOwn(value, TAG))
    return SPECIAL.includes(text as string) ? Number(text) : refuse(`${path} holds a damaged number`)
  return mapped(value, path, refuse, (each, at) => untagged(each, at, refuse, depth + 1)) as PlainData
}

function mapped(
  value: Record<string, unknown>,
  path: string,
  refuse: Refuse,
  f: (value: unknown, path: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (key === '__proto__') refuse(`${path} has the key "__proto__", which is not allowed`)
      return [key, f(each, `${path}.${key}`)]
    }),
  )
}

function checkDepth(depth: number, path: string, refuse: Refuse): void {
  if (depth > DEEPEST)
    refuse(`${path.slice(0, 40)}... nests deeper than ${DEEPEST} levels; does it contain itself?`)
}
