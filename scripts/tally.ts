/** @file Adds up what the commands of .ci/run left in a folder, and prints it as the closing line `N passed, N failed`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface VitestReport {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

interface Counts {
  readonly passed: number
  readonly failed: number
}

/** A file that could not even be loaded has no tests to count: it counts as one failure. */
function countTests(report: VitestReport): Counts {
  const unloadable = report.testResults.filter(
    (f) => f.status === 'failed' && f.assertionResults.length === 0,
  )
  const failed = report.numFailedTests + unloadable.length
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed }
}

/** A command that left no counts did not get as far as counting: one failure. */
function read(folder: string, name: string): Counts {
  try {
    const content = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
    return 'testResults' in content ? countTests(content) : content
  } catch {
    return { passed: 0, failed: 1 }
  }
}

const folder = process.argv[2]
if (folder === undefined) throw new Error('tally: name the folder with the results')
const counts = ['test', 'check', 'system'].map((name) => read(folder, name))
const passed = counts.reduce((sum, c) => sum + c.passed, 0)
const failed = counts.reduce((sum, c) => sum + c.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
