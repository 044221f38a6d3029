/** @file Trees of tensors: a tensor, or arrays and plain objects of trees. What transforms take as arguments. Imports tensor.ts. */
import { describe, fail } from './errors.ts'
import { Tensor } from './tensor.ts'

/** A tensor, an array of trees, or a plain object of trees. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree }

const isPlainObject = (x: unknown): x is Record<string, unknown> => {
  if (typeof x !== 'object' || x === null) return false
  const prototype: unknown = Object.getPrototypeOf(x)
  return prototype === Object.prototype || prototype === null
}

/** A tree of the same structure, each tensor replaced by `f(tensor, path)`; the path reads like code: `.w[0]`. */
export function mapTree(
  op: string,
  tree: unknown,
  f: (x: Tensor, path: string) => unknown,
  path = '',
): unknown {
  if (tree instanceof Tensor) return f(tree, path)
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(op, child, f, `${path}[${i}]`))
  if (isPlainObject(tree)) {
    return Object.fromEntries(
      Object.entries(tree).map(([key, child]) => [key, mapTree(op, child, f, `${path}.${key}`)]),
    )
  }
  return fail(
    op,
    `${path === '' ? 'an argument' : `the argument's ${path}`} is ${describe(tree)}; arguments are tensors, or arrays and plain objects of tensors`,
  )
}

/** The tensors of a tree, in order. */
export function treeLeaves(op: string, tree: unknown): Tensor[] {
  const leaves: Tensor[] = []
  mapTree(op, tree, (x) => leaves.push(x))
  return leaves
}
