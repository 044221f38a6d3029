/** @file detectAnomaly in models: errors name the layer, in forward, in backward, and in every transform. */
import {
  checkpoint,
  detectAnomaly,
  grad,
  jvp,
  TapegradError,
  type Tensor,
  tensor,
  vmap,
} from '@tapegrad/core'
import { Dense, Layer, Module, Sequential, Sigmoid } from '@tapegrad/nn'
import { describe, expect, it } from 'vitest'

/** log(x) or sqrt(x): infinite at 0, or with an infinite slope there. */
class Log extends Layer<[], []> {
  override forward(x: Tensor): Tensor {
    return x.log()
  }
  override toString(): string {
    return 'Log()'
  }
}
class Root extends Layer<[], []> {
  override forward(x: Tensor): Tensor {
    return x.sqrt()
  }
  override toString(): string {
    return 'Root()'
  }
}

/** The error's message and stack agree, and the message is returned. */
function messageOf(f: () => unknown): string {
  try {
    f()
  } catch (error) {
    if (!(error instanceof TapegradError)) throw error
    expect(error.stack).toContain(error.message)
    return error.message
  }
  throw new Error('nothing was thrown')
}

type Scalar = Tensor<[]>
const f64 = { dtype: 'float64' } as const
const X = tensor([[0, 4]], f64)
const model = (layer: Layer): Sequential =>
  new Sequential(new Sequential(layer, new Sigmoid()), new Sigmoid())
const total = (net: Sequential) => (x: Tensor) => net.call(x).sum() as Scalar
/** The line of Root's or Log's own op. */
const line = /called at (Log|Root)\.forward \(.*anomaly\.test\.ts:\d+:\d+\)/

describe('forward', () => {
  it('names the layer in nested Sequentials, once', () => {
    const message = messageOf(() => detectAnomaly(() => model(new Log()).call(X)))
    expect(message).toMatch(/^detectAnomaly: log\(0\) made -Infinity at \[0, 0\], called at Log\.forward/)
    expect(message).toMatch(/; in layer 0\.0 \(Log\(\)\)$/)
    expect(message.match(/; in layer/g)).toHaveLength(1)
  })
  it.each<[string, (net: Sequential) => unknown]>([
    ['grad', (net) => grad(total(net))(X)],
    ['jvp', (net) => jvp(total(net), [X], [X])],
    ['vmap', (net) => vmap((x: Tensor) => net.call(x))(X)],
    ['vmap of grad', (net) => vmap(grad(total(net)))(X)],
    [
      'grad of vmap',
      (net) => grad((x: Tensor) => vmap((row: Tensor) => net.call(row))(x).sum() as Scalar)(X),
    ],
    ['checkpoint', (net) => checkpoint((x: Tensor) => net.call(x))(X)],
  ])('in %s', (_, run) => {
    const message = messageOf(() => detectAnomaly(() => run(model(new Log()))))
    expect(message).toContain('log(0) made -Infinity at [0')
    expect(message).toMatch(line)
    expect(message).toMatch(/; in layer 0\.0 \(Log\(\)\)$/)
  })
})

it('finds the line of the caller behind many frames of layers', () => {
  const dense = new Dense(1, 1)
  dense.weight.assign(Infinity)
  let deep: Layer = new Sequential(dense)
  for (let i = 0; i < 8; i++) deep = new Sequential(deep)
  const message = messageOf(() => detectAnomaly(() => deep.call(tensor([[0]]))))
  expect(message).toMatch(/made NaN at \[0, 0\], called at .*nn.test.anomaly\.test\.ts:\d+/)
  expect(message).toMatch(/; in layer 0\.0\.0\.0\.0\.0\.0\.0\.0 \(Dense\(1, 1\)\)/)
})

describe('backward', () => {
  const derivative = 'div(0.5, 0) made Infinity at [0, 0], in the derivative of sqrt, called at Root.forward'
  const net = model(new Root())
  const leaf = (): Tensor => tensor([[0, 4]], { ...f64, requiresGrad: true })

  it.each<[string, () => unknown]>([
    ['backward()', () => net.call(leaf()).sum().backward()],
    ['backward() with createGraph', () => net.call(leaf()).sum().backward(null, { createGraph: true })],
    ['grad', () => grad(total(net))(X)],
    ['grad with createGraph', () => grad(total(net), { createGraph: true })(X)],
    ['grad of grad', () => grad((x: Tensor) => grad(total(net))(x).sum() as Scalar)(X)],
    ['jvp', () => jvp(total(net), [X], [tensor([[1, 1]], f64)])],
    ['vmap of grad', () => vmap(grad(total(net)))(X)],
    ['grad of vmap', () => grad((x: Tensor) => vmap((row: Tensor) => net.call(row))(x).sum() as Scalar)(X)],
    ['grad, one level deeper', () => grad(total(new Sequential(model(new Root()))))(X)],
  ])('%s names the layer whose op it is', (_, run) => {
    const message = messageOf(() => detectAnomaly(run))
    expect(message).toMatch(/div\(.*, 0\) made Infinity at \[0(, 0)?\], in the derivative of sqrt/)
    expect(message).toMatch(line)
    expect(message).toContain('the slope of sqrt is infinite there')
    expect(message).toMatch(/; in layer (0\.)?0\.0 \(Root\(\)\)$/)
  })

  it('of a checkpoint: the layers of its second run', () => {
    const f = checkpoint((x: Tensor) => net.call(x))
    const message = messageOf(() => detectAnomaly(() => f(leaf()).sum().backward()))
    expect(message).toContain('in the derivative of sqrt')
    expect(message).toMatch(/; in layer 0\.0 \(Root\(\)\)$/)
  })

  it('inside of a module that differentiates another: one path from the outermost', () => {
    class Slope extends Module {
      readonly net = net
      forward(x: Tensor): Tensor {
        return grad(total(this.net))(x)
      }
      override toString(): string {
        return 'Slope()'
      }
    }
    const message = messageOf(() => detectAnomaly(() => new Slope().call(X)))
    expect(message).toContain(derivative.slice(derivative.indexOf('made')))
    expect(message).toMatch(/; in layer net\.0\.0 \(Root\(\)\)$/)
  })

  it('of a module that is no Layer, and of what comes after it', () => {
    class Whole extends Module {
      readonly first = new Sigmoid()
      forward(x: Tensor): Tensor {
        return this.first.call(x.sqrt())
      }
      override toString(): string {
        return 'Whole()'
      }
    }
    expect(messageOf(() => detectAnomaly(() => new Whole().call(leaf()).sum().backward()))).toMatch(
      /in the derivative of sqrt, called at Whole\.forward.*; in Whole\(\)$/,
    )
    const after = (): void => new Whole().call(leaf().exp()).detach().sub(0.75).log().sum().backward()
    expect(messageOf(() => detectAnomaly(after))).not.toContain('; in ')
  })

  it('says nothing of layers where an op is outside of any, and notes none without detectAnomaly', () => {
    const x = leaf()
    const outside = messageOf(() => detectAnomaly(() => x.sqrt().sum().backward()))
    expect(outside).not.toContain('; in ')
    // What was computed before is not known, but the gradient is.
    const y = net.call(x).sum()
    const later = messageOf(() => detectAnomaly(() => y.backward()))
    expect(later).toContain('in the derivative of sqrt; the slope')
    expect(later).not.toContain('; in ')
  })
})

it('a right model passes, trains as without, and leaves nothing behind', () => {
  const net = new Sequential(new Dense(2, 3), new Sigmoid(), new Dense(3, 1))
  const x = tensor([[0.5, -1]])
  const gradients = (): unknown => {
    for (const p of net.parameters()) p.grad = null
    net.call(x).sum().backward()
    return net.parameters().map((p) => p.grad!.toArray())
  }
  expect(detectAnomaly(gradients)).toEqual(gradients())
})
