/** @file Where we differ from NumPy at the edges, and why: the list that edges.test.ts holds us to. Imports nothing. */

/** One case: the op, kinds and shapes of its inputs such as `d2,3`, and the arguments after them. */
interface Subject {
  readonly op: string
  readonly inputs: readonly string[]
  readonly args: readonly unknown[]
}

/** A difference that is meant. The test fails for an op in it that does not need it. */
export interface Difference {
  readonly why: string
  /**
   * `error`: ours throws. `value`: NumPy's throws. Else what differs: `zeros` are the signs of zeros alone. Nothing may
   * be listed as `shape`, `elements`, or `message` (ours throws, and not in the name of the op): those are bugs.
   */
  readonly kind: 'error' | 'value' | 'dtype' | 'zeros'
  readonly ops: readonly string[]
  readonly when: (subject: Subject) => boolean
}

const words = (...lines: string[]): string[] => lines.join(' ').split(' ')

const DTYPES: Record<string, string> = { d: 'd', x: 'd', f: 'f', i: 'i', o: 'i', b: 'b' }
const dtypeOf = (input: string): string => DTYPES[input[0]!]!
const rankOf = (input: string): number => (input.length === 1 ? 0 : input.split(',').length)
const only = (inputs: readonly string[], dtypes: string): boolean =>
  inputs.length > 0 && inputs.every((input) => dtypes.includes(dtypeOf(input)))
/** The conditions of where and masks and indices have dtypes of their own. */
const operands = ({ op, inputs }: Subject): readonly string[] => (op === 'where' ? inputs.slice(1) : inputs)
const numbers = (args: readonly unknown[]): number[] => args.filter((x): x is number => typeof x === 'number')

/** How many elements go into each of the results of a reduction. */
function countOf({ inputs: [input], args: [axis] }: Subject): number {
  const shape = input!.length === 1 ? [] : input!.slice(1).split(',').map(Number)
  const axes = typeof axis === 'number' ? [axis] : ((axis as number[] | null) ?? [...shape.keys()])
  return axes.map((i) => shape.at(i)!).reduce((a, b) => a * b, 1)
}

const binary = words(
  'add sub mul div pow maximum minimum remainder floorDivide atan2 eq ne lt le gt ge logicalAnd logicalOr',
)
const functions = words(
  'exp expm1 log log1p sqrt reciprocal sin cos tan asin acos atan sinh cosh tanh div pow atan2',
  'variance std logsumexp norm cholesky inv det solve',
)

export const differences: readonly Difference[] = [
  // Dtypes.
  {
    why: 'dtypes are not mixed: a silent conversion is how precision gets lost, so the error names the fix',
    kind: 'error',
    ops: [...binary, ...words('where concat stack matmul dot outer')],
    when: (subject) => new Set(operands(subject).map(dtypeOf)).size > 1,
  },
  {
    why: 'a number takes the dtype of the tensor, and must be one of it',
    kind: 'error',
    ops: [...binary, ...words('clamp pad maskedFill')],
    when: ({ inputs, args }) =>
      (dtypeOf(inputs[0]!) === 'i' && args.some((x) => typeof x === 'number' && !Number.isInteger(x))) ||
      (dtypeOf(inputs[0]!) === 'b' && numbers(args).some((x) => x !== 0 && x !== 1)),
  },
  {
    why: 'functions with fractional results take floating-point numbers only; NumPy takes float64 or float16',
    kind: 'error',
    ops: functions,
    when: ({ inputs }) => only(inputs, 'ib'),
  },
  {
    why: 'there is no arithmetic on bool: NumPy has or for +, and for *, int8 for others, and no -',
    kind: 'error',
    ops: words(
      'abs square floor ceil round clamp add sub mul maximum minimum remainder floorDivide max min',
      'scatterAdd matmul dot outer einsum',
    ),
    when: ({ inputs }) => dtypeOf(inputs[0]!) === 'b',
  },
  {
    why: 'logic takes bool only: what a number counts as must be written, as in x.ne(0)',
    kind: 'error',
    ops: words('logicalAnd logicalOr logicalNot any all where maskedFill'),
    when: ({ op, inputs }) => dtypeOf(inputs[op === 'maskedFill' ? 1 : 0]!) !== 'b',
  },
  {
    why: 'the mean of int32 and bool is float32, the default of all that is not told',
    kind: 'dtype',
    ops: ['mean'],
    when: ({ inputs }) => only(inputs, 'ib'),
  },
  {
    why: 'floor and ceil of int32 stay int32, as in NumPy 2 and PyTorch',
    kind: 'dtype',
    ops: words('floor ceil'),
    when: ({ inputs }) => only(inputs, 'i'),
  },

  // What has no value is an error, never NaN or a 0 that was made up.
  {
    why: 'the mean and the spread of no elements: NumPy says NaN',
    kind: 'error',
    ops: words('mean variance std'),
    when: (subject) => {
      const { correction = 0 } = (subject.args[1] ?? {}) as { correction?: number }
      return countOf(subject) - correction <= 0
    },
  },
  {
    why: 'int32 divided by 0: NumPy says 0',
    kind: 'error',
    ops: words('remainder floorDivide'),
    when: ({ inputs }) => only(inputs, 'i'),
  },
  {
    why: 'limits that leave no room: NumPy says the upper one',
    kind: 'error',
    ops: ['clamp'],
    when: ({ args: [low, high] }) => (low as number) > (high as number),
  },

  // Shapes, axes and indices.
  {
    why: 'a 0-d tensor has no axis: NumPy lets 0 and -1 pass where it did so before it had 0-d arrays',
    kind: 'error',
    ops: words('sum prod max min logsumexp norm any all argmax argmin cumsum cumprod argsort squeeze take'),
    when: ({ inputs }) => rankOf(inputs[0]!) === 0,
  },
  {
    why: 'matrices have two axes: NumPy makes a square matrix of a vector by repeating it',
    kind: 'error',
    ops: words('tril triu'),
    when: ({ inputs }) => rankOf(inputs[0]!) === 1,
  },
  {
    why: 'dot and outer are for vectors: NumPy has matmul, mul and flatten in them too',
    kind: 'error',
    ops: words('dot outer'),
    when: ({ inputs }) => inputs.some((input) => rankOf(input) !== 1),
  },
  {
    why: 'the size to infer is -1: NumPy takes any negative number',
    kind: 'error',
    ops: ['reshape'],
    when: ({ args }) => (args[0] as number[]).some((size) => size < -1),
  },
  {
    why: 'a count is 0 or more: NumPy takes a negative one for 0, of what is empty',
    kind: 'error',
    ops: ['tile'],
    when: ({ args }) => (args[0] as number) < 0,
  },
  {
    why: 'pad takes a pair per axis: NumPy repeats one pair',
    kind: 'error',
    ops: ['pad'],
    when: ({ inputs, args }) => rankOf(inputs[0]!) > (args[0] as unknown[]).length,
  },
  {
    why: 'no pairs for no axes: NumPy cannot tell them from a mistake',
    kind: 'value',
    ops: ['pad'],
    when: ({ inputs, args }) => rankOf(inputs[0]!) === 0 && (args[0] as unknown[]).length === 0,
  },
  {
    why: 'indices are int32: NumPy cuts fractions and takes bool for 0 and 1',
    kind: 'error',
    ops: ['take'],
    when: ({ inputs, args: [index] }) =>
      inputs[1]?.startsWith('b') === true || (Array.isArray(index) && !index.every(Number.isInteger)),
  },
  {
    why: 'the indices of gather have the other sizes of the tensor, as in scatterAdd: NumPy broadcasts them',
    kind: 'error',
    ops: ['gather'],
    when: ({ inputs }) => inputs.join(' ') === 'd2,3 i1,1',
  },
  {
    why: 'b of solve is a vector only if it is 1-d, as in NumPy 2: NumPy 1 takes a stack of vectors too',
    kind: 'value',
    ops: ['solve'],
    when: ({ inputs }) => inputs.join(' ') === 'd2,2,2 d2,3',
  },

  // Zeros of either sign are equal, and which one comes out is not promised here.
  {
    why: 'sign leaves zeros as they are, of -0 and 0 the lesser is -0, a product of outer is a sum that starts at 0',
    kind: 'zeros',
    ops: words('sign minimum outer'),
    when: ({ inputs }) => inputs[0]!.startsWith('x'),
  },
]
