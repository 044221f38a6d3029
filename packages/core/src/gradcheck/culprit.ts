/**
 * @file Finds the op whose derivative is wrong: each op on the way from an input to the output is checked by itself.
 * Imports walk.ts, check.ts, causes.ts and uses.ts.
 */
import { clone, transpose } from '../ops/index.ts'
import { apply } from '../tape.ts'
import type { Node, Tensor } from '../tensor.ts'
import { pathBetween } from '../walk.ts'
import { likelyCause } from './causes.ts'
import { type CheckOptions, checkSubject, type LeafCheck } from './check.ts'
import type { GradcheckMode } from './report.ts'
import { recorded } from './rounding.ts'
import { float64, gradientOf, type Subject } from './subject.ts'
import { usesInside } from './uses.ts'

/** Up to this many elements an input of an op is checked one by one, above along random directions. */
const SMALL = 256
/** Longer tapes are searched from the output on, this far. */
const MOST_OPS = 300

/** What is looked for. */
interface Search {
  readonly mode: GradcheckMode
  readonly order: 1 | 2
  readonly options: CheckOptions
}

/** An input of an op by which its derivative is wrong, and why. */
interface Culprit {
  readonly node: Node
  readonly input: number
  readonly cause: string | null
}

/** Says why the gradient by an input of `subject` is wrong, as far as that can be told. */
export class Investigation {
  private readonly tape: ReturnType<typeof recorded>
  /** By mode, what became known of an op's inputs. */
  private readonly known = {
    reverse: new Map<Node, (Culprit | null)[]>(),
    forward: new Map<Node, (Culprit | null)[]>(),
  }
  private readonly order: 1 | 2
  private readonly options: CheckOptions

  constructor(subject: Subject, order: 1 | 2, options: CheckOptions) {
    this.tape = recorded(subject)
    this.order = order
    this.options = options
  }

  /** The cause of what is wrong with `check`, which is that of input number `leaf`. */
  explain(leaf: number, check: LeafCheck, mode: GradcheckMode): string | null {
    const search = { mode, order: this.order, options: this.options }
    const own = causeOf(check, search)
    const culprit = this.culpritFor(leaf, search)
    if (culprit === null) return own
    const { node, input, cause } = culprit
    const where = `in op ${node.primitive!.name}${node.inputs.length > 1 ? `, input ${input}` : ''}`
    return `${cause ?? own ?? `the ${mode === 'reverse' ? 'pullback' : 'forward rule'} is wrong`}, ${where}`
  }

  /** The op nearest to the output that is wrong on the way to an input. */
  private culpritFor(leaf: number, search: Search): Culprit | null {
    const { tracked, y } = this.tape
    const way = pathBetween(y.node, [tracked[leaf]!.node!])
    const onTheWay = new Set(way)
    const known = this.known[search.mode]
    for (const node of way.slice(0, MOST_OPS)) {
      const { inputs } = node
      let found = known.get(node)
      if (found === undefined) known.set(node, (found = []))
      for (let k = 0; k < inputs.length; k++) {
        const source = inputs[k]!.node
        if (source === null || !onTheWay.has(source) || inputs.indexOf(inputs[k]!) < k) continue
        let culprit = found[k]
        if (culprit === undefined) found[k] = culprit = checkInput(node, k, search)
        if (culprit !== null) return culprit
      }
    }
    return null
  }
}

/** Checks an op by one of its inputs (wherever the op has the same tensor), and nothing else. */
function checkInput(node: Node, input: number, search: Search): Culprit | null {
  const target = node.inputs[input]!
  if (target.dtype !== 'float64') return null
  const subject = opAlone(node, target, (x) => x === target)
  const options = { ...search.options, modes: [search.mode], directions: target.size > SMALL ? 2 : null }
  const check = tryCheck(subject, search.order, options)
  if (check === null || !check.verdicts.get(search.mode)!.includes('wrong')) return null
  const comparable = search.mode === 'reverse' && search.order === 1 && options.directions === null
  const byComparison = comparable ? byRunning(node, target, check, options) : null
  return { node, input, cause: byComparison ?? causeOf(check, { ...search, options }) }
}

function causeOf(check: LeafCheck, { mode, options }: Search): string | null {
  if (mode === 'reverse' && check.misshapen !== null) return check.misshapen
  const { leaf, probes, numeric, scale, outputShape, contributions } = check
  const wrong = check.verdicts.get(mode)!.flatMap((verdict, i) => (verdict === 'wrong' ? [i] : []))
  const elements = options.directions === null
  return likelyCause({
    shape: elements ? leaf.tensor.shape : [probes.length],
    input: elements ? leaf.tensor.data : new Float64Array(probes.length),
    analytic: check.analytic.get(mode)!,
    numeric: Float64Array.from(numeric, ({ value }) => value),
    wrong,
    tolerance: Float64Array.from(numeric, ({ noise }) => options.rtol * scale + noise),
    outputShape: elements ? outputShape : [],
    contributions,
  })
}

/** An op as a function of what stands at some of its inputs. */
function opAlone(
  { primitive, inputs, params }: Node,
  target: Tensor,
  moves: (x: Tensor, k: number) => boolean,
  others: readonly Tensor[] = inputs.map((x) => x.detach()),
): Subject {
  return {
    leaves: [{ path: '', tensor: float64(Float64Array.from(target.data), target.shape) }],
    f: (moved) =>
      apply(
        primitive!,
        others.map((x, k) => (moves(inputs[k]!, k) ? moved! : x)),
        params,
      ),
  }
}

function tryCheck(subject: Subject, order: 1 | 2, options: CheckOptions): LeafCheck | null {
  try {
    return checkSubject(order === 2 ? gradientOf(subject) : subject, options)[0]!
  } catch {
    // An op that cannot be run alone is no reason to lose the report.
    return null
  }
}

// ── causes that take another run of the op ───────────────────────────────────

/** Compares the wrong gradient with right ones: of one of several uses, and of the op with a transposed input. */
function byRunning(node: Node, target: Tensor, check: LeafCheck, options: CheckOptions): string | null {
  const analytic = check.analytic.get('reverse')!
  const same = (gradient: Float64Array): boolean =>
    gradient.every(
      (x, i) => Math.abs(x - analytic[i]!) <= options.rtol * check.scale + check.numeric[i]!.noise,
    )
  for (const uses of [usesAsInput(node, target, options), usesInside(node, target)]) {
    if (uses.some(same))
      return `overwritten instead of accumulated: of ${uses.length} uses of the input, only one counts`
  }
  const other = node.inputs.findIndex((x, k) => {
    const [rows, columns] = x.shape.slice(-2)
    if (x === target || columns === undefined || rows !== columns) return false
    const inputs = node.inputs.map((y, i) => (i === k ? swapped(y) : y.detach()))
    const gradient = numericGradient(
      opAlone(node, target, (y) => y === target, inputs),
      options,
    )
    return gradient !== null && same(gradient)
  })
  return other < 0 ? null : `transposed: right if input ${other} were transposed`
}

const swapped = (x: Tensor): Tensor => clone(transpose(x.detach(), -2, -1))

function numericGradient(subject: Subject, options: CheckOptions): Float64Array | null {
  const check = tryCheck(subject, 1, { ...options, modes: ['reverse'] })
  return check && Float64Array.from(check.numeric, ({ value }) => value)
}

/** The op has the tensor at several of its inputs: the numeric gradient by each alone. */
function usesAsInput(node: Node, target: Tensor, options: CheckOptions): Float64Array[] {
  const positions = node.inputs.flatMap((x, k) => (x === target ? [k] : []))
  if (positions.length < 2) return []
  return positions.flatMap((position) => {
    const gradient = numericGradient(
      opAlone(node, target, (_, k) => k === position),
      options,
    )
    return gradient === null ? [] : [gradient]
  })
}
