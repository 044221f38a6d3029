/** @file Builds `dist`; `@tapegrad/core` stays an import, so that its Tensor class is the caller's. */
import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  sourcemap: true,
  dts: true,
  clean: true,
})
