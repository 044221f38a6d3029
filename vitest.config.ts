/** @file `pnpm test`: every quick test, on the sources. */
import { defineConfig } from 'vitest/config'
import { onSources } from './vitest.shared.ts'

export default defineConfig({
  ...onSources,
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/test/system/**'],
  },
})
