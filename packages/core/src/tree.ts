/** @file Trees of tensors: a tensor, or arrays and plain objects of trees. What transforms take as arguments. Imports tensor.ts and ops/operand.ts. */
import { describe, fail, isForeign } from './errors.ts'
import { checkTensor } from './ops/operand.ts'
import { Tensor } from './tensor.ts'

/** A tensor, an array of trees, or a plain object of trees. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree }

/** An object that is no instance of a class. */
const isPlainObject = (x: unknown): x is Record<string, unknown> => {
  if (typeof x !== 'object' || x === null) return false
  const prototype: unknown = Object.getPrototypeOf(x)
  return prototype === Object.prototype || prototype === null
}

/** Deeper is a mistake: an object that contains itself, most likely. */
const MAX_DEPTH = 200

/** Where in a tree a child stands: its key, and where its parent stands. Written out only when an error needs it. */
export interface Path {
  readonly parent: Path | null
  readonly key: string | number
}

/** The path as code has it: `.w[0]`; empty for the root. */
export function showPath(path: Path | null): string {
  let text = ''
  for (let at = path; at !== null; at = at.parent)
    text = `${typeof at.key === 'number' ? `[${at.key}]` : `.${at.key}`}${text}`
  return text
}

/** A tree of the same structure, each tensor replaced by `f(tensor, path)`, what is none by `other(leaf, path, op)`. */
export function mapTree(
  op: string,
  tree: unknown,
  f: (x: Tensor, path: Path | null) => unknown,
  other: (leaf: unknown, path: Path | null, op: string) => unknown = failLeaf,
  parent: Path | null = null,
  depth = 0,
): unknown {
  if (tree instanceof Tensor) return f(tree, parent)
  if (depth > MAX_DEPTH)
    fail(op, `an argument or result nests deeper than ${MAX_DEPTH} levels; does it contain itself?`)
  if (Array.isArray(tree)) {
    // Not map, which skips holes.
    const children: unknown[] = []
    for (let key = 0; key < tree.length; key++)
      children.push(mapTree(op, tree[key], f, other, { parent, key }, depth + 1))
    return children
  }
  if (isPlainObject(tree)) {
    return Object.fromEntries(
      Object.entries(tree).map(([key, child]) => [
        key,
        mapTree(op, child, f, other, { parent, key }, depth + 1),
      ]),
    )
  }
  return other(tree, parent, op)
}

function failLeaf(leaf: unknown, path: Path | null, op: string): never {
  if (isForeign(leaf)) checkTensor(op, leaf)
  const where = path === null ? 'an argument' : `the argument's ${showPath(path)}`
  return fail(
    op,
    `${where} is ${describe(leaf)}; arguments are tensors, or arrays and plain objects of tensors`,
  )
}

/** Walks a tree and its counterpart together: `visit(tensor, what stands in its place, path)`. */
export function zipTree(
  op: string,
  tree: unknown,
  other: unknown,
  visit: (x: Tensor, other: unknown, path: Path | null) => void,
  parent: Path | null = null,
): void {
  if (tree instanceof Tensor) {
    visit(tree, other, parent)
    return
  }
  if (Array.isArray(tree)) {
    if (!Array.isArray(other) || other.length !== tree.length)
      failStructure(op, parent, `an array of ${tree.length}`, other)
    for (const [key, child] of tree.entries()) zipTree(op, child, other[key], visit, { parent, key })
    return
  }
  const children = tree as Record<string, unknown>
  const keys = Object.keys(children)
  const fits = isPlainObject(other) && Object.keys(other).length === keys.length
  if (!fits || !keys.every((key) => Object.hasOwn(other, key)))
    failStructure(op, parent, `an object with the keys ${keys.join(', ')}`, other)
  for (const key of keys) zipTree(op, children[key], other[key], visit, { parent, key })
}

function failStructure(op: string, path: Path | null, expected: string, got: unknown): never {
  return fail(
    op,
    `${showPath(path)} is ${expected}, its counterpart is ${describe(got)}; the trees must have one structure`,
  )
}
