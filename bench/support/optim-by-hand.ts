/** @file Optimizers as loops over typed arrays written by hand: the rivals that have no framework at all. */

type Floats = Float32Array | Float64Array

export interface HandParameter {
  readonly value: Floats
  readonly grad: Floats
}

/** Makes a function that takes one step. */
export type HandOptimizer = (params: readonly HandParameter[], lr: number) => () => void

const zeros = (params: readonly HandParameter[]): Floats[] => params.map(({ value }) => value.map(() => 0))

export const handSGD: HandOptimizer = (params, lr) => () => {
  for (const { value, grad } of params) for (let i = 0; i < value.length; i++) value[i]! -= lr * grad[i]!
}

export const handAdam =
  (weightDecay: number): HandOptimizer =>
  (params, lr) => {
    const [means, squares] = [zeros(params), zeros(params)]
    let steps = 0
    return () => {
      steps++
      const size = lr / (1 - 0.9 ** steps)
      const root = Math.sqrt(1 - 0.999 ** steps)
      const kept = 1 - lr * weightDecay
      params.forEach(({ value, grad }, k) => {
        const [m, v] = [means[k]!, squares[k]!]
        for (let i = 0; i < value.length; i++) {
          const g = grad[i]!
          m[i] = 0.9 * m[i]! + 0.1 * g
          v[i] = 0.999 * v[i]! + 0.001 * g * g
          value[i] = kept * value[i]! - (size * m[i]!) / (Math.sqrt(v[i]!) / root + 1e-8)
        }
      })
    }
  }

export const handRMSProp: HandOptimizer = (params, lr) => {
  const squares = zeros(params)
  return () => {
    params.forEach(({ value, grad }, k) => {
      const v = squares[k]!
      for (let i = 0; i < value.length; i++) {
        const g = grad[i]!
        v[i] = 0.99 * v[i]! + 0.01 * g * g
        value[i]! -= (lr * g) / (Math.sqrt(v[i]!) + 1e-8)
      }
    })
  }
}

export const handAdagrad: HandOptimizer = (params, lr) => {
  const sums = zeros(params)
  return () => {
    params.forEach(({ value, grad }, k) => {
      const s = sums[k]!
      for (let i = 0; i < value.length; i++) {
        const g = grad[i]!
        s[i]! += g * g
        value[i]! -= (lr * g) / (Math.sqrt(s[i]!) + 1e-10)
      }
    })
  }
}
