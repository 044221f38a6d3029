/** @file What both test configurations share: packages resolve to their sources, and counts can go to a file. */
import { join } from 'node:path'
import { defaultServerConditions } from 'vite'

const conditions = ['@tapegrad/source', ...defaultServerConditions]

/** Imports of `@tapegrad/*` reach `src/*.ts` through the private export condition: no build, and one copy. */
export const onSources = { resolve: { conditions }, ssr: { resolve: { conditions } } }

/** The usual report; where `TAPEGRAD_RESULTS` names a folder, also `<name>.json` in it, which .ci/run counts. */
export function reporters(name: string): ['default', ...['json', { outputFile: string }][]] {
  const folder = process.env.TAPEGRAD_RESULTS
  return folder ? ['default', ['json', { outputFile: join(folder, `${name}.json`) }]] : ['default']
}
