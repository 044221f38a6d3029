/** @file A node and the 3-3-1 network as drawings, and the notation on them. Imports core, the step's helpers, drawing.ts. */
import { grad, type Tensor } from '@tapegrad/core'
import { close, holds, showChecks } from '../check.ts'
import { type Arrow, type Circle, draw, type Place } from '../drawing.ts'
import { numbersTable, products, short, six } from '../format.ts'
import {
  double,
  forwardByLoops,
  forwardVectorised,
  INPUT,
  NETWORK,
  sigmoidOf,
  tensorLayers,
} from '../network.ts'
import type { Step } from '../step.ts'

const [FIRST, SECOND] = NETWORK as [(typeof NETWORK)[number], (typeof NETWORK)[number]]

export const drawingStep: Step = {
  title: 'A node, and a network of nodes',
  ours: false,
  async run({ terminal, figure: save }) {
    const { paragraph, print } = terminal
    const weights = FIRST.weight[0]!
    const bias = FIRST.bias[0]!
    const sum = weights.reduce((total, w, j) => total + w * INPUT[j]!, bias)
    paragraph(
      '  A node weighs its inputs, adds a bias (the weight of an input that is always +1), and puts the sum through f:',
    )
    print('\n  h = f(w1 x1 + w2 x2 + w3 x3 + b)')
    print(
      `    = f(${products(weights, INPUT)} + ${short(bias)}) = f(${short(sum)}) = ${six(sigmoidOf(sum))}\n`,
    )
    paragraph(
      '  A network puts nodes side by side into a layer, and layers one after the other. Ours has 3 inputs, 3 hidden nodes and 1 output: 3-3-1. ' +
        `It has ${3 * 3 + 3} weights and ${3 + 1} biases; the node above is the first of the hidden ones.`,
    )
    const node = double(weights).mul(double(INPUT)).sum().add(bias).sigmoid().item()
    const counted = NETWORK.map(({ weight, bias: b }) => [weight.flat().length, b.length])
    showChecks(terminal, [
      close(
        "the node by tapegrad, and as the network's first hidden node",
        hiddenOf(node),
        hiddenOf(sigmoidOf(sum)),
        1e-15,
      ),
      close('9 + 3 weights and 3 + 1 biases', counted.flat(), [9, 3, 3, 1], 0),
    ])
    save('node', await nodeFigure(weights, bias, sum))
    save('network', await networkFigure())
  },
}

/** A value beside the same of the network. */
const hiddenOf = (value: number): number[] => [value, forwardByLoops(NETWORK, INPUT)[0]!.h[0]!]

// ── drawings ─────────────────────────────────────────────────────────────────

const RADIUS = 36

function nodeFigure(weights: readonly number[], bias: number, sum: number): Promise<string> {
  const node: Circle = { x: 370, y: 240, text: 'sum,\nthen f', radius: 46, kind: 'node' }
  const inputs = INPUT.map(
    (value, j): Circle => ({
      x: 100,
      y: 120 + 85 * j,
      text: `x${j + 1}\n${value}`,
      radius: 30,
      kind: 'input',
    }),
  )
  const one: Circle = { x: 100, y: 375, text: '+1', radius: 30, kind: 'bias' }
  const out: Place = { x: 690, y: 240, radius: 0 }
  return draw(
    {
      title: 'A node: the weighted sum of its inputs, and f of it',
      subtitle: `h = f(${products(weights, INPUT)} + ${bias}), f(z) = 1 / (1 + e^-z)`,
    },
    {
      circles: [...inputs, one, node],
      arrows: [
        ...inputs.map((from, j): Arrow => ({ from, to: node, label: `w${j + 1} = ${weights[j]}`, at: 0.45 })),
        { from: one, to: node, label: `b = ${bias}`, at: 0.45 },
        { from: node, to: out, label: `h = f(${short(sum)}) = ${six(sigmoidOf(sum))}`, at: 0.52 },
      ],
      captions: [],
    },
    430,
  )
}

/** What stands on an arrow and in a circle; l, i and j count from 1. */
interface Labels {
  weight(l: number, i: number, j: number): string
  bias(l: number, i: number): string
  node(l: number, i: number): string
}

const COLUMNS = [110, 380, 610] as const
const ROWS = [140, 250, 360] as const
const BIAS_ROW = 475

function drawNetwork(labels: Labels, text: { title: string; subtitle: string }): Promise<string> {
  const circle = (l: number, i: number, y: number, kind: Circle['kind']): Circle => ({
    x: COLUMNS[l - 1]!,
    y,
    text: labels.node(l, i),
    radius: RADIUS,
    kind,
  })
  const layers = [
    ROWS.map((y, i) => circle(1, i + 1, y, 'input')),
    ROWS.map((y, i) => circle(2, i + 1, y, 'node')),
    [circle(3, 1, ROWS[1], 'node')],
  ]
  const ones = [1, 2].map((l): Circle => ({ ...circle(l, 1, BIAS_ROW, 'bias'), text: '+1', radius: 24 }))
  // Near the inputs, where the nine lines are far apart; they cross further on.
  const at = [0.25, 0.45]
  const arrows = [1, 2].flatMap((l) =>
    layers[l]!.flatMap((to, i) => [
      ...layers[l - 1]!.map(
        (from, j): Arrow => ({ from, to, label: labels.weight(l, i + 1, j + 1), at: at[l - 1]! }),
      ),
      { from: ones[l - 1]!, to, label: labels.bias(l, i + 1), at: at[l - 1]! },
    ]),
  )
  const captions = ['layer 1: input', 'layer 2: hidden', 'layer 3: output'].map((caption, l) => ({
    x: COLUMNS[l]!,
    y: 88,
    text: caption,
  }))
  return draw(text, { circles: [...layers.flat(), ...ones], arrows, captions }, 525)
}

function networkFigure(): Promise<string> {
  const outputs = [INPUT, ...forwardByLoops(NETWORK, INPUT).map(({ h }) => h)]
  return drawNetwork(
    {
      weight: (l, i, j) => String(NETWORK[l - 1]!.weight[i - 1]![j - 1]),
      bias: (l, i) => String(NETWORK[l - 1]!.bias[i - 1]),
      node: (l, i) => (l === 1 ? `x${i}\n${INPUT[i - 1]}` : `h${i}(${l})\n${six(outputs[l - 1]![i - 1]!)}`),
    },
    { title: 'The 3-3-1 network', subtitle: 'weights and biases on the arrows, outputs in the nodes' },
  )
}

// ── notation ─────────────────────────────────────────────────────────────────

export const notationStep: Step = {
  title: 'The notation: w_ij(l), b_i(l), h_j(l)',
  ours: false,
  async run({ terminal, figure: save }) {
    const { paragraph, print } = terminal
    const [hidden, output] = forwardByLoops(NETWORK, INPUT).map(({ h }) => h) as [number[], number[]]
    const rows = [
      ['w_ij(l)', 'from node j of layer l to node i of layer l + 1: to, from'],
      ['b_i(l)', 'from the +1 of layer l to node i of layer l + 1'],
      ['h_j(l)', 'the output of node j of layer l; h_j(1) is the input x_j'],
      ['W(l), b(l), h(l)', 'all of them; row i of W(l) goes into node i of layer l + 1'],
    ]
    numbersTable(terminal, ['name', 'what it is'], rows, 2)
    print()
    numbersTable(
      terminal,
      ['here', '', 'value'],
      [
        ['w12(1)', 'from input 2 to hidden node 1', String(FIRST.weight[0]![1])],
        ['w21(1)', 'from input 1 to hidden node 2', String(FIRST.weight[1]![0])],
        ['w31(1)', 'from input 1 to hidden node 3', String(FIRST.weight[2]![0])],
        ['w13(2)', 'from hidden node 3 to the output', String(SECOND.weight[0]![2])],
        ['b2(1)', 'into hidden node 2', String(FIRST.bias[1])],
        ['b1(2)', 'into the output', String(SECOND.bias[0])],
        ['h2(1)', 'input 2, x2', String(INPUT[1])],
        ['h2(2)', 'output of hidden node 2', six(hidden[1]!)],
        ['h1(3)', 'output of the network', six(output[0]!)],
      ],
      2,
    )
    print()
    paragraph(
      '  A bias is counted by the layer it leaves, as a weight is: b(1) belongs to W(1) and goes into layer 2.',
    )
    showChecks(terminal, [
      holds(
        'W(1) is [3, 3] and W(2) is [1, 3]: [nodes it goes to, nodes it comes from]',
        tensorLayers(NETWORK)
          .map(({ weight }) => weight.shape.join())
          .join(' ') === '3,3 1,3',
      ),
      holds(
        'autograd: h2(2) depends on row 2 of W(1), w21(1), w22(1) and w23(1), and on b2(1); on no other weight or bias',
        sensitivities().every((slopes, i) => slopes.every((slope) => (slope !== 0) === (i === 1))),
      ),
    ])
    save(
      'notation',
      await drawNetwork(
        {
          weight: (l, i, j) => `w${i}${j}(${l})`,
          bias: (l, i) => `b${i}(${l})`,
          node: (l, i) => (l === 1 ? `h${i}(1)\n= x${i}` : `h${i}(${l})`),
        },
        {
          title: 'The names on the 3-3-1 network',
          subtitle: 'w_ij(l): to node i of layer l + 1, from node j of layer l',
        },
      ),
    )
  },
}

/** The slopes of h2(2) by each row of W(1) with its bias. */
function sensitivities(): number[][] {
  const [{ weight, bias }] = tensorLayers(NETWORK) as [ReturnType<typeof tensorLayers>[number]]
  const second = (W: Tensor, b: Tensor): Tensor =>
    forwardVectorised([{ weight: W, bias: b }], double(INPUT))[0]!.h.slice([1]) as Tensor
  const [byWeight, byBias] = grad(second, { argnums: [0, 1] })(weight, bias) as [Tensor, Tensor]
  return FIRST.weight.map((row, i) => [
    ...row.map((_, j) => byWeight.slice([i, j]).item()),
    byBias.slice([i]).item(),
  ])
}
