/** @file Puts the WebAssembly kernels under eager code; each is assembled at its first use. Imports kernels/accelerators.ts and elementwise.ts. */
import { accelerators } from '../kernels/accelerators.ts'
import { elementwise } from './elementwise.ts'

export function installKernels(): void {
  accelerators.matmul = null
  accelerators.elementwise = elementwise
}
