/**
 * @file Loops for elementwise ops: one specialised JavaScript function per op, dtype and memory layout, generated
 * from the op's scalar body. Imports scalar.ts and tensor.ts.
 */
import { DTYPES, type DType, type TypedArray } from '../dtype.ts'
import { type Expr, emitJavaScript, interpret, type Precision } from '../scalar.ts'
import { type Shape, sizeOf } from '../shape.ts'
import { type Aval, emptyTensor, type Tensor } from '../tensor.ts'

/** `(n, out, outBase, x, xBase, y, yBase, ...)`: every input read in step with the output, or held (a repeated scalar). */
type FlatLoop = (n: number, ...arraysAndBases: (TypedArray | number)[]) => void
/** `(shape, out, outBase, x, xBase, xStrides, y, yBase, yStrides, ...)`: any strides. */
type StridedLoop = (shape: Shape, ...arraysBasesStrides: (TypedArray | number | Shape)[]) => void

/** Measured on 64k additions: a generated loop runs 7x faster than a shared loop that calls a closure. */
const canGenerate = (() => {
  try {
    return new Function('return true')() === true
  } catch {
    return false // a content-security policy forbids eval
  }
})()

interface Source {
  statements: string
  result: string
  environment: Record<string, unknown>
}

const indices = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)
const isHeld = (held: number, i: number): boolean => ((held >> i) & 1) === 1

function scalarSource(expr: Expr, arity: number, precision: Precision): Source {
  const emitted = emitJavaScript(
    expr,
    indices(arity).map((i) => `v${i}`),
    precision,
  )
  return { ...emitted, result: emitted.isMask ? `${emitted.result}?1:0` : emitted.result }
}

function build<F>(source: Source, parameters: string, body: string): F {
  const { environment } = source
  const make = new Function(...Object.keys(environment), `return function(${parameters}){${body}}`)
  return make(...Object.values(environment)) as F
}

/** Bit i of `held` set: input i repeats one value, which is loaded once, before the loop. */
function flatLoop(expr: Expr, arity: number, precision: Precision, held: number): FlatLoop {
  if (!canGenerate) return flatFromStrided(interpretedLoop(expr, arity, precision), arity, held)
  const source = scalarSource(expr, arity, precision)
  const loads = (repeated: boolean): string =>
    indices(arity)
      .filter((i) => isHeld(held, i) === repeated)
      .map((i) => `const v${i}=a${i}[b${i}${repeated ? '' : '+i'}];`)
      .join('')
  return build(
    source,
    `n,o,ob,${indices(arity)
      .map((i) => `a${i},b${i}`)
      .join()}`,
    `${loads(true)}for(let i=0;i<n;i++){${loads(false)}${source.statements};o[ob+i]=${source.result}}`,
  )
}

function stridedLoop(expr: Expr, arity: number, precision: Precision): StridedLoop {
  if (!canGenerate) return interpretedLoop(expr, arity, precision)
  const source = scalarSource(expr, arity, precision)
  const each = (f: (i: number) => string): string => indices(arity).map(f).join('')
  return build(
    source,
    `shape,o,ob,${indices(arity)
      .map((i) => `a${i},b${i},s${i}`)
      .join()}`,
    `const last=shape.length-1,inner=shape[last],index=new Array(last).fill(0);let outer=1;
for(let a=0;a<last;a++)outer*=shape[a];
${each((i) => `const t${i}=s${i}[last];`)}
for(;outer>0;outer--){
${each((i) => `let p${i}=b${i};`)}
for(let i=0;i<inner;i++){${each((i) => `const v${i}=a${i}[p${i}];`)}${source.statements};o[ob++]=${source.result};${each((i) => `p${i}+=t${i};`)}}
for(let a=last-1;a>=0;a--){
if(++index[a]<shape[a]){${each((i) => `b${i}+=s${i}[a];`)}break}
${each((i) => `b${i}-=s${i}[a]*(shape[a]-1);`)}index[a]=0}}`,
  )
}

/** Without code generation: one shared loop that calls the interpreted body for each element. */
function interpretedLoop(expr: Expr, arity: number, precision: Precision): StridedLoop {
  const body = interpret(expr, precision)
  return (shape, ...rest) => {
    const out = rest[0] as TypedArray
    let position = rest[1] as number
    const values = new Array<number>(arity)
    const index = new Array<number>(shape.length).fill(0)
    for (let remaining = sizeOf(shape); remaining > 0; remaining--) {
      for (let i = 0; i < arity; i++) {
        const strides = rest[4 + 3 * i] as Shape
        let from = rest[3 + 3 * i] as number
        for (let a = 0; a < shape.length; a++) from += index[a]! * strides[a]!
        values[i] = (rest[2 + 3 * i] as TypedArray)[from]!
      }
      out[position++] = body(...values)
      for (let a = shape.length - 1; a >= 0 && ++index[a]! === shape[a]; a--) index[a] = 0
    }
  }
}

const flatFromStrided =
  (loop: StridedLoop, arity: number, held: number): FlatLoop =>
  (n, ...rest) =>
    loop(
      [n],
      rest[0]!,
      rest[1]!,
      ...indices(arity).flatMap((i) => [rest[2 + 2 * i]!, rest[3 + 2 * i]!, [isHeld(held, i) ? 0 : 1]]),
    )

/** How a kernel reads an input: 0 in step with the output, 1 one value held for all, 2 by strides. */
function layoutOf(x: Tensor): 0 | 1 | 2 {
  if (x.contiguous) return 0
  const { strides } = x
  for (let i = 0; i < strides.length; i++) if (strides[i] !== 0) return 2
  return 1
}

const dtypeIndex = (dtype: DType): number =>
  dtype === 'float32' ? 0 : dtype === 'float64' ? 1 : dtype === 'int32' ? 2 : 3

/** All loops of one op, made when first needed. */
class Loops {
  private readonly flat: (FlatLoop | undefined)[] = []
  private readonly strided: (StridedLoop | undefined)[] = []
  private readonly expr: Expr
  private readonly arity: number
  constructor(expr: Expr, arity: number) {
    this.expr = expr
    this.arity = arity
  }
  getFlat(dtype: number, held: number): FlatLoop {
    const key = (dtype << this.arity) | held
    return (this.flat[key] ??= flatLoop(this.expr, this.arity, DTYPES[dtype]!, held))
  }
  getStrided(dtype: number): StridedLoop {
    return (this.strided[dtype] ??= stridedLoop(this.expr, this.arity, DTYPES[dtype]!))
  }
}

/** The output shares the shape and strides arrays of a contiguous input of its shape: two allocations less per op. */
const outputLike = (x: Tensor, out: Aval): Tensor =>
  emptyTensor(out.shape, out.dtype, x.contiguous ? x.strides : undefined)

type Kernel = (inputs: readonly Tensor[], params: unknown, out: Aval) => Tensor

const start = (x: Tensor): number => x.storage.base + x.offset

// One maker per number of inputs: a bundler drops those that a program does not use.

/** Kernel of an op of one input. The input's dtype is the precision in which the scalar body computes. */
export function unaryKernel(expr: Expr): Kernel {
  const loops = new Loops(expr, 1)
  return ([x], _params, out) => {
    const result = outputLike(x!, out)
    const { data, base, length } = result.storage
    const dtype = dtypeIndex(x!.dtype)
    const layout = layoutOf(x!)
    if (layout !== 2) loops.getFlat(dtype, layout)(length, data, base, x!.storage.data, start(x!))
    else loops.getStrided(dtype)(out.shape, data, base, x!.storage.data, start(x!), x!.strides)
    return result
  }
}

/** Kernel of an op of two inputs of one shape and dtype. */
export function binaryKernel(expr: Expr): Kernel {
  const loops = new Loops(expr, 2)
  return (inputs, _params, out) => {
    const x = inputs[0]!
    const y = inputs[1]!
    const result = outputLike(x, out)
    const { data, base, length } = result.storage
    const dtype = dtypeIndex(x.dtype)
    const a = layoutOf(x)
    const b = layoutOf(y)
    const [xd, yd] = [x.storage.data, y.storage.data]
    if (a !== 2 && b !== 2) loops.getFlat(dtype, a | (b << 1))(length, data, base, xd, start(x), yd, start(y))
    else loops.getStrided(dtype)(out.shape, data, base, xd, start(x), x.strides, yd, start(y), y.strides)
    return result
  }
}

/** Kernel of an op of three inputs of one shape; the dtype of input `typedBy` is the precision of the scalar body. */
export function ternaryKernel(expr: Expr, typedBy = 0): Kernel {
  const loops = new Loops(expr, 3)
  return (inputs, _params, out) => {
    const x = inputs[0]!
    const y = inputs[1]!
    const z = inputs[2]!
    const result = outputLike(x, out)
    const { data, base, length } = result.storage
    const dtype = dtypeIndex(inputs[typedBy]!.dtype)
    const a = layoutOf(x)
    const b = layoutOf(y)
    const c = layoutOf(z)
    const [xd, yd, zd] = [x.storage.data, y.storage.data, z.storage.data]
    const [xs, ys, zs] = [start(x), start(y), start(z)]
    if (a !== 2 && b !== 2 && c !== 2)
      loops.getFlat(dtype, a | (b << 1) | (c << 2))(length, data, base, xd, xs, yd, ys, zd, zs)
    else
      loops.getStrided(dtype)(out.shape, data, base, xd, xs, x.strides, yd, ys, y.strides, zd, zs, z.strides)
    return result
  }
}
