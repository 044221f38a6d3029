/** @file The verdict on one derivative. Imports choose.ts and report.ts. */
import type { NumericDerivative } from './choose.ts'
import type { GradcheckVerdict } from './report.ts'

/** The largest gradient of an input, by the numeric values: analytic ones may be anything. */
export function scaleOf(numeric: readonly NumericDerivative[]): number {
  let most = 0
  for (const { value, kink } of numeric) {
    if (!Number.isFinite(value)) continue
    most = Math.max(
      most,
      ...(kink === null ? [Math.abs(value)] : [Math.abs(kink.left), Math.abs(kink.right)]),
    )
  }
  return most
}

/**
 * The rule: |analytic - numeric| <= rtol * scale + noise passes, where the noise is below rtol * scale. Where it is
 * above, its estimate decides too much, and the analytic value is rounded as well: only what is far outside of both is
 * called wrong.
 */
export function judge(
  analytic: number,
  numeric: NumericDerivative,
  scale: number,
  rtol: number,
  analyticNoise: () => number,
): GradcheckVerdict {
  const { value, noise, kink, jump, constant } = numeric
  if (!Number.isFinite(analytic)) return 'non-finite'
  if (jump) return 'kink'
  if (!Number.isFinite(value)) return 'non-finite'
  const tolerance = rtol * scale
  if (kink !== null && Math.abs(kink.right - kink.left) > tolerance) {
    // Any slope between the two sides is a fair answer.
    const slack = tolerance + noise
    const low = Math.min(kink.left, kink.right) - slack
    const high = Math.max(kink.left, kink.right) + slack
    return low <= analytic && analytic <= high ? 'kink' : 'wrong'
  }
  if (constant && analytic === 0) return 'pass'
  const error = Math.abs(analytic - value)
  if (noise <= tolerance) return error <= tolerance + noise ? 'pass' : 'wrong'
  const far = error > tolerance + 10 * noise && error > tolerance + 10 * (noise + analyticNoise())
  return far ? 'wrong' : 'noise-limited'
}
