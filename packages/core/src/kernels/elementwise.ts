/**
 * @file Loops for elementwise ops: one specialised JavaScript function per op and dtype, generated from the op's scalar
 * body. Imports scalar.ts and tensor.ts.
 */
import type { DType } from '../dtype.ts'
import { type Expr, generate, interpret, type Precision } from '../scalar.ts'
import { type Aval, emptyTensor, type Tensor } from '../tensor.ts'

/** Fills the contiguous `result`. `flat`: every input is read in step with it, or holds one value for all elements. */
type Loop = (inputs: readonly Tensor[], result: Tensor, flat: boolean) => void

/**
 * The inner loop runs along the last axis, or flat along all elements at once; the axes before it are counted through
 * as an odometer does.
 */
function generatedLoop(expr: Expr, arity: number, precision: Precision): Loop | null {
  const inputs = Array.from({ length: arity }, (_, i) => i)
  const each = (code: string): string => inputs.map((i) => code.replaceAll('#', `${i}`)).join('')
  return generate(
    expr,
    inputs.map((i) => `v${i}`),
    precision,
    'x,r,flat',
    (statements, result) => `
const o=r.storage.data,shape=r.shape,last=flat?0:shape.length-1,inner=flat?r.storage.length:shape[last];
const index=flat||new Array(last).fill(0);let ob=r.storage.base,outer=1;
${each('const a#=x[#].storage.data,s#=x[#].strides,t#=flat?+x[#].contiguous:s#[last];let b#=x[#].storage.base+x[#].offset;')}
for(let a=0;a<last;a++)outer*=shape[a];
for(;outer>0;outer--,ob+=inner){
for(let i=0;i<inner;i++){${each('const v#=a#[b#+i*t#];')}${statements};o[ob+i]=${result}}
for(let a=last-1;a>=0;a--){
if(++index[a]<shape[a]){${each('b#+=s#[a];')}break}
${each('b#-=s#[a]*(shape[a]-1);')}index[a]=0}}`,
  )
}

/** Without code generation: the interpreted body is called for each element. */
function interpretedLoop(expr: Expr, precision: Precision): Loop {
  const body = interpret(expr, precision)
  return (inputs, result) => {
    const columns = inputs.map((x) => x.data)
    const { data, base, length } = result.storage
    for (let i = 0; i < length; i++) data[base + i] = body(...columns.map((column) => column[i]!))
  }
}

/** Whether a kernel can read `x` in step with a contiguous output, or as one value that every stride 0 repeats. */
function isFlat(x: Tensor): boolean {
  if (x.contiguous) return true
  const { strides } = x
  for (let i = 0; i < strides.length; i++) if (strides[i] !== 0) return false
  return true
}

/**
 * Kernel of an elementwise op of `arity` inputs of one shape; the dtype of input `typedBy` is the precision of the scalar
 * body.
 */
export function elementwiseKernel(expr: Expr, arity: number, typedBy = 0) {
  const loops: Partial<Record<DType, Loop>> = {}
  return (inputs: readonly Tensor[], _params: unknown, out: Aval): Tensor => {
    const x = inputs[0]!
    // Shares the strides array of a contiguous input: an allocation less per op.
    const result = emptyTensor(out.shape, out.dtype, x.contiguous ? x.strides : undefined)
    let flat = true
    for (let i = 0; i < arity; i++) flat &&= isFlat(inputs[i]!)
    const { dtype } = inputs[typedBy]!
    const loop = (loops[dtype] ??= generatedLoop(expr, arity, dtype) ?? interpretedLoop(expr, dtype))
    loop(inputs, result, flat)
    return result
  }
}
