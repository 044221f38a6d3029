/** @file Walking the tape: down for reverse mode (pullback), up for forward mode (pushforward). Imports tape.ts and ops/. */
import { fail } from './errors.ts'
import { add } from './ops/define.ts'
import { constantLike } from './ops/memory.ts'
import type { AnyPrimitive, Pullback } from './primitive.ts'
import { showShape } from './shape.ts'
import { apply } from './tape.ts'
import type { Node, Tensor } from './tensor.ts'

let walks = 0

/**
 * The recorded nodes that `root` depends on, every node before its inputs (ids descending), leaves last. Nodes older
 * than `oldest` are left out. Iterative: a chain may be 100,000 ops long.
 */
export function reachable(root: Node, oldest = 0): Node[] {
  // Negative where the whole tape is looked at, no matter for which derivative: a checkpoint tells them apart.
  const walk = oldest > 0 ? ++walks : -++walks
  root.mark = walk
  if (root.primitive === null) return [root]
  const nodes: Node[] = [root]
  const leaves: Node[] = []
  let sorted = true
  let last = root.id
  for (let i = 0; i < nodes.length; i++) {
    const { inputs } = nodes[i]!
    for (let k = 0; k < inputs.length; k++) {
      const { node } = inputs[k]!
      if (node === null || node.mark === walk || node.id < oldest) continue
      node.mark = walk
      if (node.primitive === null) leaves.push(node)
      else {
        if (node.id > last) sorted = false
        last = node.id
        nodes.push(node)
      }
    }
  }
  if (!sorted) nodes.sort((a, b) => b.id - a.id)
  for (let i = 0; i < leaves.length; i++) nodes.push(leaves[i]!)
  return nodes
}

/** The nodes on the way from `root` down to one of `targets`, targets included, ids descending. */
export function pathBetween(root: Node | null, targets: readonly Node[]): Node[] {
  if (root === null || targets.length === 0) return []
  let oldest = Infinity
  for (const target of targets) {
    // Even if the root is older: a checkpoint asks whether a walk wanted its stand-ins.
    target.mark = walks
    oldest = Math.min(oldest, target.id)
  }
  if (root.id < oldest) return []
  const nodes = reachable(root, oldest)
  const live = ++walks
  for (const target of targets) target.mark = live
  const path: Node[] = []
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!
    if (node.mark !== live) {
      const { inputs } = node
      for (let k = 0; k < inputs.length; k++) {
        if (inputs[k]!.node?.mark === live) {
          node.mark = live
          break
        }
      }
    }
    // A target that the root does not depend on is not in `nodes`.
    if (node.mark === live) path.push(node)
  }
  return path.reverse()
}

/** The nodes of the walk that is under way, the innermost if several are, and the one whose rules run now. */
let walking: readonly Node[] | null = null
let at: Node | null = null

/** The node whose rules run now, in either mode. */
export const nodeAtWork = (): Node | null => at

/** The walk under way, a value of its own for each. */
export const currentWalk = (): readonly Node[] => walking!

/** Whether the walk wants the cotangent of input `k` of the node at work. */
export const isWanted = (k: number): boolean => placeOf(at!.inputs[k]!.node, at!, walking!) >= 0

/** Runs `f`, which a rule calls, as what it is: no rule, but a forward pass. */
export function asForward<R>(f: () => R): R {
  const node = at
  at = null
  try {
    return f()
  } finally {
    at = node
  }
}

/**
 * Numbers the nodes for the time of `f`: `node.slot` is the place in `nodes`. A rule may start a walk of its own over
 * the same nodes; that one puts the outer numbers back.
 */
function withSlots(nodes: readonly Node[], f: () => void): void {
  const around = walking
  const caller = at
  const outer = around === null ? null : nodes.map((node) => node.slot)
  for (let i = 0; i < nodes.length; i++) nodes[i]!.slot = i
  walking = nodes
  try {
    f()
  } finally {
    walking = around
    at = caller
    if (outer !== null) for (let i = 0; i < nodes.length; i++) nodes[i]!.slot = outer[i]!
  }
}

/**
 * The place of `node`, an input of `parent`, in this walk, or -1: its slot may stem from another walk. A leaf that is
 * younger than the op that used it does not count: other ops of the time before `requiresGrad` was set were not
 * recorded, so its gradient would be a part of the truth.
 */
function placeOf(node: Node | null, parent: Node, nodes: readonly Node[]): number {
  if (node === null || node.id > parent.id) return -1
  const { slot } = node
  return slot >= 0 && nodes[slot] === node ? slot : -1
}

/** Throws where a value that the rules of `node` read was overwritten; the rule for input `moving` of a product reads the others. */
function checkSaved(node: Node, primitive: AnyPrimitive, moving: number): void {
  const { inputs, output } = primitive.saves
  const unread = primitive.jvp === 'multilinear' ? moving : -1
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!
    if (input !== unread && node.inputs[input]!.storage.version > node.id) failSaved(node, `input ${input}`)
  }
  if (output && node.output.storage.version > node.id) failSaved(node, 'output')
}

function failSaved(node: Node, which: string): never {
  const { name } = node.primitive!
  const inputs = node.inputs.map((x) => showShape(x.shape)).join(', ')
  fail(
    'backward',
    `the ${which} of ${name}(${inputs}) was overwritten by assign() after ${name} ran, and its gradient needs the old value; call backward before assign, or assign to a clone()`,
  )
}

const ruleFor = (primitive: AnyPrimitive, index: number): Pullback<unknown> | null =>
  typeof primitive.vjp === 'function' ? primitive.vjp : (primitive.vjp[index] ?? null)

/** Sees each node of a reverse pass, and may replace its cotangent; null as long as nobody wants to. */
type Visitor = (node: Node, ct: Tensor) => Tensor
let visitor: Visitor | null = null

/** Installs the visitor. */
export function setVisitor(visit: Visitor): void {
  visitor = visit
}

/**
 * Reverse mode. Carries the cotangent of `nodes[0]` down through `nodes` and calls `finish` with the complete
 * cotangent of each node that one reaches.
 */
export function pullback(
  nodes: readonly Node[],
  seed: Tensor,
  finish: (node: Node, ct: Tensor) => void,
): void {
  const cotangents = new Array<Tensor | undefined>(nodes.length)
  cotangents[0] = seed
  withSlots(nodes, () => {
    for (let i = 0; i < nodes.length; i++) {
      let ct = cotangents[i]
      if (ct === undefined) continue
      cotangents[i] = undefined // large intermediate cotangents can be collected while the walk goes on
      const node = nodes[i]!
      at = node
      if (visitor !== null) ct = visitor(node, ct)
      finish(node, ct)
      const { primitive, inputs, output, params } = node
      if (primitive === null) continue
      for (let k = 0; k < inputs.length; k++) {
        const place = placeOf(inputs[k]!.node, node, nodes)
        if (place < 0) continue
        const rule = ruleFor(primitive, k)
        if (rule === null) continue
        checkSaved(node, primitive, k)
        const d = rule(ct, inputs, output, params, k)
        if (d === null) continue
        const sum = cotangents[place]
        cotangents[place] = sum === undefined ? d : add(sum, d)
      }
    }
  })
}

/**
 * Forward mode. Carries tangents (by place in `nodes`, ids descending) up to `nodes[0]`; null when nothing moves it.
 */
export function pushforward(nodes: readonly Node[], tangents: (Tensor | null)[]): Tensor | null {
  withSlots(nodes, () => {
    for (let i = nodes.length - 1; i >= 0; i--) {
      if (tangents[i]) continue
      const node = nodes[i]!
      const { primitive, inputs } = node
      if (primitive === null) continue
      at = node
      const dxs = inputs.map((x, k) => {
        const place = placeOf(x.node, node, nodes)
        const dx = place < 0 ? null : (tangents[place] ?? null)
        if (dx !== null) checkSaved(node, primitive, k)
        return dx
      })
      tangents[i] = dxs.some((dx) => dx !== null) ? forward(node, primitive, dxs) : null
    }
  })
  return tangents[0] ?? null
}

function forward(node: Node, primitive: AnyPrimitive, dxs: readonly (Tensor | null)[]): Tensor | null {
  const { inputs, output, params } = node
  const { jvp } = primitive
  if (typeof jvp === 'function') return jvp(dxs, inputs, output, params)
  if (jvp === 'linear') {
    const moved = inputs.map((x, i) => (ruleFor(primitive, i) === null ? x : (dxs[i] ?? constantLike(x, 0))))
    return apply(primitive, moved, params)
  }
  let total: Tensor | null = null
  dxs.forEach((dx, i) => {
    const rule = ruleFor(primitive, i)
    if (dx === null || rule === null) return
    const term =
      jvp === 'diagonal'
        ? rule(dx, inputs, output, params, i)
        : apply(
            primitive,
            inputs.map((x, j) => (j === i ? dx : x)),
            params,
          )
    total = total === null || term === null ? (total ?? term) : add(total, term)
  })
  return total
}
