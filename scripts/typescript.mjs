/**
 * @file Lets Node run the TypeScript sources as they are: `node --import ./scripts/typescript.mjs file.ts`.
 *
 * Node 22.18 and later erase types themselves; for Node 20 esbuild does. tsx is not used because it wraps every
 * function that is made at run time in a `__name` call, which falsifies what the examples and benchmarks measure.
 */
import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

if (isMainThread && !process.features.typescript) register(import.meta.url)

/** The loader hook: types erased, everything else untouched, stack traces mapped when Node is asked to. */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
  const { transform } = await import('esbuild')
  const sourcefile = fileURLToPath(url)
  const { code } = await transform(await readFile(sourcefile, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'es2023',
    sourcemap: 'inline',
    sourcefile,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
  })
  return { format: 'module', source: code, shortCircuit: true }
}
