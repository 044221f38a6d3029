/** @file In which modes a function can be differentiated. Imports values.ts and options.ts. */
import { TapegradError } from '../errors.ts'
import { noGrad } from '../tape.ts'
import { MODES } from './options.ts'
import type { GradcheckMode } from './report.ts'
import { cotangentValues, float64, type Subject } from './subject.ts'
import { derivativesOf, outputsOf, probesOf } from './values.ts'

/**
 * The modes in which f can be differentiated. An op whose derivatives are loops over numbers has the one for which its
 * rule is written.
 */
export function supportedModes(subject: Subject, notes: string[]): GradcheckMode[] {
  const refusals: unknown[] = []
  const supported = MODES.filter((mode) => {
    try {
      tryMode(subject, mode)
      return true
    } catch (error) {
      // Only a missing rule: what is wrong with one that exists has to be seen.
      if (!(error instanceof TapegradError && /once-differentiable|mode needs a/.test(error.message)))
        throw error
      refusals.push(error)
      notes.push(`no ${mode} mode: ${error.message}`)
      return false
    }
  })
  if (supported.length === 0) throw refusals[0]
  return supported
}

function tryMode(subject: Subject, mode: GradcheckMode): void {
  const { leaves, f } = subject
  const { shape, data } = outputsOf(noGrad(() => f(...leaves.map(({ tensor }) => tensor))))
  const probes = leaves.map((leaf, i) => probesOf(leaf, 1, i))
  derivativesOf(subject, probes, float64(cotangentValues(data.length, 0), shape), [mode])
}
