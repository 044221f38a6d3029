/** @file What a run of the op tests has shown, read from vitest's report: the notes of the tests that passed. Imports nothing. */

interface Test {
  readonly fullName: string
  readonly status: string
  readonly failureMessages?: readonly string[] | null
  readonly meta?: { readonly checked?: readonly (readonly [subject: string, what: string])[] }
}

/** The parts of vitest's JSON report that count here. */
export interface Report {
  readonly success: boolean
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly Test[]
  }[]
}

/** By subject, as often as it was shown. */
export type Checks = ReadonlyMap<string, readonly string[]>

/** Throws when anything failed: there is no page to make of a library that does not hold. */
export function checksOf(report: Report): Checks {
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => [
    ...(status === 'failed' && assertionResults.length === 0 ? [`${name}: ${message}`] : []),
    ...assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${test.fullName}: ${test.failureMessages?.[0]?.split('\n')[0]}`),
  ])
  if (failures.length > 0 || !report.success)
    throw new Error(`${failures.length} op tests fail:\n${failures.slice(0, 20).join('\n')}`)
  const checks = new Map<string, string[]>()
  for (const { assertionResults } of report.testResults) {
    for (const { status, meta } of assertionResults) {
      if (status !== 'passed') continue
      for (const [subject, what] of meta?.checked ?? []) {
        const list = checks.get(subject)
        if (list === undefined) checks.set(subject, [what])
        else list.push(what)
      }
    }
  }
  return checks
}
