/** @file How long a feed-forward pass takes, by loops and by tensors. Imports core, the step's helpers. */
import { noGrad } from '@tapegrad/core'
import { close, showChecks } from '../check.ts'
import { list, numbersTable } from '../format.ts'
import {
  double,
  forwardByLoops,
  forwardVectorised,
  INPUT,
  NETWORK,
  type PlainLayer,
  tensorLayers,
} from '../network.ts'
import type { Step } from '../step.ts'

/** Our choice: of the tutorial's network of four layers only the time is carried over. */
const ADDED: PlainLayer = {
  weight: [
    [0.3, 0.3, 0.3],
    [0.3, 0.3, 0.3],
    [0.3, 0.3, 0.3],
  ],
  bias: [0.1, 0.1, 0.1],
}

/** Wide enough for the tensors' fixed cost to matter little. */
const WIDE = 300

export const timingStep: Step = {
  title: 'How long it takes',
  ours: false,
  run({ terminal }) {
    const { paragraph, print } = terminal
    const four = [NETWORK[0]!, ADDED, NETWORK[1]!]
    const wide = wideNetwork()
    const networks = [
      { name: '3-3-1', layers: NETWORK, input: INPUT, tutorial: '40' },
      { name: '3-3-3-1', layers: four, input: INPUT, tutorial: '70' },
      { name: `${WIDE}-${WIDE}-${WIDE}`, layers: wide, input: sines(WIDE, 0), tutorial: '' },
    ]
    const seconds = noGrad(() => fastest(networks.flatMap(passes)))
    const cases = networks.map((network, k) => ({
      ...network,
      loops: seconds[2 * k]!,
      vectorised: seconds[2 * k + 1]!,
    }))
    paragraph(
      `  Microseconds for one pass, measured now on this machine, beside what the tutorial reports for its loops in Python. ` +
        `The fourth layer is our own: 3 more nodes after the hidden ones, all weights 0.3, biases ${list(ADDED.bias)}.`,
    )
    print()
    numbersTable(
      terminal,
      ['network', 'loops', 'vectorised', "tutorial's loops"],
      cases.map(({ name, loops, vectorised, tutorial }) => [
        name,
        microseconds(loops),
        microseconds(vectorised),
        tutorial,
      ]),
    )
    print()
    const [small, large] = [cases[0]!, cases.at(-1)!]
    paragraph(
      `  The engine compiles our loops; Python interprets its own. On 3 nodes ${ratio(small)}: a tensor operation has a fixed cost, however few numbers it works on. ` +
        `On ${WIDE} nodes ${ratio(large)}.`,
    )
    showChecks(
      terminal,
      cases.map(({ name, layers, input }) =>
        close(
          `${name}: loops and tensors agree to 1e-12`,
          forwardByLoops(layers, input).at(-1)!.h,
          Array.from(forwardVectorised(tensorLayers(layers), double(input)).at(-1)!.h.data),
          1e-12,
        ),
      ),
    )
  },
}

interface Case {
  /** Seconds. */
  readonly loops: number
  readonly vectorised: number
}

const microseconds = (seconds: number): string => (1e6 * seconds).toFixed(2)

function ratio({ loops, vectorised }: Case): string {
  const factor = Math.max(loops, vectorised) / Math.min(loops, vectorised)
  if (factor < 1.2) return 'both take about as long'
  return `${loops < vectorised ? 'the loops' : 'the tensors'} are ${factor.toFixed(factor < 10 ? 1 : 0)} times as fast`
}

const sines = (count: number, offset: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(offset + i))

function wideNetwork(): PlainLayer[] {
  return [0, 1].map((l) => ({
    weight: Array.from({ length: WIDE }, (_, i) => sines(WIDE, i + l).map((w) => w / WIDE)),
    bias: sines(WIDE, l),
  }))
}

/** The tensors of a network and its input are made once: a pass is timed, not that. */
function passes({ layers, input }: { layers: readonly PlainLayer[]; input: readonly number[] }) {
  const [tensors, x] = [tensorLayers(layers), double(input)]
  return [() => forwardByLoops(layers, input), () => forwardVectorised(tensors, x)]
}

/** Seconds that a call is repeated for, before it counts and in each round. */
const [WARM, ROUND, ROUNDS] = [0.02, 0.004, 12]

/**
 * Seconds of one call, for each of the calls. The engine compiles what runs often, so all run for a while before any
 * counts. They take turns, and the fastest round counts: whatever else the machine does makes a round slower.
 */
export function fastest(
  calls: readonly (() => unknown)[],
  clock: () => number = () => performance.now() / 1000,
): number[] {
  const timed = (call: () => unknown, repeats: number): number => {
    const began = clock()
    for (let i = 0; i < repeats; i++) call()
    return clock() - began
  }
  const repeats = calls.map((call) => {
    let count = 1
    while (timed(call, count) < WARM) count *= 2
    return count
  })
  const best = calls.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, call] of calls.entries()) {
      const count = Math.max(1, Math.round((repeats[i]! * ROUND) / WARM))
      best[i] = Math.min(best[i]!, timed(call, count) / count)
    }
  }
  return best
}
