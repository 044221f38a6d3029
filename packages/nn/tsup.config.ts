/** @file Builds `dist`: the entry points share their chunks; `@tapegrad/core` stays an import, so that its Tensor class is the caller's. */
import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', terminal: 'src/terminal.ts' },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  splitting: true,
  sourcemap: true,
  dts: true,
  clean: true,
})
