/** @file Which keys the queries of an attention may see: masks of all kinds made one. Imports core and errors.ts. */
import {
  add,
  any,
  arange,
  le,
  logicalAnd,
  type Shape,
  Tensor,
  tensor,
  unsqueeze,
  where,
  zeros,
} from '@tapegrad/core/ops'
import { checkFlag, checkOptions, describe, fail, showShape } from '../errors.ts'

/** Which keys a query may see. All that is given must allow it. */
export interface AttentionMasks {
  /**
   * A bool tensor, **true where a query may see a key**, as in PyTorch's scaled_dot_product_attention (and contrary to the
   * bool attn_mask of PyTorch's MultiheadAttention). Or a float tensor that is added to the scores: a bias by distance, say.
   * Its shape is [queries, keys], with any of the leading axes of the inputs before it, and before the last two axes one
   * for the heads where it has all axes: for inputs [batch, length, dim] it is [queries, keys], [batch, queries, keys] or
   * [batch, heads, queries, keys]. Any size may be 1.
   */
  readonly mask?: Tensor
  /**
   * Which keys are there at all, for sequences padded to one length: a bool tensor [...batch, keys], **true for keys that
   * count, false for padding** (contrary to PyTorch's key_padding_mask).
   */
  readonly keyMask?: Tensor
  /**
   * Whether queries see no keys after them (default: as the layer was made). Query i of n stands at the place i + m - n of
   * m keys: the last query sees all of them, so with keys kept from earlier calls one can attend with new queries alone.
   */
  readonly causal?: boolean
}

/** Masks made one, each of them null where there is none. All broadcast to the scores, [..., heads, queries, keys]. */
interface Combined {
  /** Added to the scores. */
  readonly bias: Tensor | null
  /** Where a query may see a key. */
  readonly allowed: Tensor | null
  /** Whether a query may see any key, [..., heads or 1, queries, 1]; null: they all do. */
  readonly seeing: Tensor | null
}

/** The masks for scores of `shape`, checked. */
export function combined(masks: AttentionMasks, always: boolean, shape: Shape, dtype: string): Combined {
  const { mask, keyMask, causal = always } = checkOptions(OP, masks, ['mask', 'keyMask', 'causal'])
  checkFlag(OP, 'causal', causal)
  const given: Tensor[] = []
  let bias: Tensor | null = null
  if (mask !== undefined) {
    checkMask(mask, shape, dtype)
    const placed = mask.ndim < shape.length ? (unsqueeze(mask, -3) as Tensor) : mask
    if (mask.dtype === 'bool') given.push(placed)
    else bias = placed
  }
  if (keyMask !== undefined) {
    checkKeyMask(keyMask, shape)
    given.push(unsqueeze(unsqueeze(keyMask, -2), -2) as Tensor)
  }
  const chosen = causal ? [...given, earlier(shape)] : given
  const allowed = chosen.length === 0 ? null : chosen.reduce((a, b) => logicalAnd(a, b))
  // Causal attention alone leaves each query at least itself.
  const seeing = given.length === 0 ? null : (any(allowed!, -1, { keepdims: true }) as Tensor)
  if (shape.at(-1) === 0) return { bias, allowed, seeing: zeros([1, 1, 1], { dtype: 'bool' }) as Tensor }
  return { bias, allowed, seeing }
}

/** What takes the place of excluded scores: a softmax makes 0 of it. 0 in rows of nothing else, where it made NaN. */
export const excluded = (seeing: Tensor | null, dtype: Tensor['dtype']): Tensor | number =>
  seeing === null ? -Infinity : where(seeing, tensor(-Infinity, { dtype }) as Tensor, 0)

/** Where a key is not after the query, counted from the ends of both. */
function earlier(shape: Shape): Tensor {
  const [queries, keys] = shape.slice(-2) as [number, number]
  if (queries > keys)
    fail(
      OP,
      `causal attention of ${queries} queries to ${keys} keys: the queries are the last of the keys' positions, so there cannot be more of them`,
    )
  const numbers = (n: number): Tensor => arange(0, n, 1, { dtype: 'int32' })
  return le(numbers(keys), unsqueeze(add(numbers(queries), keys - queries), 1) as Tensor)
}

function checkMask(mask: unknown, shape: Shape, dtype: string): asserts mask is Tensor {
  if (!(mask instanceof Tensor) || (mask.dtype !== 'bool' && mask.dtype !== dtype))
    fail(
      OP,
      `mask must be a bool tensor, true where a query may see a key, or a ${dtype} tensor that is added to the scores, got ${
        mask instanceof Tensor ? mask.dtype : describe(mask)
      }`,
    )
  const [queries, keys] = shape.slice(-2)
  const own = mask.ndim === shape.length ? shape : [...shape.slice(0, -3), queries!, keys!]
  if (mask.ndim < 2 || !stretches(mask.shape, own))
    fail(
      OP,
      `the mask is ${showShape(mask.shape)}, expected [queries, keys] = [${queries}, ${keys}], with axes ${showShape(shape.slice(0, -2))} of batch and heads, or batch alone, before it; which keys are padding is told by keyMask, ${showShape([...shape.slice(0, -3), keys!])}`,
    )
}

function checkKeyMask(mask: unknown, shape: Shape): asserts mask is Tensor {
  if (!(mask instanceof Tensor) || mask.dtype !== 'bool')
    fail(
      OP,
      `keyMask must be a bool tensor, true for keys that count, got ${
        mask instanceof Tensor ? `${mask.dtype}; compare first, as in ids.ne(0)` : describe(mask)
      }`,
    )
  const own = [...shape.slice(0, -3), shape.at(-1)!]
  if (mask.ndim === 0 || !stretches(mask.shape, own))
    fail(OP, `keyMask is ${showShape(mask.shape)}, expected [...batch, keys] = ${showShape(own)}`)
}

/** Whether sizes, from the right, are equal to those of `target` or 1. */
const stretches = (shape: Shape, target: Shape): boolean =>
  shape.length <= target.length &&
  shape.every((size, i) => size === 1 || size === target[target.length - shape.length + i])

const OP = 'MultiHeadAttention'
