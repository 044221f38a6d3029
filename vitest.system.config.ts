/** @file `pnpm test:system`: what takes long, or needs a browser or another program. */
import { defineConfig } from 'vitest/config'
import { onSources, reporters } from './vitest.shared.ts'

export default defineConfig({
  ...onSources,
  test: {
    include: ['packages/*/test/system/**/*.test.ts', 'test/system/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    reporters: reporters('system'),
  },
})
