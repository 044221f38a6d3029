/**
 * @file Loops for elementwise ops: one specialised JavaScript function per op and dtype, generated from the op's scalar
 * body. Imports scalar.ts, tensor.ts and accelerators.ts.
 */
import type { DType } from '../dtype.ts'
import { type Expr, generate, interpret, type Precision } from '../scalar.ts'
import { type Aval, emptyTensor, type Tensor } from '../tensor.ts'
import { accelerators } from './accelerators.ts'

/** Fills the contiguous `result`. `flat`: every input is read in step with it, or holds one value for all elements. */
type Loop = (inputs: readonly Tensor[], result: Tensor, flat: boolean) => void

/**
 * Flat, one loop runs along all elements at once. Else the inner loop runs along the last axis, and the axes before it are
 * counted through as an odometer does.
 */
function generatedLoop(expr: Expr, arity: number, precision: Precision): Loop | null {
  const inputs = Array.from({ length: arity }, (_, i) => i)
  const each = (code: string): string => inputs.map((i) => code.replaceAll('#', `${i}`)).join('')
  const read = 'const x#=x[#],a#=x#.storage.data;let b#=x#.storage.base+x#.offset;'
  return generate(
    expr,
    inputs.map((i) => `v${i}`),
    precision,
    'x,r,flat',
    (statements, result) => {
      const loop = `for(let i=0;i<n;i++){${each('const v#=a#[b#+i*t#];')}${statements};o[ob+i]=${result}}`
      return `const {data:o,base,length}=r.storage;${each(read)}
if(flat){const ob=base,n=length;${each('const t#=x#.contiguous?1:0;')}${loop}return}
const {shape}=r,last=shape.length-1,n=shape[last],index=new Array(last).fill(0);
${each('const s#=x#.strides,t#=s#[last];')}
for(let ob=base,end=base+length;ob<end;ob+=n){${loop}
for(let a=last-1;a>=0;a--){
if(++index[a]<shape[a]){${each('b#+=s#[a];')}break}
${each('b#-=s#[a]*(shape[a]-1);')}index[a]=0}}`
    },
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

const indexOf = (dtype: DType): number =>
  dtype === 'float32' ? 0 : dtype === 'float64' ? 1 : dtype === 'int32' ? 2 : 3

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
  const loops: (Loop | undefined)[] = []
  return (inputs: readonly Tensor[], _params: unknown, out: Aval): Tensor => {
    const x = inputs[0]!
    // Shares the strides array of a contiguous input: an allocation less per op.
    const result = emptyTensor(out.shape, out.dtype, x.contiguous ? x.strides : undefined)
    let flat = true
    for (let i = 0; i < arity; i++) flat &&= isFlat(inputs[i]!)
    const { dtype } = inputs[typedBy]!
    if (flat && accelerators.elementwise?.(expr, dtype, inputs, result)) return result
    const loop = (loops[indexOf(dtype)] ??= generatedLoop(expr, arity, dtype) ?? interpretedLoop(expr, dtype))
    loop(inputs, result, flat)
    return result
  }
}
