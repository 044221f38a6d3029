/**
 * @file Puts the WebAssembly kernels under eager code; each is assembled at its first use. Imports
 * kernels/accelerators.ts, elementwise.ts and gemm.ts.
 */
import { accelerators } from '../kernels/accelerators.ts'
import { elementwise } from './elementwise.ts'
import { matmul } from './gemm.ts'

export function installKernels(): void {
  accelerators.matmul = matmul
  accelerators.elementwise = elementwise
}
