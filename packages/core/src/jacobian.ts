/** @file Whole matrices of derivatives, and products with them: jacobian, hessian, hvp. Imports autodiff.ts, vmap.ts and tree.ts. */
import { grad, jvp, vjp } from './autodiff.ts'
import { eye } from './create.ts'
import { isFloat } from './dtype.ts'
import { checkFunction, checkOptions, describe, fail } from './errors.ts'
import { concat } from './ops/join.ts'
import { permute, reshape } from './ops/reshape.ts'
import { slice } from './ops/slice.ts'
import { allAxes, sameShape, showShape } from './shape.ts'
import type { OneElement, Shape } from './shape-types.ts'
import { Tensor } from './tensor.ts'
import { mapTree, type Tree, zipTree } from './tree.ts'
import { vmap } from './vmap.ts'

export interface JacobianOptions {
  /**
   * 'reverse' (the default) makes one row of the Jacobian per element of the result, 'forward' one column per element of
   * the argument, all at once by vmap: the cheaper one has fewer.
   */
  readonly mode?: 'reverse' | 'forward'
}

/** The derivatives of a result of shape Y by each tensor of an argument: of shape [...Y, ...X]. */
type Jacobian<Y extends Shape, X> = Tree extends X
  ? Tree
  : X extends Tensor<infer S>
    ? Tensor<[...Y, ...S]>
    : { readonly [K in keyof X]: Jacobian<Y, X[K]> }

/** The second derivatives by each pair of tensors of an argument. */
type Hessian<X> = Tree extends X
  ? Tree
  : X extends Tensor<infer S>
    ? Tensor<[...S, ...S]>
    : { readonly [K in keyof X]: { readonly [L in keyof X]: Tree } }

/** Unit tensors: one for each element of `x`, along a new first axis. */
const unitsOf = (x: Tensor): Tensor =>
  reshape(eye(x.size, { dtype: x.dtype as 'float64' }), [x.size, ...x.shape]) as Tensor

/** `tree` with the tensor number `index` replaced. */
function withLeaf(op: string, tree: unknown, index: number, leaf: Tensor): unknown {
  let position = 0
  return mapTree(op, tree, (x) => (position++ === index ? leaf : x))
}

function leavesOf(op: string, tree: unknown): Tensor[] {
  const leaves: Tensor[] = []
  mapTree(op, tree, (x) => leaves.push(x))
  return leaves
}

type Fn = (x: unknown) => Tensor

function reverseJacobian(op: string, f: Fn, x: unknown): unknown {
  const [y, pull] = vjp(f as (x: Tensor) => Tensor, x as Tensor)
  const rows = vmap((ct: Tensor) => (pull(ct) as unknown[])[0] as Tensor)(unitsOf(y))
  return mapTree(op, rows, (row) => reshape(row, [...y.shape, ...row.shape.slice(1)]))
}

function forwardJacobian(op: string, f: Fn, x: unknown): unknown {
  let index = -1
  return mapTree(op, x, (leaf) => {
    index++
    const own = index
    const alone = (value: Tensor): Tensor => f(withLeaf(op, x, own, value))
    const columns = vmap((dx: Tensor) => jvp(alone, [leaf], [dx])[1])(unitsOf(leaf))
    // The axis of columns goes last, where the axes of the argument are to stand.
    const moved = permute(columns, [...allAxes(columns.ndim).slice(1), 0])
    return reshape(moved, [...moved.shape.slice(0, -1), ...leaf.shape])
  })
}

function checkResult(op: string, y: unknown): Tensor {
  if (!(y instanceof Tensor)) fail(op, `the function must return a tensor, it returned ${describe(y)}`)
  if (!isFloat(y.dtype)) fail(op, `the function must return a floating-point tensor, it returned ${y.dtype}`)
  return y
}

function checkArgument(op: string, x: unknown): void {
  for (const { dtype } of leavesOf(op, x))
    if (!isFloat(dtype))
      fail(op, `the argument is ${dtype}, which has no derivatives; convert it with to('float32')`)
}

/**
 * The function that returns the Jacobian of f: all derivatives of f(x, ...rest) by x, of shape [...f(x, ...rest).shape,
 * ...x.shape]. x may be a tree; the result then has its structure. Further arguments are constants.
 */
export function jacobian<X extends Tree, Y extends Shape, R extends readonly unknown[] = []>(
  f: (x: X, ...rest: R) => Tensor<Y>,
  options: JacobianOptions = {},
): (x: X, ...rest: R) => Jacobian<Y, X> {
  checkFunction('jacobian', f)
  const { mode = 'reverse' } = checkOptions('jacobian', options, ['mode'])
  if (mode !== 'reverse' && mode !== 'forward')
    fail('jacobian', `mode must be 'reverse' or 'forward', got ${describe(mode)}`)
  const run = mode === 'reverse' ? reverseJacobian : forwardJacobian
  return (x, ...rest) => {
    checkArgument('jacobian', x)
    return run('jacobian', (at) => checkResult('jacobian', f(at as X, ...rest)), x) as Jacobian<Y, X>
  }
}

/**
 * The function that returns the Hessian of f, which returns one element: all second derivatives by x, of shape
 * [...x.shape, ...x.shape], forward over reverse. For a tree, H[a][b] is the derivative by a and by b. Further arguments
 * of f are constants.
 */
export function hessian<X extends Tree, S extends Shape, R extends readonly unknown[] = []>(
  f: (x: X, ...rest: R) => OneElement<S, Tensor<S>>,
): (x: X, ...rest: R) => Hessian<X> {
  checkFunction('hessian', f)
  const gradient = grad(f as unknown as (...args: unknown[]) => Tensor<[]>)
  return (x, ...rest) => {
    checkArgument('hessian', x)
    let index = -1
    return mapTree('hessian', x, () => {
      index++
      const own = index
      return forwardJacobian('hessian', (at) => leavesOf('hessian', gradient(at, ...rest))[own]!, x)
    }) as Hessian<X>
  }
}

/**
 * The product of the Hessian of f at x with v, which has the structure of x: the derivative of the gradient along v,
 * forward over reverse, at a few times the cost of f and without ever making the Hessian.
 */
export function hvp<X extends Tree, S extends Shape>(f: (x: X) => OneElement<S, Tensor<S>>, x: X, v: X): X {
  checkFunction('hvp', f)
  checkArgument('hvp', x)
  const gradient = grad(f as unknown as (x: Tensor) => Tensor<[]>) as (x: unknown) => unknown
  const leaves = leavesOf('hvp', x)
  zipTree('hvp', x, v, (leaf, along) => {
    if (!(along instanceof Tensor) || along.dtype !== leaf.dtype || !sameShape(along.shape, leaf.shape))
      fail(
        'hvp',
        `the vector must have the structure, shapes and dtypes of x; where x has a ${leaf.dtype} tensor of shape ${showShape(leaf.shape)}, it has ${describe(along)}`,
      )
  })
  // jvp wants one tensor: the gradients after one another, cut apart again behind it.
  const joined = (at: Tensor): Tensor =>
    concat(
      leavesOf('hvp', gradient(at)).map((g) => reshape(g, [g.size]) as Tensor),
      0,
    )
  if (leaves.length === 0) return x
  const product = jvp(joined, [x as Tensor], [v as Tensor])[1]
  let start = 0
  return mapTree('hvp', x, (leaf) => {
    const part = slice(product, [[start, start + leaf.size]])
    start += leaf.size
    return reshape(part as Tensor, leaf.shape)
  }) as X
}
