/** @file The programs of scripts/goldens/programs.py, in our ops, by the same names. Imports the package. */
import { eye, grad, stopGradient, type Tensor, tensor } from '../../src/index.ts'
import {
  cholesky,
  clamp,
  concat,
  conv2d,
  cumprod,
  cumsum,
  det,
  diagonal,
  einsum,
  exp,
  flip,
  gather,
  gelu,
  linear,
  log,
  logSoftmax,
  logsumexp,
  maximum,
  maxPool2d,
  relu,
  roll,
  sin,
  softmax,
  softplus,
  solve,
  sort,
  sqrt,
  stack,
  take,
  tanh,
  where,
} from '../../src/ops/index.ts'
import { f64 } from './f64.ts'

type Program = (...xs: Tensor[]) => Tensor
/** With the number of tensors that it takes. */
const program = <P extends readonly Tensor[]>(f: (...xs: P) => Tensor): Program => f as unknown as Program
const identity = (n: number): Tensor => eye(n, { dtype: 'float64' })

/** d sum(f) / dx as a tensor function. */
const slopeOf = (f: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) =>
  grad((x: Tensor) => f(x).sum() as never)

export const programs: Record<string, Program> = {
  scalarChain: program((x: Tensor) => {
    const u = x.mul(3).add(1).sub(x.div(2))
    const v = relu(u.neg()).add(u.mul(x))
    const w = relu(v.mul(v))
    return w.add(v).add(v.mul(x))
  }),

  runningTotals: program((a: Tensor, b: Tensor) => {
    let c = a.sub(b)
    let d = a.mul(b).add(b.pow(3))
    c = c.add(c).add(2)
    c = c.add(1).add(c).sub(a)
    d = d.add(d.mul(2)).add(relu(b.add(a)))
    d = d.add(d.mul(3)).add(relu(b.sub(a)))
    const e = c.sub(d).pow(2)
    return e.div(4).add(e.reciprocal().mul(5))
  }),

  neuron: program((w: Tensor, x: Tensor, b: Tensor) => tanh(w.mul(x).sum().add(b))),

  network: (x, w1, b1, w2, b2, target) => {
    const hidden = tanh(linear(x!, w1! as never, b1! as never))
    return linear(hidden, w2! as never, b2! as never)
      .sub(target!)
      .square()
      .mean()
  },

  repeated: program((x: Tensor) => x.mul(x).mul(x).add(x.mul(x)).sub(x).add(x.div(x))),

  fanOut: program((x: Tensor) => {
    const s = sin(x)
    return s
      .mul(exp(s))
      .add(s.div(s.mul(s).add(1)))
      .sub(sqrt(s.add(x)))
  }),

  doubling: program((x: Tensor) => {
    let y = x
    for (let i = 0; i < 5; i++) y = y.add(y.mul(x))
    return y
  }),

  sineSeries: program((x: Tensor) => {
    let term = x
    let total = x
    for (let k = 1; k < 12; k++) {
      term = term
        .neg()
        .mul(x)
        .mul(x)
        .div(2 * k * (2 * k + 1))
      total = total.add(term)
    }
    return total
  }),

  tanhByExp: program((x: Tensor) => {
    const e = exp(x.mul(-2))
    return e.neg().add(1).div(e.add(1))
  }),

  squareRootByNewton: program((a: Tensor) => {
    let x = a
    for (let i = 0; i < 6; i++) x = x.add(a.div(x)).div(2)
    return x
  }),

  heat: program((u: Tensor) => {
    let v = u
    for (let i = 0; i < 3; i++) {
      const [left, right] = [roll(v, 1, 0), roll(v, -1, 0)]
      v = v.add(left.add(right).sub(v.mul(2)).mul(0.2))
    }
    return v.mul(v)
  }),

  recurrent: program((x: Tensor, w: Tensor, u: Tensor) => {
    let h: Tensor = f64([0, 0])
    for (let t = 0; t < 3; t++) h = tanh(w.matmul(h).add(u.matmul(x.slice([t]))))
    return h
  }),

  broadcasting: program((a: Tensor, b: Tensor, c: Tensor, d: Tensor) =>
    a.mul(b).add(c).div(d.mul(d).add(1)).sub(a.sum(0).mul(c)),
  ),

  items: program((x: Tensor) => {
    const ends = x.slice([0]).mul(x.slice([-1]))
    return ends
      .add(
        x
          .slice([[1, 4]])
          .pow(2)
          .sum(),
      )
      .sub(take(x, [0, 0, 2], 0).prod())
  }),

  joined: program((a: Tensor, b: Tensor) => {
    const y = concat([a, a.mul(a), flip(b, 0)])
    return stack([y.slice([[0, 3]]), b] as Tensor[])
      .prod(0)
      .add(y.sum())
  }),

  branches: program((x: Tensor) =>
    where(x.gt(0), x.mul(x), x.pow(3).neg())
      .add(clamp(x, -1, 1).mul(maximum(x, x.mul(2))))
      .add(x.abs()),
  ),

  negativeBase: program((x: Tensor) => x.pow(3).sub(x.pow(-2)).add(x.pow(2).pow(1.5))),

  quadraticForm: program((x: Tensor, a: Tensor) =>
    einsum('i,ij,j->', x, a, x).add(einsum('ii', a).mul(einsum('ij,kj->ik', a, a).sum())),
  ),

  ordered: program((x: Tensor) =>
    sort(x, 1)
      .mul(f64([1, -2, 3, 0.5]))
      .sum(1)
      .mul(x.max(1))
      .add(cumprod(x, 1).sum(1))
      .sub(cumsum(x, 1).slice([null, 2])),
  ),

  crossEntropy: program((x: Tensor, w: Tensor, labels: Tensor) => {
    const logits: Tensor = x.matmul(w.T)
    return logsumexp(logits, 1, { keepdims: true })
      .sub(gather(logits, labels, 1))
      .mean()
  }),

  logisticRegression: program((x: Tensor, w: Tensor, y: Tensor) =>
    softplus(y.mul(-2).add(1).mul(x.matmul(w)))
      .sum()
      .add(w.mul(w).sum().mul(0.1)),
  ),

  attention: program((q: Tensor, k: Tensor, v: Tensor) => {
    const scores: Tensor = q.matmul(k.T).div(Math.SQRT2)
    return softmax(scores, -1).matmul(v)
  }),

  layerNorm: program((x: Tensor, gain: Tensor, bias: Tensor) => {
    const centred = x.sub(x.mean(-1, { keepdims: true }))
    const spread = sqrt(x.variance(-1, { keepdims: true }).add(1e-3))
    return centred.div(spread).mul(gain).add(bias)
  }),

  mixture: program((x: Tensor, mean: Tensor, deviation: Tensor, logits: Tensor) => {
    const z = x.sub(mean).div(deviation)
    const terms = logSoftmax(logits, 0).sub(z.mul(z).mul(0.5)).sub(log(deviation))
    return logsumexp(terms, 1).sum()
  }),

  imageNetwork: program((x: Tensor, kernels: Tensor, w: Tensor) => {
    const y = maxPool2d(gelu(conv2d(x, kernels as never)), { kernelSize: 2 })
    return logSoftmax(linear(y.flatten() as Tensor, w as never) as Tensor, 0).slice([1])
  }),

  gaussian: program((a: Tensor, x: Tensor) => {
    const s: Tensor = a.matmul(a.T).add(identity(3))
    const logDet = log(diagonal(cholesky(s as never)))
      .sum()
      .mul(2)
    const quadratic = x.dot(solve(s, x as never) as never)
    return quadratic
      .add(logDet)
      .mul(-0.5)
      .add(log(det(s as never)))
  }),

  leastSquares: program((a: Tensor, b: Tensor) => {
    const normal: Tensor = a.T.matmul(a).add(identity(2).mul(0.1))
    return solve(normal, a.T.matmul(b) as never)
  }),

  distances: program((x: Tensor) => x.unsqueeze(0).sub(x.unsqueeze(1)).norm(-1)),

  secondDerivatives: slopeOf(slopeOf((x) => sin(exp(x)).add(log(x.mul(x).add(1))))),

  cofactors: program(slopeOf((a) => det(a as never))),

  runningProducts: slopeOf((x) => cumprod(x, 0).mul(f64([1, -2, 3, 0.5]))),

  gradientPenalty: program((w: Tensor, x: Tensor) => {
    const slope = slopeOf((y) => tanh(w.matmul(y)))(x)
    return sqrt(slope.mul(slope).sum().add(1)).sub(1).pow(2)
  }),

  constantsInside: program((x: Tensor) => {
    const constant = stopGradient(x)
    return x.mul(constant).add(exp(constant).mul(sin(x)))
  }),

  unused: program((x: Tensor, y: Tensor) => x.mul(x).add(y.mul(tensor(0, { dtype: 'float64' })))),
}
