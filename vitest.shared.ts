/** @file What both test configurations share: packages resolve to their sources. */
import { defaultServerConditions } from 'vite'

const conditions = ['@tapegrad/source', ...defaultServerConditions]

/** Imports of `@tapegrad/*` reach `src/*.ts` through the private export condition: no build, and one copy. */
export const onSources = { resolve: { conditions }, ssr: { resolve: { conditions } } }
