/** @file A second copy of the package, loaded beside the first: what two installed versions give. Imports the package. */
import { vi } from 'vitest'

/** The package once more, all its files evaluated anew: its classes are others. */
export async function secondCopy(): Promise<typeof import('../../src/index.ts')> {
  vi.resetModules()
  return await import('../../src/index.ts')
}
