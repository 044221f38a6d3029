/** @file Comparisons: elementwise, dtype bool, no derivative. Imports define.ts. */
import type { Expr } from '../scalar.ts'
import { type Binary, binary } from './define.ts'

function comparison(name: string, expr: Expr): Binary {
  return binary(name, { expr, d: [null, null], check: () => {}, result: 'bool' })
}

/** a = b. */
export const eq: Binary = /* @__PURE__ */ comparison('eq', (s, x, y) => s.eq(x!, y!))
/** a ≠ b. */
export const ne: Binary = /* @__PURE__ */ comparison('ne', (s, x, y) => s.ne(x!, y!))
/** a < b. */
export const lt: Binary = /* @__PURE__ */ comparison('lt', (s, x, y) => s.lt(x!, y!))
/** a ≤ b. */
export const le: Binary = /* @__PURE__ */ comparison('le', (s, x, y) => s.le(x!, y!))
/** a > b. */
export const gt: Binary = /* @__PURE__ */ comparison('gt', (s, x, y) => s.gt(x!, y!))
/** a ≥ b. */
export const ge: Binary = /* @__PURE__ */ comparison('ge', (s, x, y) => s.ge(x!, y!))
