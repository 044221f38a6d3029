/** @file The ops that carry no derivatives, and why: completeness.test.ts compares the list with the rows. */
const BOOL = 'the result is of dtype bool'
const POSITIONS = 'the result is positions, int32'

export const WITHOUT_DERIVATIVES: Readonly<Record<string, string>> = {
  eq: BOOL,
  ne: BOOL,
  lt: BOOL,
  le: BOOL,
  gt: BOOL,
  ge: BOOL,
  isNaN: BOOL,
  isFinite: BOOL,
  logicalAnd: BOOL,
  logicalOr: BOOL,
  logicalNot: BOOL,
  any: BOOL,
  all: BOOL,
  allClose: 'the result is a boolean, no tensor (its own test: ops/logic.test.ts)',
  argmax: POSITIONS,
  argmin: POSITIONS,
  argsort: POSITIONS,
  stopGradient: 'the result is a constant by definition',
  assign: 'it overwrites memory, which no tape records',
}
