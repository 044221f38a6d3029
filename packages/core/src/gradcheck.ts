/** @file gradcheck: derivatives against differences of values, and what went wrong. Imports gradcheck/. */
import { fail, TapegradError } from './errors.ts'
import { checkSubject } from './gradcheck/check.ts'
import { Investigation } from './gradcheck/culprit.ts'
import { supportedModes } from './gradcheck/modes.ts'
import { checkOptions, type GradcheckOptions } from './gradcheck/options.ts'
import {
  type GradcheckMode,
  GradcheckReport,
  type GradcheckRow,
  type GradcheckVerdict,
} from './gradcheck/report.ts'
import { rowsOf } from './gradcheck/rows.ts'
import { checkRuns, type GradcheckModule, gradientOf, subjectOf } from './gradcheck/subject.ts'
import type { Tensor } from './tensor.ts'
import type { Tree } from './tree.ts'

export type { GradcheckMode, GradcheckModule, GradcheckOptions, GradcheckRow, GradcheckVerdict }
export { GradcheckReport }

/** Checking more of them one by one looks like a hang. */
const MOST_ELEMENTS = 20_000

type Fn<P extends readonly unknown[]> = (...inputs: P) => Tensor

/**
 * Compares the derivatives of f with differences of its values, and says of each whether it is right and, where it is
 * not, what is likely wrong. `inputs` are f's arguments, trees of tensors, taken as float64 copies; of a module also the
 * parameters are checked, by name, on float64 copies. An output that is not a single number is contracted with a fixed
 * random cotangent.
 *
 * A row passes when |analytic - numeric| <= rtol * (largest gradient of that input) + noise, where noise is the estimated
 * error of the numeric value; there is no absolute tolerance. If the noise alone is above the first term the verdict is
 * 'noise-limited'. Costs 8 evaluations of f per element, some 100 where the right steps have to be searched.
 */
export function gradcheck<P extends readonly Tree[]>(
  f: Fn<P>,
  inputs: readonly [...P],
  options?: GradcheckOptions,
): GradcheckReport
export function gradcheck(
  module: GradcheckModule,
  inputs: readonly Tree[],
  options?: GradcheckOptions,
): GradcheckReport
export function gradcheck(f: unknown, inputs: unknown, options: GradcheckOptions = {}): GradcheckReport {
  const { order, allow, ...rest } = checkOptions(options)
  const subject = subjectOf(f, inputs)
  const notes: string[] = []
  if (subject.leaves.length === 0)
    fail('gradcheck', 'there is no floating-point tensor among the inputs to differentiate by')
  const elements = subject.leaves.reduce((sum, { tensor }) => sum + tensor.size, 0)
  if (rest.directions === null && elements > MOST_ELEMENTS) {
    fail(
      'gradcheck',
      `${elements} elements would take ${8 * elements} evaluations of f or more; pass { directions: 20 } to check random directions instead`,
    )
  }
  checkRuns(subject)
  const rows: GradcheckRow[] = []
  for (const each of order === 2 ? ([1, 2] as const) : ([1] as const)) {
    const checked = each === 2 ? gradientOf(subject) : subject
    const modes = rest.modes ?? supportedModes(checked, notes)
    const settings = { ...rest, modes }
    let investigation: Investigation | null = null
    checkSubject(checked, settings).forEach((check, i) => {
      const cause = (mode: GradcheckMode): string | null => {
        investigation ??= new Investigation(subject, each, settings)
        return investigation.explain(i, check, mode)
      }
      rows.push(...rowsOf(check, each, settings.rtol, cause))
    })
  }
  return new GradcheckReport(rows, { rtol: rest.rtol, allow, notes })
}

/** Throws the table unless `gradcheck(f, inputs, options)` is ok; else returns the report. */
export function assertGradcheck<P extends readonly Tree[]>(
  f: Fn<P>,
  inputs: readonly [...P],
  options?: GradcheckOptions,
): GradcheckReport
export function assertGradcheck(
  module: GradcheckModule,
  inputs: readonly Tree[],
  options?: GradcheckOptions,
): GradcheckReport
export function assertGradcheck(f: unknown, inputs: unknown, options?: GradcheckOptions): GradcheckReport {
  const report = gradcheck(f as GradcheckModule, inputs as readonly Tree[], options)
  if (!report.ok) throw new TapegradError('assertGradcheck', `the gradient does not pass\n${report}`)
  return report
}
