/** @file Builds `dist`: the entry points share their chunks, so that there is one Tensor class. */
import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', ops: 'src/ops-entry.ts', testing: 'src/testing.ts' },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  splitting: true,
  sourcemap: true,
  dts: true,
  clean: true,
})
