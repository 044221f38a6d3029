/** @file One step of training: forward, loss, backward, update, and what is refused on the way. Imports core, errors.ts, finite.ts, optim/. */
import { backward, type Generator, noGrad, TapegradError, Tensor } from '@tapegrad/core/ops'
import { describe, fail, showShape } from '../errors.ts'
import type { Module } from '../module.ts'
import type { AnyOptimizer } from './callbacks.ts'
import { badGradient, explain, generatorsOf } from './finite.ts'

/** What a step makes of a batch. */
export interface Outcome {
  readonly loss: Tensor
  readonly prediction?: unknown
  readonly target?: unknown
}

/** Says what a batch makes: its loss, and what metrics look at. */
export type Forward = (batch: unknown) => Outcome

/** Makes steps of training and of validation. */
export class Stepper {
  readonly #op: string
  readonly #model: Module
  readonly #optimizer: AnyOptimizer
  readonly #forward: Forward
  readonly #parameters: readonly Tensor[]
  readonly #generators: readonly Generator[]

  constructor(op: string, model: Module, optimizer: AnyOptimizer, forward: Forward) {
    this.#op = op
    this.#model = model
    this.#optimizer = optimizer
    this.#forward = forward
    this.#parameters = optimizer.groups.flatMap(({ params }) => params)
    this.#generators = generatorsOf(model)
  }

  /**
   * Computes the gradients of a batch. Throws where the loss or a gradient is not finite, so that the optimizer never
   * makes such a step.
   */
  gradients(batch: unknown, epoch: number, number: number): { outcome: Outcome; loss: number } {
    const states = this.#generators.map(({ state }) => state)
    const outcome = this.#backward(batch)
    const loss = outcome.loss.item()
    const bad = badGradient(this.#parameters)
    if (!Number.isFinite(loss) || bad >= 0) {
      this.#generators.forEach((generator, i) => {
        generator.state = states[i]!
      })
      this.#refuse(
        batch,
        `${epoch}, batch ${number}`,
        Number.isFinite(loss) ? `the gradient of ${this.#nameOf(bad)} is not finite` : `the loss is ${loss}`,
      )
    }
    return { outcome, loss }
  }

  /** The outcome alone, without gradients. */
  evaluate(batch: unknown): { outcome: Outcome; loss: number } {
    const outcome = noGrad(() => this.#outcome(batch))
    return { outcome, loss: outcome.loss.item() }
  }

  #backward(batch: unknown): Outcome {
    this.#optimizer.zeroGrad()
    const outcome = this.#outcome(batch)
    if (!outcome.loss.requiresGrad)
      fail(
        this.#op,
        'the loss does not depend on any parameter that is trained; compute it from the prediction, without detach(), noGrad() or data',
      )
    backward(outcome.loss)
    return outcome
  }

  #outcome(batch: unknown): Outcome {
    const outcome = this.#forward(batch)
    const { loss } = outcome
    if (!(loss instanceof Tensor)) fail(this.#op, `the loss must be a 0-d tensor, got ${describe(loss)}`)
    if (loss.ndim > 0)
      fail(
        this.#op,
        `the loss has shape ${showShape(loss.shape)}, it must be one number: leave out reduction: 'none', or take its mean`,
      )
    return outcome
  }

  #nameOf(index: number): string {
    const parameter = this.#parameters[index]
    const named = this.#model.namedParameters().find(([, own]) => own === parameter)
    return named === undefined ? `parameter ${index} of the optimizer` : named[0]
  }

  /** Throws, with how the numbers came about. */
  #refuse(batch: unknown, place: string, what: string): never {
    const { text, cause } = explain(this.#model, batch, () => {
      this.#backward(batch)
    })
    this.#optimizer.zeroGrad()
    throw new TapegradError(
      this.#op,
      `${what} in epoch ${place}, at the learning rate ${this.#optimizer.lr}; ${text}. The parameters are those before this step; if they grew without bounds, lower the learning rate or clip the gradients with clipNorm`,
      cause === undefined ? {} : { cause },
    )
  }
}
