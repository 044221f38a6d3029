/** @file How parameters start: functions from a shape to a tensor. Imports core, errors.ts and marks.ts. */
import { add, full, type Generator, mul, rand, randn, Tensor, tensor } from '@tapegrad/core/ops'
import { checkFinite, checkNonNegative, describe, fail, sameShape, showShape } from './errors.ts'
import { parameter } from './marks.ts'

export interface InitOptions {
  /** Default float32. */
  readonly dtype?: 'float32' | 'float64'
  /** Where random numbers come from; the shared generator when left out. */
  readonly generator?: Generator
}

/** Makes the first values of a parameter. Core's `rand` and `randn` are initializers too. */
export type Initializer = (shape: readonly number[], options?: InitOptions) => Tensor

/** An initializer without settings: `init: heNormal` and `init: heNormal()` mean the same. */
export interface PlainInitializer extends Initializer {
  (): Initializer
  (shape: readonly number[], options?: InitOptions): Tensor
}

/** Runs an initializer for a layer's parameter and checks what it returned. */
export function initialize(
  op: string,
  name: string,
  init: Initializer,
  shape: readonly number[],
  { dtype, generator }: InitOptions,
): Tensor {
  if (typeof init !== 'function')
    fail(op, `${name} must be an initializer, such as glorotUniform, got ${describe(init)}`)
  const result: unknown = init(shape, {
    ...(dtype !== undefined && { dtype }),
    ...(generator !== undefined && { generator }),
  })
  if (!(result instanceof Tensor) || !sameShape(result.shape, shape))
    fail(op, `${name} returned ${describe(result)}, expected a tensor of shape ${showShape(shape)}`)
  return result
}

/** A layer's bias [size]: null for `false`, for `true` uniform in ±limit, else what the initializer makes. */
export function initializeBias(
  op: string,
  bias: boolean | Initializer,
  size: number,
  limit: number,
  options: InitOptions,
): Tensor<[number]> | null {
  if (typeof bias !== 'boolean' && typeof bias !== 'function')
    fail(op, `bias must be true, false or an initializer, got ${describe(bias)}`)
  if (bias === false) return null
  const init = bias === true ? uniform(-limit, limit) : bias
  return parameter(initialize(op, 'bias', init, [size], options) as Tensor<[number]>)
}

/** Uniform from `low` to `high`. */
export function uniform(low: number, high: number): Initializer {
  checkFinite('uniform', 'low', low)
  checkFinite('uniform', 'high', high)
  if (low > high) fail('uniform', `low is ${low}, above high, ${high}; exchange them`)
  return (shape, options) => add(mul(rand(shape, options), high - low), low)
}

/** Normal with mean 0 and standard deviation `std`. */
export function normal(std: number): Initializer {
  checkNonNegative('normal', 'std', std)
  return (shape, options) => mul(randn(shape, options), std)
}

/** One value everywhere. */
export function constant(value: number): Initializer {
  checkFinite('constant', 'the value', value)
  return (shape, options) => full(shape, value, { dtype: options?.dtype ?? 'float32' })
}

/** Zeros everywhere. Core's `zeros` makes the same, but refuses the generator that a layer may have. */
export const zeros: Initializer = (shape, options) => constant(0)(shape, options)

/**
 * Inputs and outputs of one neuron for a weight [out, in] or [out, in, ...kernel]: how many numbers it sums, and how many
 * sums one input enters.
 */
function fans(op: string, shape: readonly number[]): [fanIn: number, fanOut: number] {
  if (
    !Array.isArray(shape) ||
    shape.length < 2 ||
    shape.some((size) => !(Number.isInteger(size) && size > 0))
  )
    fail(
      op,
      `needs the shape of a weight, [out, in, ...kernel], got ${describe(shape)}; use zeros or uniform for a bias`,
    )
  const kernel = shape.slice(2).reduce((product, size) => product * size, 1)
  return [shape[1]! * kernel, shape[0]! * kernel]
}

function plain(make: Initializer): PlainInitializer {
  return ((shape?: readonly number[], options?: InitOptions) =>
    shape === undefined ? make : make(shape, options)) as PlainInitializer
}

/** A distribution of mean 0 whose variance follows from the fans. */
function scaled(
  op: string,
  distribution: 'uniform' | 'normal',
  variance: (fanIn: number, fanOut: number) => number,
): PlainInitializer {
  return plain((shape, options) => {
    const std = Math.sqrt(variance(...fans(op, shape)))
    // The uniform distribution in ±a has the variance a²/3.
    const limit = std * Math.sqrt(3)
    return (distribution === 'normal' ? normal(std) : uniform(-limit, limit))(shape, options)
  })
}

const meanOfFans = (fanIn: number, fanOut: number): number => 2 / (fanIn + fanOut)
const twiceFanIn = (fanIn: number): number => 2 / fanIn

/** Uniform in ±√(6 / (in + out)), for tanh and sigmoid (Glorot and Bengio 2010). */
export const glorotUniform: PlainInitializer = /* @__PURE__ */ scaled('glorotUniform', 'uniform', meanOfFans)
/** Normal with variance 2 / (in + out), for tanh and sigmoid (Glorot and Bengio 2010). */
export const glorotNormal: PlainInitializer = /* @__PURE__ */ scaled('glorotNormal', 'normal', meanOfFans)
/** Uniform in ±√(6 / in), for ReLU (He et al. 2015). */
export const heUniform: PlainInitializer = /* @__PURE__ */ scaled('heUniform', 'uniform', twiceFanIn)
/** Normal with variance 2 / in, for ReLU (He et al. 2015). */
export const heNormal: PlainInitializer = /* @__PURE__ */ scaled('heNormal', 'normal', twiceFanIn)
/** Normal with variance 1 / in, for self-normalizing activations (LeCun et al. 1998). */
export const lecunNormal: PlainInitializer = /* @__PURE__ */ scaled(
  'lecunNormal',
  'normal',
  (fanIn) => 1 / fanIn,
)

/**
 * A random orthogonal matrix (Saxe et al. 2014): of [rows, columns], trailing axes flattened, the rows are orthonormal
 * when there are no more of them than columns, else the columns are.
 */
export const orthogonal: PlainInitializer = /* @__PURE__ */ plain((shape, options) => {
  const [columns] = fans('orthogonal', shape)
  const rows = shape[0]!
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows]
  const { data } = randn([count, length], { ...options, dtype: 'float64' })
  const vectors = Array.from({ length: count }, (_, i) =>
    (data as Float64Array).slice(i * length, (i + 1) * length),
  )
  orthonormalize(vectors)
  const values = new Float64Array(rows * columns)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      values[r * columns + c] = rows <= columns ? vectors[r]![c]! : vectors[c]![r]!
  return tensor(values, { shape: [...shape], dtype: options?.dtype ?? 'float32' })
})

/** Gram and Schmidt, each vector cleared of the earlier ones twice: once leaves errors as large as they are parallel. */
function orthonormalize(vectors: readonly Float64Array[]): void {
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
  vectors.forEach((vector, i) => {
    for (const earlier of [...vectors.slice(0, i), ...vectors.slice(0, i)]) {
      const share = dot(vector, earlier)
      for (let k = 0; k < vector.length; k++) vector[k]! -= share * earlier[k]!
    }
    const norm = Math.sqrt(dot(vector, vector))
    for (let k = 0; k < vector.length; k++) vector[k]! /= norm
  })
}
