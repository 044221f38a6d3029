/**
 * @file The memory that all eager WebAssembly kernels share, and how a module becomes functions. Where WebAssembly, its
 * vector instructions or compilation are missing or forbidden, there are none, and JavaScript serves.
 * Imports assembler.ts.
 */
import type { WasmModule } from './assembler.ts'

/** The part of the WebAssembly API in use; the library is compiled without the types of browsers. */
interface WebAssemblyApi {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
}

/**
 * Pages of 64 KiB in the memory: 3 MiB, which a kernel owns only while it runs. It never grows, so views of it stay valid, and what it holds is bounded: kernels
 * copy their operands in blocks. Pages that nobody touches take no room.
 */
const PAGES = 48

let memory: { readonly buffer: ArrayBuffer } | undefined

/** The functions of the module, which is given `imports` by name, and its memory; or null. */
export function instantiate<F>(
  module: WasmModule,
  imports: object = {},
): { readonly functions: F; readonly memory: ArrayBuffer } | null {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: WebAssemblyApi }
  if (WebAssembly === undefined) return null
  try {
    memory ??= new WebAssembly.Memory({ initial: PAGES, maximum: PAGES })
    // Synchronous, as kernels must be: main threads of browsers allow it below 4,096 bytes.
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), {
      env: { ...imports, memory },
    })
    return { functions: exports as F, memory: memory.buffer }
  } catch {
    return null // a content-security policy, no vector instructions, or no memory left
  }
}
