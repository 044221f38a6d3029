/**
 * @file Trains in both styles and with fit, run by leak.test.ts in a process of its own with --expose-gc: prints the bytes in use
 * after each 500 steps.
 */
import { type Tensor, tensor, valueAndGrad } from '@tapegrad/core'
import { Dense, fit, functionalCall, mse, SGD, Sigmoid, sequential } from '@tapegrad/nn'

const model = sequential(new Dense(4, 5), new Sigmoid(), new Dense(5, 3), new Sigmoid())
const x = tensor([[0.1, 0.2, 0.3, 0.4]])
const t = tensor([[1, 0, 0]])
const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, dampening: 0.1 })

function backwardStep(): void {
  optimizer.zeroGrad()
  mse(model.call(x), t, { reduction: 'sum', scale: 0.5 }).backward()
  optimizer.step()
}

const lossAndGradient = valueAndGrad((p: Record<string, Tensor>) =>
  mse(functionalCall(model, p, x) as typeof t, t),
)
let parameters = model.stateDict()

function functionalStep(): void {
  const [, gradient] = lossAndGradient(parameters)
  parameters = Object.fromEntries(
    Object.entries(parameters).map(([key, p]) => [key, p.sub(gradient[key]!.mul(0.1))]),
  )
}

function bytesInUse(): number {
  // Twice: what a first collection finalizes, a second one frees.
  globalThis.gc!()
  globalThis.gc!()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const bytes: Record<string, number[]> = {}
for (const step of [backwardStep, functionalStep]) {
  const series = (bytes[step.name] = [] as number[])
  for (let i = 1; i <= 2500; i++) {
    step()
    if (i % 500 === 0) series.push(bytesInUse())
  }
}

// An epoch per step makes the history grow, by numbers alone: so many steps are one epoch.
const series = (bytes.fit = [] as number[])
await fit(model, Array(2500).fill([x, t]) as [typeof x, typeof t][], {
  loss: (p, target) => mse(p, target, { reduction: 'sum', scale: 0.5 }),
  optimizer,
  epochs: 1,
  metrics: { mean: (p) => p.mean() },
  callbacks: [{ onBatchEnd: ({ step }) => void (step % 500 === 0 && series.push(bytesInUse())) }],
})
console.log(JSON.stringify(bytes))
