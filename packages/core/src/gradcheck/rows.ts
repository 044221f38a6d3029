/** @file From what is known about an input to rows of the report. Imports check.ts and report.ts. */
import type { LeafCheck } from './check.ts'
import { type GradcheckMode, type GradcheckRow, type GradcheckVerdict, short } from './report.ts'

/** The rows of one input: one per probe, or one per mode where these differ. */
export function rowsOf(
  check: LeafCheck,
  order: 1 | 2,
  rtol: number,
  explainMode: (mode: GradcheckMode) => string | null,
): GradcheckRow[] {
  const causes = new Map<GradcheckMode, string | null>()
  for (const [mode, verdicts] of check.verdicts)
    causes.set(mode, verdicts.includes('wrong') ? explainMode(mode) : null)
  return check.probes.flatMap(({ index }, k) => {
    const rows = [...check.verdicts].map(([mode, verdicts]): GradcheckRow => {
      const analytic = check.analytic.get(mode)![k]!
      const { value: numeric, noise } = check.numeric[k]!
      const absoluteError = Math.abs(analytic - numeric)
      const verdict = verdicts[k]!
      return {
        path: check.leaf.path,
        index,
        mode,
        order,
        analytic,
        numeric,
        absoluteError,
        relativeError: absoluteError === 0 ? 0 : absoluteError / check.scale,
        noise,
        verdict,
        cause: verdict === 'wrong' ? causes.get(mode)! : reasonFor(check, k, analytic, rtol, verdict),
      }
    })
    return merged(rows)
  })
}

/** One row for two modes that agree; the one with the larger error stands for both. */
function merged(rows: GradcheckRow[]): GradcheckRow[] {
  const [first, second] = rows
  if (first === undefined || second === undefined || first.verdict !== second.verdict) return rows
  const same =
    first.cause === second.cause && (first.verdict !== 'wrong' || alike(first.analytic, second.analytic))
  if (!same) return rows
  return [{ ...(second.absoluteError > first.absoluteError ? second : first), mode: 'both' }]
}

const alike = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))

/** Why the verdict is neither 'pass' nor 'wrong'. */
function reasonFor(
  { numeric, scale, obstacle }: LeafCheck,
  k: number,
  analytic: number,
  rtol: number,
  verdict: GradcheckVerdict,
): string | null {
  if (obstacle !== null) return obstacle
  const { noise, kink, jump } = numeric[k]!
  switch (verdict) {
    case 'non-finite':
      return Number.isFinite(analytic)
        ? 'f is finite on one side of this point only, at any step: the edge of its domain?'
        : `the gradient is ${analytic}`
    case 'kink':
      return jump
        ? 'the value of f jumps here'
        : `the slope is ${short(kink!.left)} to the left, ${short(kink!.right)} to the right`
    case 'noise-limited':
      return scale > 0
        ? `noise ${short(noise)} allows ${short(noise / scale)} relative; asked for ${rtol.toExponential()}`
        : `noise ${short(noise)}, and no gradient above it: nothing to measure an error by`
    default:
      return null
  }
}
