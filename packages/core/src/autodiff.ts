/** @file The transforms: grad, valueAndGrad, vjp, jvp. Imports backward.ts, walk.ts and tree.ts. */
import { type BackwardOptions, cotangentFor } from './backward.ts'
import { isFloat } from './dtype.ts'
import { checkFlag, checkFunction, checkOptions, describe, fail } from './errors.ts'
import { constantLike } from './ops/memory.ts'
import { checkLike } from './ops/operand.ts'
import { reshape } from './ops/reshape.ts'
import { primitive, SAVES_NOTHING } from './primitive.ts'
import { showShape } from './shape.ts'
import type { OneElement, Shape } from './shape-types.ts'
import { currentLevel, enterTransform, keepsGraph, leaveTransform, runRules } from './tape.ts'
import { Node, Tensor, viewOf } from './tensor.ts'
import { mapTree, type Path, showPath, type Tree, zipTree } from './tree.ts'
import { pathBetween, pullback, pushforward } from './walk.ts'

/** A fresh name for a value: an inner transform cannot see past it, an outer one can. */
const aliasPrimitive = /* @__PURE__ */ primitive({
  name: 'alias',
  shape: ([x]) => x!,
  kernel: ([x]) => viewOf(x!, x!.shape, x!.strides, x!.offset),
  vjp: [(ct) => ct],
  jvp: 'linear',
  batch: 'elementwise',
  saves: SAVES_NOTHING,
})

/** Always recorded, even inside noGrad: not through `apply`, which would ask. */
function alias(x: Tensor): Tensor {
  if (!isFloat(x.dtype)) return x
  const named = x.detach()
  named.node = new Node(aliasPrimitive, [x], undefined, named, currentLevel())
  return named
}

const leave = (x: Tensor, keep: boolean): Tensor => leaveTransform(aliasPrimitive, x, keep)

type Fn = (...args: never[]) => unknown

const positionsOf = (args: readonly unknown[]): readonly number[] => args.map((_, i) => i)

interface Traced {
  /** The function's result, still connected to the aliases. */
  readonly y: Tensor
  /** The arguments in question as aliases, in the structure of the arguments. */
  readonly aliases: readonly unknown[]
}

/** Names a tensor of an argument; `path` says where in argument `position` it stands. */
type Naming = (x: Tensor, path: Path | null, op: string, position: number) => Tensor

/** Calls `f` with the tensors of the arguments at `positions` replaced by what `name` makes of them. */
function trace(
  op: string,
  f: Fn,
  args: readonly unknown[],
  positions: readonly number[],
  name: Naming = alias,
): Traced {
  return enterTransform(op, () => {
    const replaced = [...args]
    const aliases = positions.map((i) => {
      if (i >= args.length)
        fail(op, `argnums names argument ${i}, the function was called with ${args.length}`)
      replaced[i] = mapTree(op, args[i], (x, path) => name(x, path, op, i))
      return replaced[i]
    })
    const y = f(...(replaced as never[]))
    if (!(y instanceof Tensor)) fail(op, `the function must return a tensor, it returned ${describe(y)}`)
    return { y, aliases }
  })
}

/** Cotangents of the aliases, in their structure; zeros where `y` does not depend on one, null for integers. */
function pull(op: string, { y, aliases }: Traced, seed: Tensor, keep: boolean): unknown[] {
  const targets: Node[] = []
  for (const tree of aliases)
    mapTree(op, tree, (x) => x.node !== null && isFloat(x.dtype) && targets.push(x.node))
  const path = pathBetween(y.node, targets)
  const found = new Map<Node, Tensor | null>()
  for (const target of targets) found.set(target, null)
  const finish = (node: Node, ct: Tensor): void => {
    if (node.primitive === aliasPrimitive && found.has(node)) found.set(node, ct)
  }
  if (path.length > 0) runRules(keep, () => pullback(path, seed, finish))
  return aliases.map((tree) =>
    mapTree(op, tree, (x) => {
      if (!isFloat(x.dtype)) return null
      const ct = found.get(x.node!) ?? null
      return ct === null ? constantLike(x, 0) : leave(ct, keep)
    }),
  )
}

/** One argument's position, or several. */
type Argnums = number | readonly number[]

export interface GradOptions<A extends Argnums = Argnums> extends BackwardOptions {
  /** Which argument to differentiate by (default 0), or several: then the gradients come as an array. */
  readonly argnums?: A
}

type Arguments<P extends readonly unknown[], A> = A extends readonly number[]
  ? { -readonly [K in keyof A]: P[A[K] & keyof P] }
  : A extends number
    ? P[A & keyof P]
    : never

/**
 * The function that returns f's value, 0-d, and its gradient: [f(...args), df/darg]. f returns a tensor of one element;
 * arguments are tensors, or arrays and plain objects of them, and the gradient has the argument's structure.
 */
export function valueAndGrad<P extends readonly unknown[], S extends Shape, const A extends Argnums = 0>(
  f: (...args: P) => OneElement<S, Tensor<S>>,
  options: GradOptions<A> = {},
): (...args: P) => [value: Tensor<[]>, gradient: Arguments<P, A>] {
  return differentiator('valueAndGrad', f as Fn, options) as (...args: P) => [Tensor<[]>, Arguments<P, A>]
}

/** The function that returns the gradient of f: df/darg. */
export function grad<P extends readonly unknown[], S extends Shape, const A extends Argnums = 0>(
  f: (...args: P) => OneElement<S, Tensor<S>>,
  options: GradOptions<A> = {},
): (...args: P) => Arguments<P, A> {
  const run = differentiator('grad', f as Fn, options)
  return (...args) => run(...args)[1] as Arguments<P, A>
}

function differentiator(
  op: string,
  f: Fn,
  options: GradOptions,
): (...args: readonly unknown[]) => [Tensor, unknown] {
  checkFunction(op, f)
  const { argnums = 0, createGraph = false } = checkOptions(op, options, ['argnums', 'createGraph'])
  checkFlag(op, 'createGraph', createGraph)
  const positions: readonly number[] = Array.isArray(argnums) ? [...argnums] : [argnums]
  positions.forEach((position, k) => {
    if (!Number.isInteger(position) || position < 0)
      fail(op, `argnums must be a whole number >= 0 or an array of them, got ${describe(argnums)}`)
    if (positions.indexOf(position) !== k) fail(op, `argnums names argument ${position} twice`)
  })
  return (...args) => {
    const [value, gradients] = differentiate(op, f, args, positions, createGraph)
    return [value, Array.isArray(argnums) ? gradients : gradients[0]]
  }
}

function differentiate(
  op: string,
  f: Fn,
  args: readonly unknown[],
  positions: readonly number[],
  createGraph: boolean,
): [Tensor, unknown[]] {
  const traced = trace(op, f, args, positions, differentiableAlias)
  const { y } = traced
  if (y.size !== 1) {
    fail(
      op,
      `the function must return one element, it returned shape ${showShape(y.shape)}; reduce it with sum() or mean(), or use vjp`,
    )
  }
  if (!isFloat(y.dtype)) fail(op, `the function must return a floating-point tensor, it returned ${y.dtype}`)
  const keep = keepsGraph(createGraph)
  const gradients = pull(op, traced, constantLike(y, 1), keep)
  const value = leave(y, keep)
  return [value.ndim === 0 ? value : reshape(value, []), gradients]
}

function differentiableAlias(x: Tensor, path: Path | null, op: string, argument: number): Tensor {
  if (!isFloat(x.dtype)) {
    fail(
      op,
      `argument ${argument}${path === null ? '' : `, at ${showPath(path)},`} is ${x.dtype}, which has no gradient; convert it with to('float32'), or close over it`,
    )
  }
  return alias(x)
}

/**
 * [f(...xs), pull]: pull(ct) returns one cotangent per x, each the transposed Jacobian times ct (null for int32 and
 * bool tensors). It can be called many times.
 */
export function vjp<P extends readonly Tree[], Y extends Tensor>(
  f: (...xs: P) => Y,
  ...xs: P
): [y: Y, pull: (ct: Y) => { -readonly [K in keyof P]: P[K] }] {
  checkFunction('vjp', f)
  const traced = trace('vjp', f as Fn, xs, positionsOf(xs))
  const run = (ct: Tensor): unknown[] =>
    pull('vjp', traced, cotangentFor('vjp', traced.y, ct), keepsGraph(false))
  return [leave(traced.y, keepsGraph(false)) as Y, run as (ct: Y) => { -readonly [K in keyof P]: P[K] }]
}

/**
 * [f(...xs), dy]: dy is the Jacobian times the tangents `dxs`, which have the structure of `xs` (int32 and bool tensors
 * do not move: anything, null say, stands in their place).
 */
export function jvp<P extends readonly Tree[], Y extends Tensor>(
  f: (...xs: P) => Y,
  xs: P,
  dxs: P,
): [y: Y, dy: Y] {
  checkFunction('jvp', f)
  if (!Array.isArray(xs) || !Array.isArray(dxs) || xs.length !== dxs.length) {
    fail(
      'jvp',
      `expected an array of inputs and one tangent for each, got ${describe(xs)} and ${describe(dxs)}`,
    )
  }
  const { y, aliases } = trace('jvp', f as Fn, xs, positionsOf(xs))
  const tangents = tangentsOf(aliases, dxs)
  const path = pathBetween(y.node, [...tangents.keys()])
  const places = path.map((node) => tangents.get(node) ?? null)
  const keep = keepsGraph(false)
  const dy = path.length === 0 ? null : runRules(keep, () => pushforward(path, places))
  return [leave(y, keep) as Y, (dy === null ? constantLike(y, 0) : leave(dy, keep)) as Y]
}

/** Pairs each float alias with its tangent; both trees must have one structure and equal shapes. */
function tangentsOf(aliases: readonly unknown[], dxs: readonly unknown[]): Map<Node, Tensor> {
  const tangents = new Map<Node, Tensor>()
  zipTree('jvp', aliases, dxs, (x, dx, path) => {
    if (!isFloat(x.dtype)) return
    tangents.set(x.node!, checkLike('jvp', `the tangent at ${showPath(path)} is`, dx, 'its input', x))
  })
  return tangents
}
