/** @file PyTorch's documented SGD update on plain arrays, written apart from the library. */

export interface PlainSettings {
  lr: number
  momentum?: number
  dampening?: number
  nesterov?: boolean
  weightDecay?: number
}

/** One parameter vector and its momentum buffer, which does not exist until the first gradient arrives. */
export class PlainSGD {
  theta: number[]
  buffer: number[] | null = null
  constructor(theta: number[]) {
    this.theta = [...theta]
  }

  step(gradient: readonly number[], settings: PlainSettings): void {
    const { lr, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = settings
    let g = gradient.map((v, i) => v + weightDecay * this.theta[i]!)
    if (momentum !== 0) {
      if (this.buffer === null) this.buffer = [...g]
      else this.buffer = this.buffer.map((b, i) => momentum * b + (1 - dampening) * g[i]!)
      g = nesterov ? g.map((v, i) => v + momentum * this.buffer![i]!) : [...this.buffer]
    }
    this.theta = this.theta.map((t, i) => t - lr * g[i]!)
  }
}
