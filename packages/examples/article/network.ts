/** @file The article's network and the figures it prints. Imports core and nn. */
import { readFileSync } from 'node:fs'
import { tensor } from '@tapegrad/core'
import { Dense, ReLU, Sequential, Sigmoid, Tanh } from '@tapegrad/nn'

/** The parts of data/article-network.json that programs read. */
interface ArticleData {
  readonly x: readonly number[]
  readonly y: number
  readonly learningRate: number
  readonly printed: Readonly<Record<string, string | readonly (string | number)[]>>
  readonly [parameter: `W${number}`]: readonly (readonly number[])[]
  readonly [parameter: `b${number}`]: readonly number[]
}

const article = JSON.parse(
  readFileSync(new URL('../data/article-network.json', import.meta.url), 'utf8'),
) as ArticleData

export const LEARNING_RATE = article.learningRate
export const LAYERS = 3
/** How far `--preset gentle` divides weights and biases: then no sigmoid is saturated. */
const GENTLE = 4

export const ACTIVATIONS = { sigmoid: Sigmoid, tanh: Tanh, relu: ReLU } as const
export type ActivationName = keyof typeof ACTIVATIONS

export interface NetworkOptions {
  /** W2[1][1]: the article declares 2 and computes with 3. */
  readonly w25?: 2 | 3
  readonly gentle?: boolean
  /** One per layer. */
  readonly activations?: readonly ActivationName[]
  readonly dtype?: 'float32' | 'float64'
}

/** The 2-3-2-1 network with the article's weights. */
export function articleNetwork(options: NetworkOptions = {}): Sequential {
  const {
    w25 = 3,
    gentle = false,
    activations = ['sigmoid', 'sigmoid', 'sigmoid'],
    dtype = 'float64',
  } = options
  const divisor = gentle ? GENTLE : 1
  const layers = []
  for (let l = 1; l <= LAYERS; l++) {
    const weight = article[`W${l}`]!.map((row) => [...row])
    if (l === 2) weight[1]![1] = w25
    const dense = new Dense(weight[0]!.length, weight.length).to(dtype)
    dense.weight.assign(tensor(weight, { dtype }).div(divisor))
    dense.bias!.assign(tensor(article[`b${l}`]!, { dtype }).div(divisor))
    layers.push(dense, new ACTIVATIONS[activations[l - 1]!]())
  }
  return new Sequential(...layers)
}

/** The one sample, with label 1. */
export function articleSample(dtype: 'float32' | 'float64' = 'float64') {
  return { x: tensor(article.x, { dtype }), y: tensor([article.y], { dtype }) }
}

/** The article's rule: class 1 from one half on. */
export const predictedClass = (yhat: number): 0 | 1 => (yhat >= 0.5 ? 1 : 0)

// ── what the article prints ──────────────────────────────────────────────────

/** Figures by the id of the ledger's row: `delta1[1]` and so on, as the article prints them. */
export const PRINTED: ReadonlyMap<string, string> = figures()

function figures(): Map<string, string> {
  const ids: Record<string, string> = { W3T_delta3: 'backprop2' }
  const result = new Map<string, string>()
  for (const [name, value] of Object.entries(article.printed)) {
    const list = Array.isArray(value) ? value : [value]
    for (const [i, figure] of list.entries()) result.set(`${ids[name] ?? name}[${i}]`, String(figure))
  }
  return result
}

/** Why two of the printed figures are not what the article's own numbers give. */
export const ERRATA: ReadonlyMap<string, string> = new Map([
  [
    'fPrime1[2]',
    'fPrime1[2] is misprinted: f(10) f(-10) is 0.000045395807736, as the n1[2] that the article prints confirms.',
  ],
  [
    'delta1[1]',
    'delta1[1] mixes two values of w(2,5), our W2[1][1]: the article declares 2, computes z2[1] with 3, then carries the error back with 2: 1.234e-4·(1·(-1.523e-8) + 2·(-2.317e-9)) = -2.451e-12. With 3 both ways it is -2.737e-12.',
  ],
])

/**
 * Whether `value` is the printed figure, to one unit in its last digit: most figures are rounded to 15 decimals, some
 * are cut off. Figures without decimals are exact.
 */
export function matchesPrinted(value: number, figure: string): boolean {
  const decimals = figure.split('.')[1]?.length ?? 0
  const unit = decimals === 0 ? 1e-12 : 10 ** -decimals
  // The difference of exactly one unit comes out a little larger or smaller, as float64 rounds both numbers.
  return Math.abs(value - Number(figure)) <= 1.001 * unit
}
