/**
 * @file Notes in a test's own report what it has checked: docs/derivatives.md is made of these notes, and those of a
 * test that fails or does not run count for nothing. Imports vitest.
 */
import { TestRunner } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Subject (a row of the op table, by its name) and what of it holds. */
    checked?: (readonly [subject: string, what: string])[]
  }
}

/** To be called behind the assertions that show it. */
export function record(subject: string, what: string): void {
  const test = TestRunner.getCurrentTest()
  if (test === undefined) throw new Error(`record: no test is running that could have checked ${what}`)
  test.meta.checked = [...(test.meta.checked ?? []), [subject, what]]
}
