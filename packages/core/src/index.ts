/**
 * @file The entry `@tapegrad/core`: everything of `./ops`, every op installed as a method of Tensor, and WebAssembly
 * kernels under the ops.
 */
import './methods.ts'
import { installKernels } from './wasm/install.ts'

export * from './ops-entry.ts'

installKernels()
