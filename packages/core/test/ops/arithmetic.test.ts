/** @file Division that rounds down at zeros, infinities and large numbers, in floats and int32, as NumPy has it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad, jvp, vjp } from '../../src/autodiff.ts'
import { tensor, zeros } from '../../src/create.ts'
import { TapegradError } from '../../src/errors.ts'
import { flip, floorDivide, remainder, sum, transpose } from '../../src/ops/index.ts'
import type { Tensor } from '../../src/tensor.ts'
import { fixed } from '../support/exact.ts'
import { f64 } from '../support/f64.ts'

const { NaN: nan } = Number
const inf = Infinity
const i32 = (values: number | number[] | number[][]): Tensor => tensor(values, { dtype: 'int32' })

describe.each(['float32', 'float64'] as const)('special values in %s', (dtype) => {
  // x, y, floorDivide, remainder: what NumPy gives.
  it.each([
    [7, 3, 2, 1],
    [-7, 3, -3, 2],
    [7, -3, -3, -2],
    [-7, -3, 2, -1],
    [6, 3, 2, 0],
    [-6, 3, -2, 0],
    [6, -3, -2, -0],
    [0, 5, 0, 0],
    [-0, 5, -0, 0],
    [0, -5, -0, -0],
    [1, 0, inf, nan],
    [-1, 0, -inf, nan],
    [1, -0, -inf, nan],
    [0, 0, nan, nan],
    [inf, 2, nan, nan],
    [-inf, inf, nan, nan],
    [5, inf, 0, 5],
    [-5, inf, -1, inf],
    [5, -inf, -1, -inf],
    [-5, -inf, 0, -5],
    [nan, 2, nan, nan],
    [2, nan, nan, nan],
    [0.5, 2, 0, 0.5],
    [-0.5, 2, -1, 1.5],
  ])('%d and %d', (x, y, quotient, rest) => {
    const [a, b] = [tensor([x], { dtype }), tensor([y], { dtype })]
    expect(floorDivide(a, b).toArray()).toEqual([quotient])
    expect(remainder(a, b).toArray()).toEqual([rest])
  })
})

describe('floats', () => {
  it('round down even where the quotient rounds up', () => {
    // 1 / 0.1 rounds to 10, but 0.1 is a little more than a tenth.
    expect([floorDivide(f64([1]), 0.1).item(), remainder(f64([1]), 0.1).item()]).toEqual([9, 1 % 0.1])
    expect(floorDivide(f64([0.3]), 0.1).item()).toBe(2)
    expect(remainder(f64([1e300]), 7).item()).toBe(Number(BigInt(1e300) % 7n))
    expect(remainder(f64([-1e300]), 7).item()).toBe(7 - Number(BigInt(1e300) % 7n))
    expect(remainder(tensor([16777216]), 10).item()).toBe(6)
  })

  it('agree with whole numbers of any size', () => {
    const whole = fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })
    fc.assert(
      fc.property(
        whole,
        whole.filter((y) => y !== 0n),
        (x, y) => {
          const rest = ((x % y) + y) % y
          const [a, b] = [f64([Number(x)]), f64([Number(y)])]
          expect(remainder(a, b).item() + 0).toBe(Number(rest))
          expect(floorDivide(a, b).item() + 0).toBe(Number((x - rest) / y))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('are exact for quotients up to 2^51', () => {
    const quotient = fc.double({ min: 1e13, max: 2e15, noNaN: true })
    const divisor = fc.double({ min: 0.01, max: 100, noNaN: true })
    fc.assert(
      fc.property(quotient, divisor, (q, y) => {
        const x = q * y
        // Exact: doubles from 1e-2 on have no bits below 2^-60.
        const whole = fixed(x, 60) / fixed(y, 60)
        expect(floorDivide(f64([x]), y).item()).toBe(Number(whole))
      }),
      { numRuns: 1000 },
    )
  })

  it('derivatives: 1 and -floor(a / b) at the jumps as well; 0 for the quotient', () => {
    const [a, b] = [f64([6, -6, 7, -7, 0]), f64([3, 3, -3, 2, 2])]
    const ones = f64([1, 1, 1, 1, 1])
    const [da, db] = vjp(remainder, a, b)[1](ones)
    expect(da.toArray()).toEqual([1, 1, 1, 1, 1])
    expect([...db.data].map((x) => x + 0)).toEqual([-2, 2, 3, 4, 0])
    expect([...jvp((b: Tensor) => remainder(a, b), [b], [ones])[1].data].map((x) => x + 0)).toEqual([
      -2, 2, 3, 4, 0,
    ])
    for (const d of vjp(floorDivide, a, b)[1](ones)) expect(d.toArray()).toEqual([0, 0, 0, 0, 0])
    expect(grad((x: Tensor) => sum(remainder(x, 1)))(f64([1.5, -0.25])).toArray()).toEqual([1, 1])
  })
})

describe('int32', () => {
  it('has the remainder of the sign of the divisor, up to the ends of the range', () => {
    const whole = fc.oneof(fc.integer(), fc.integer({ min: -9, max: 9 }), fc.constant(-(2 ** 31)))
    fc.assert(
      fc.property(
        whole,
        whole.filter((y) => y !== 0),
        (x, y) => {
          const rest = ((BigInt(x) % BigInt(y)) + BigInt(y)) % BigInt(y)
          expect(remainder(i32([x]), i32([y])).item()).toBe(Number(rest))
          // -2^31 / -1 wraps, as the other int32 operations do.
          expect(floorDivide(i32([x]), i32([y])).item()).toBe(
            Number(BigInt.asIntN(32, (BigInt(x) - rest) / BigInt(y))),
          )
        },
      ),
      { numRuns: 500 },
    )
    const result = remainder(i32([7, -7]), 3)
    expect([result.dtype, result.toArray()]).toEqual(['int32', [1, 2]])
    expect(floorDivide(-7, i32([2, 3])).toArray()).toEqual([-4, -3])
  })

  it('reads any layout and broadcasts', () => {
    const x = i32([
      [10, 21, 32],
      [43, 54, 65],
    ])
    expect(remainder(transpose(x), i32([7, 10])).toArray()).toEqual([
      [3, 3],
      [0, 4],
      [4, 5],
    ])
    expect(floorDivide(flip(x, 1), i32([[10], [-10]])).toArray()).toEqual([
      [3, 2, 1],
      [-7, -6, -5],
    ])
    expect(remainder(zeros([0, 2], { dtype: 'int32' }), 3).shape).toEqual([0, 2])
  })

  it('division by 0 is an error that says where', () => {
    expect(() => remainder(i32([1, 2]), 0)).toThrow(TapegradError)
    expect(() => remainder(i32([1, 2]), 0)).toThrow(
      "remainder: int32 division by 0 at [0]; convert with to('float32') to get NaN or an infinity there",
    )
    const divisor = i32([
      [1, 2, 3],
      [4, 5, 0],
    ])
    expect(() => floorDivide(1, divisor)).toThrow(/^floorDivide: int32 division by 0 at \[1, 2\]; /)
    expect(() => floorDivide(1, transpose(divisor))).toThrow(
      /^floorDivide: int32 division by 0 at \[2, 1\]; /,
    )
    expect(() => floorDivide(i32(1), i32(0))).toThrow(/^floorDivide: int32 division by 0; convert/)
  })

  it('does not mix with floats, fractions and bools', () => {
    expect(() => remainder(i32([1]), tensor([1]))).toThrow(/^remainder: dtypes int32 and float32 differ/)
    expect(() => remainder(i32([1]), 0.5)).toThrow(/^remainder: 0.5 with an int32 tensor/)
    expect(() => floorDivide(tensor([true]), tensor([true]))).toThrow(/^floorDivide: needs numbers, got bool/)
  })
})
