/** @file `pnpm test`: every quick test, on the sources. */
import { defineConfig } from 'vitest/config'
import { onSources, reporters } from './vitest.shared.ts'

const NN = 'packages/nn/test/**/*.test.ts'
const OUTSIDE = ['**/node_modules/**', '**/test/system/**']

export default defineConfig({
  ...onSources,
  test: {
    // By default one core stays free: on two cores, half of them.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: reporters('test'),
    projects: [
      {
        extends: true,
        test: {
          name: 'all but nn',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...OUTSIDE, NN],
        },
      },
      // Its many small files load core and nn once per worker, not once per file, which is half of their time. That asks
      // of them to leave nothing behind: what they replace they put back.
      { extends: true, test: { name: 'nn', include: [NN], exclude: OUTSIDE, isolate: false } },
    ],
  },
})
