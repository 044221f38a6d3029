/** @file `pnpm test`: every quick test, on the sources. */
import { defineConfig } from 'vitest/config'
import { onSources, reporters } from './vitest.shared.ts'

export default defineConfig({
  ...onSources,
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/test/system/**'],
    // By default one core stays free: on two cores, half of them.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: reporters('test'),
  },
})
