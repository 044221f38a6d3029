/**
 * @file einsum: sums of products along labelled axes. The equation is read, then operands are contracted in pairs.
 * Imports matmul.ts, reshape.ts, slice.ts and einsum-types.ts.
 */
import type { EinsumOf, EquationArg, OperandArgs } from '../einsum-types.ts'
import { describe, fail } from '../errors.ts'
import { allAxes, checkShape, type Shape, showShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { sumAxes } from './broadcast.ts'
import { mul } from './elementwise.ts'
import { contract } from './matmul.ts'
import { checkNumeric, checkSameDType, checkTensor } from './operand.ts'
import { permute, reshape } from './reshape.ts'
import { slice } from './slice.ts'

/** A tensor whose axes have labels: letters, and `.1`, `.2`, ... for the axes of an ellipsis, counted from the right. */
interface Term {
  readonly x: Tensor
  readonly labels: readonly string[]
}

const ELLIPSIS = '...'
const isDot = (label: string): boolean => label.startsWith('.')

// ── reading the equation ─────────────────────────────────────────────────────

/** The letters and the ellipsis of one operand or of the output. */
function symbolsOf(part: string, equation: string): readonly string[] {
  const symbols = part
    .split(ELLIPSIS)
    .flatMap((letters, i) => (i === 0 ? [...letters] : [ELLIPSIS, ...letters]))
  for (const symbol of symbols)
    if (symbol !== ELLIPSIS && !/^[A-Za-z]$/.test(symbol))
      fail('einsum', `'${symbol}' in '${equation}' is no label; labels are letters, and ... is an ellipsis`)
  if (symbols.filter((symbol) => symbol === ELLIPSIS).length > 1)
    fail('einsum', `'${part}' in '${equation}' has more than one ellipsis`)
  return symbols
}

/** The output that is not written: the axes of the ellipsis, then in alphabetic order the labels that stand once. */
function implicitOutput(operands: readonly (readonly string[])[]): readonly string[] {
  const all = operands.flat()
  const once = all.filter((symbol) => symbol !== ELLIPSIS && all.indexOf(symbol) === all.lastIndexOf(symbol))
  return all.includes(ELLIPSIS) ? [ELLIPSIS, ...once.sort()] : once.sort()
}

function checkOutput(output: readonly string[], inputs: readonly string[], equation: string): void {
  for (const [i, symbol] of output.entries()) {
    if (!inputs.includes(symbol))
      fail('einsum', `the output of '${equation}' has '${symbol}', which is in no operand`)
    if (output.indexOf(symbol) < i) fail('einsum', `the output of '${equation}' has '${symbol}' twice`)
  }
}

/** The symbols of each operand and of the output, for `count` tensors. */
function readEquation(equation: string, count: number): (readonly string[])[] {
  if (typeof equation !== 'string')
    fail('einsum', `the equation must be a text such as 'ij,jk->ik', got ${describe(equation)}`)
  const text = equation.replaceAll(' ', '')
  const [left, right, ...more] = text.split('->') as [string, ...string[]]
  if (more.length > 0) fail('einsum', `'${text}' has more than one ->`)
  const operands = left.split(',').map((part) => symbolsOf(part, text))
  if (operands.length !== count)
    fail('einsum', `'${text}' has ${operands.length} operands, the call has ${count}`)
  const output = right === undefined ? implicitOutput(operands) : symbolsOf(right, text)
  checkOutput(output, operands.flat(), text)
  return [...operands, output]
}

// ── labels and sizes ─────────────────────────────────────────────────────────

/** Labels of the axes of operand number `i`. */
function labelsOf(x: Tensor, symbols: readonly string[], i: number): readonly string[] {
  const letters = symbols.filter((symbol) => symbol !== ELLIPSIS).length
  const extra = x.ndim - letters
  if (extra < 0 || (extra > 0 && letters === symbols.length))
    fail('einsum', `operand ${i} has shape ${showShape(x.shape)}, its labels are '${symbols.join('')}'`)
  return symbols.flatMap((symbol) => (symbol === ELLIPSIS ? dots(extra) : [symbol]))
}

const dots = (count: number): string[] => Array.from({ length: count }, (_, i) => `.${count - i}`)

/** The size of every label. Size 1 stretches; two axes of one operand must be equal, since their diagonal is taken. */
function sizesOf(terms: readonly Term[]): Map<string, number> {
  const sizes = new Map<string, number>()
  const owners = new Map<string, number>()
  terms.forEach(({ x, labels }, i) => {
    for (const [axis, label] of labels.entries()) {
      const size = x.shape[axis]!
      const own = x.shape[labels.indexOf(label)]!
      if (size !== own)
        fail(
          'einsum',
          `label '${label}' has sizes ${own} and ${size} in operand ${i}; a diagonal has one size`,
        )
      const known = sizes.get(label) ?? 1
      if (known !== 1 && size !== 1 && size !== known) failSizes(terms, label, owners.get(label)!, i)
      if (known !== 1 || (size === 1 && owners.has(label))) continue
      sizes.set(label, size)
      owners.set(label, i)
    }
  })
  return sizes
}

function failSizes(terms: readonly Term[], label: string, first: number, second: number): never {
  const size = ({ x, labels }: Term): number => x.shape[labels.indexOf(label)]!
  const name = isDot(label) ? `axis -${label.slice(1)} of the ellipsis` : `label '${label}'`
  return fail(
    'einsum',
    `${name} has size ${size(terms[first]!)} in operand ${first} and ${size(terms[second]!)} in operand ${second}; neither is 1`,
  )
}

// ── one operand ──────────────────────────────────────────────────────────────

/** The axes in another order. */
function inOrder({ x, labels }: Term, order: readonly string[]): Tensor {
  return order.every((label, i) => label === labels[i])
    ? x
    : permute(
        x,
        order.map((label) => labels.indexOf(label)),
      )
}

/** Takes diagonals until no label stands twice: of n * n elements every (n + 1)-th. */
function withoutRepeats(term: Term): Term {
  const { labels } = term
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis)
  if (second < 0) return term
  const label = labels[second]!
  const first = labels.indexOf(label)
  const others = allAxes(labels.length).filter((axis) => axis !== first && axis !== second)
  const last = permute(term.x, [...others, first, second])
  const n = term.x.shape[first]!
  const square = reshape(last, [...others.map((axis) => term.x.shape[axis]!), n * n])
  const x = slice(square, [...others.map(() => null), [0, n * n, n + 1] as const])
  return withoutRepeats({ x, labels: [...others.map((axis) => labels[axis]!), label] })
}

/** Drops axes of size 1 that other operands stretch. */
function withoutStretched({ x, labels }: Term, sizes: ReadonlyMap<string, number>): Term {
  const kept = labels.filter((label, axis) => x.shape[axis] === sizes.get(label))
  return { x: reshape(x, shapeFor(kept, sizes)), labels: kept }
}

/** Sums over the labels that nothing else needs. */
function summed({ x, labels }: Term, isNeeded: (label: string) => boolean): Term {
  const axes = allAxes(labels.length).filter((axis) => !isNeeded(labels[axis]!))
  return axes.length === 0 ? { x, labels } : { x: sumAxes(x, axes, false), labels: labels.filter(isNeeded) }
}

const shapeFor = (labels: readonly string[], sizes: ReadonlyMap<string, number>): Shape =>
  labels.map((label) => sizes.get(label)!)

// ── two operands ─────────────────────────────────────────────────────────────

/** The product of two operands, summed over the labels that both have and nothing else needs. */
function contractPair(
  left: Term,
  right: Term,
  isNeeded: (label: string) => boolean,
  sizes: ReadonlyMap<string, number>,
): Term {
  const a = summed(left, (label) => isNeeded(label) || right.labels.includes(label))
  const b = summed(right, (label) => isNeeded(label) || left.labels.includes(label))
  const common = a.labels.filter((label) => b.labels.includes(label))
  const batch = common.filter(isNeeded)
  const inner = common.filter((label) => !isNeeded(label))
  const rows = a.labels.filter((label) => !common.includes(label))
  const columns = b.labels.filter((label) => !common.includes(label))
  const labels = [...batch, ...rows, ...columns]
  const shape = checkShape('einsum', shapeFor(labels, sizes))
  // One axis for each group of labels, none for an empty group.
  const grouped = (term: Term, ...groups: (readonly string[])[]): Tensor =>
    reshape(inOrder(term, [...batch, ...groups.flat()]), [
      ...shapeFor(batch, sizes),
      ...groups.filter((group) => group.length > 0).map((group) => sizeOf(shapeFor(group, sizes))),
    ])
  const [m, n, k] = [rows.length > 0 ? 'm' : '', columns.length > 0 ? 'n' : '', inner.length > 0 ? 'k' : '']
  const x = grouped(a, rows, inner)
  const y = grouped(b, inner, columns)
  if (k !== '' || (m !== '' && n !== ''))
    return { x: reshape(contract('einsum', x, y, { a: m + k, b: k + n, out: m + n }), shape), labels }
  // Nothing is summed and one side has batch axes alone: it repeats along the axes of the other.
  const repeated = (z: Tensor, other: string): Tensor => (other === '' ? z : reshape(z, [...z.shape, 1]))
  return { x: reshape(mul(repeated(x, n), repeated(y, m)), shape), labels }
}

/** Contracts all operands, always the pair whose result is smallest compared with its operands; of equals the leftmost. */
function contractAll(
  terms: readonly Term[],
  output: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Term {
  const rest = [...terms]
  while (rest.length > 1) {
    const neededBesides = (i: number, k: number) => {
      const others = new Set([
        ...output,
        ...rest.flatMap(({ labels }, t) => (t === i || t === k ? [] : labels)),
      ])
      return (label: string): boolean => others.has(label)
    }
    let best = Infinity
    let pair: readonly [number, number] = [0, 1]
    for (let i = 0; rest.length > 2 && i < rest.length; i++) {
      for (let k = i + 1; k < rest.length; k++) {
        const labels = [...new Set([...rest[i]!.labels, ...rest[k]!.labels])].filter(neededBesides(i, k))
        const growth = sizeOf(shapeFor(labels, sizes)) - rest[i]!.x.size - rest[k]!.x.size
        if (growth >= best) continue
        best = growth
        pair = [i, k]
      }
    }
    const [i, k] = pair
    const product = contractPair(rest[i]!, rest[k]!, neededBesides(i, k), sizes)
    rest.splice(k, 1)
    rest[i] = product
  }
  return rest[0]!
}

/**
 * Sums of products in Einstein's notation, as NumPy has them: einsum('ij,jk->ik', a, b) is the matrix product. Each
 * letter labels an axis; labels that are not in the output are summed over. A label that stands twice in one operand
 * takes the diagonal; `...` stands for further axes, aligned at the right; an axis of size 1 stretches. Without `->` the
 * output has the ellipsis and then, in alphabetic order, the labels that stand once. Spaces do not count.
 *
 * Three or more operands are contracted in pairs, those with the smallest results first.
 */
export function einsum<const E extends string, const T extends readonly Tensor[]>(
  equation: EquationArg<E, T>,
  ...tensors: OperandArgs<E, T>
): Tensor<EinsumOf<E, T>>
export function einsum(equation: string, ...tensors: Tensor[]): Tensor {
  const symbols = readEquation(equation, tensors.length)
  const terms = tensors.map((x, i): Term => {
    checkTensor('einsum', x)
    checkNumeric('einsum', x)
    checkSameDType('einsum', tensors[0]!, x)
    return { x, labels: labelsOf(x, symbols[i]!, i) }
  })
  const sizes = sizesOf(terms)
  const labels = [...sizes.keys()].filter(isDot)
  const written = symbols[terms.length]!
  if (labels.length > 0 && !written.includes(ELLIPSIS))
    fail(
      'einsum',
      `the output of '${equation.replaceAll(' ', '')}' has no ellipsis, that of the operands has axes: ${labels.length}`,
    )
  const output = written.flatMap((symbol) => (symbol === ELLIPSIS ? dots(labels.length) : [symbol]))
  const shape = checkShape('einsum', shapeFor(output, sizes))
  const simple = terms.map((term) => withoutStretched(withoutRepeats(term), sizes))
  const all = contractAll(simple, output, sizes)
  const result = summed(all, (label) => output.includes(label))
  return reshape(inOrder(result, output), shape)
}
