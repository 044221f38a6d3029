/** @file One SGD step of a sigmoid network as typed-array loops written by hand: the rival that has no framework at all. */

export interface HandNetwork {
  step(x: Float64Array, y: Float64Array, rate: number): number
  readonly weights: readonly Float64Array[]
}

/** Weights [out, in] and biases of every layer, from the same start as `startValues`. */
export function handNetwork(
  sizes: readonly number[],
  start: (layer: number, i: number) => number,
): HandNetwork {
  const layers = sizes.slice(1).map((outputs, l) => {
    const inputs = sizes[l]!
    return {
      inputs,
      outputs,
      w: new Float64Array(outputs * inputs).map((_, i) => start(2 * l, i)),
      b: new Float64Array(outputs).map((_, i) => start(2 * l + 1, i)),
      n: new Float64Array(outputs),
      delta: new Float64Array(outputs),
    }
  })
  const last = layers[layers.length - 1]!
  return {
    weights: layers.flatMap(({ w, b }) => [w, b]),
    step(x, y, rate) {
      let input = x
      for (const { inputs, outputs, w, b, n } of layers) {
        for (let i = 0; i < outputs; i++) {
          let z = b[i]!
          for (let j = 0; j < inputs; j++) z += w[i * inputs + j]! * input[j]!
          n[i] = 1 / (1 + Math.exp(-z))
        }
        input = n
      }
      let loss = 0
      for (let i = 0; i < last.outputs; i++) {
        const error = last.n[i]! - y[i]!
        loss += 0.5 * error * error
        last.delta[i] = error * last.n[i]! * (1 - last.n[i]!)
      }
      for (let l = layers.length - 2; l >= 0; l--) {
        const { n, delta, outputs } = layers[l]!
        const next = layers[l + 1]!
        for (let j = 0; j < outputs; j++) {
          let back = 0
          for (let i = 0; i < next.outputs; i++) back += next.w[i * next.inputs + j]! * next.delta[i]!
          delta[j] = back * n[j]! * (1 - n[j]!)
        }
      }
      let before = x
      for (const { inputs, outputs, w, b, n, delta } of layers) {
        for (let i = 0; i < outputs; i++) {
          for (let j = 0; j < inputs; j++) w[i * inputs + j]! -= rate * delta[i]! * before[j]!
          b[i]! -= rate * delta[i]!
        }
        before = n
      }
      return loss
    },
  }
}
