/** @file Builds `dist`: both entry points share one chunk, so that there is one Tensor class. */
import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', ops: 'src/ops-entry.ts' },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  splitting: true,
  sourcemap: true,
  dts: true,
  clean: true,
})
