/** @file onGrad: a function that sees, and may replace, the gradient of a tensor on its way down. Imports walk.ts. */
import { checkFunction, fail } from './errors.ts'
import { checkLike, checkTensor } from './ops/operand.ts'
import type { Shape } from './shape-types.ts'
import type { Tensor } from './tensor.ts'
import { setVisitor } from './walk.ts'

/** Gets the gradient; what it returns, if anything, takes the gradient's place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook may return nothing, as console.log does
export type GradHook<S extends Shape = Shape> = (gradient: Tensor<S>) => Tensor<S> | void

let installed = false

/** Visits reverse passes from the first hook on. */
function install(): void {
  if (installed) return
  installed = true
  setVisitor((node, ct) => runHooks(node.output, ct))
}

/** By tensor, so that hooks go when the tensor goes. */
const hooked = /* @__PURE__ */ new WeakMap<Tensor, GradHook[]>()

function runHooks(x: Tensor, ct: Tensor): Tensor {
  let result = ct
  for (const hook of hooked.get(x) ?? []) {
    const replaced: unknown = hook(result)
    if (replaced !== undefined)
      result = checkLike(
        'onGrad',
        'the hook returned',
        replaced,
        'the gradient is',
        x,
        'return a tensor like it, or nothing',
      )
  }
  return result
}

/**
 * Calls `hook` with dL/dx whenever a reverse pass has it complete, before it goes on to what x was computed from. What
 * the hook returns goes on in its place: clip it, scale it, print it. Hooks of one tensor run in the order in which they
 * were set. A second derivative is a reverse pass too. Returns a function that takes the hook away.
 */
export function onGrad<S extends Shape>(x: Tensor<S>, hook: GradHook<S>): () => void {
  checkTensor('onGrad', x)
  checkFunction('onGrad', hook)
  if (x.node === null) fail('onGrad', 'the tensor is not tracked; compute it from a tensor with requiresGrad')
  install()
  // An entry of its own: the same function may be set twice, and taken away once.
  const own: GradHook = (gradient) => (hook as unknown as GradHook)(gradient)
  const others = (): GradHook[] => (hooked.get(x as Tensor) ?? []).filter((entry) => entry !== own)
  hooked.set(x as Tensor, [...others(), own])
  return () => {
    hooked.set(x as Tensor, others())
  }
}
