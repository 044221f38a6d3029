/** @file The entry `@tapegrad/core`: everything of `./ops`, and every op installed as a method of Tensor. */
import './methods.ts'

export * from './ops-entry.ts'
