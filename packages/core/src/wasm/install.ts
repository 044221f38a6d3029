/** @file Puts the WebAssembly kernels under eager code; each is assembled at its first use. Imports kernels/accelerators.ts. */
import { accelerators } from '../kernels/accelerators.ts'

export function installKernels(): void {
  accelerators.matmul = null
}
