/** @file Rounding to whole numbers, whose derivative is 0. Imports define.ts and operand.ts. */
import type { Expr } from '../scalar.ts'
import { type Unary, unary, zero } from './define.ts'
import { checkNumeric } from './operand.ts'

const rounding = (name: string, expr: Expr): Unary => unary(name, { expr, d: [zero], check: checkNumeric })

/** The largest whole number ≤ x; int32 stays as it is. The derivative is 0 everywhere, as in PyTorch. */
export const floor: Unary = /* @__PURE__ */ rounding('floor', (s, x) => s.floor(x!))

/** The smallest whole number ≥ x, -0 from -1 to 0; int32 stays as it is. The derivative is 0 everywhere, as in PyTorch. */
export const ceil: Unary = /* @__PURE__ */ rounding('ceil', (s, x) => s.neg(s.floor(s.neg(x!))))

/**
 * The nearest whole number, halves to the even one (as NumPy and PyTorch, unlike Math.round); int32 stays as it is. The
 * derivative is 0 everywhere, as in PyTorch.
 */
export const round: Unary = /* @__PURE__ */ rounding('round', (s, x) => s.nearest(x!))
