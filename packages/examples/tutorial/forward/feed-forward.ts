/** @file The feed-forward pass of the 3-3-1 network, and the product of matrices in it. Imports core, the step's helpers. */
import { TapegradError, type Tensor } from '@tapegrad/core'
import { close, holds, showChecks } from '../check.ts'
import { list, numbersTable, products, short, six } from '../format.ts'
import { double, forwardByLoops, forwardVectorised, INPUT, NETWORK, tensorLayers } from '../network.ts'
import type { Step } from '../step.ts'

/** The first four decimals, as the tutorial prints its results. */
const cut = (x: number): string => (Math.trunc(x * 1e4) / 1e4).toFixed(4)

export const feedForwardStep: Step = {
  title: 'Feed-forward on 3-3-1, by loops and vectorised',
  ours: false,
  run({ terminal }) {
    const { paragraph, print, colors } = terminal
    const loops = forwardByLoops(NETWORK, INPUT)
    const tensors = forwardVectorised(tensorLayers(NETWORK), double(INPUT))
    NETWORK.forEach(({ weight, bias }, l) => {
      print(`  W(${l + 1}) = [${weight.map(list).join(', ')}]`)
      print(`  b(${l + 1}) = ${list(bias)}`)
    })
    print(`  x = ${list(INPUT)}\n`)
    NETWORK.forEach(({ weight, bias }, l) => {
      const inputs = l === 0 ? INPUT : loops[l - 1]!.h
      weight.forEach((row, i) => {
        const { z, h } = loops[l]!
        paragraph(
          `  h${i + 1}(${l + 2}) = f(${products(row, inputs)} + ${short(bias[i]!)}) = f(${short(z[i]!)}) = ${colors.bold(six(h[i]!))}`,
          10,
        )
      })
    })
    print()
    paragraph('  Vectorised, a layer at once: z = linear(h, W, b), that is W h + b, then h = z.sigmoid():')
    print()
    const nodes = loops.flatMap(({ h }, l) =>
      h.map((value, i) => ({
        name: `h${i + 1}(${l + 2})`,
        value,
        vector: Number(tensors[l]!.h.slice([i]).item()),
      })),
    )
    numbersTable(
      terminal,
      ['node', 'loops', 'vectorised', 'cut to four', 'rounded'],
      nodes.map(({ name, value, vector }) => [name, six(value), six(vector), cut(value), value.toFixed(4)]),
    )
    print()
    paragraph(
      '  The tutorial cuts after four digits where one would round: it prints 0.9909 for h3(2) and 0.8354 for h1(3); rounded they are 0.9910 and 0.8355.',
    )
    showChecks(terminal, [
      close(
        'loops and tensors agree to 1e-15',
        nodes.map(({ value }) => value),
        nodes.map(({ vector }) => vector),
        1e-15,
      ),
      close(
        'the outputs are 0.890903, 0.967705, 0.990987 and 0.835456 to six digits',
        nodes.map(({ value }) => value),
        [0.890903, 0.967705, 0.990987, 0.835456],
        5e-7,
      ),
      holds(
        "the tutorial's 0.9909 and 0.8354 are these, cut and not rounded",
        cut(nodes[2]!.value) === '0.9909' && cut(nodes[3]!.value) === '0.8354',
      ),
    ])
  },
}

// ── the product of a matrix and a vector ─────────────────────────────────────

export const matrixStep: Step = {
  title: 'Matrix multiplication: W n + b, row by row',
  ours: true,
  run({ terminal }) {
    const { paragraph, print } = terminal
    const W = [
      [1, 2, 3],
      [4, 5, 6],
    ]
    const b = [0.5, -1]
    const samples = [INPUT, [2, 0, -1]]
    const n = samples[0]!
    paragraph(
      `  W = [${W.map(list).join(', ')}], n = ${list(n)}, b = ${list(b)}. Each row of W meets n once, and gives one number:`,
    )
    print()
    const sums = W.map((row, i) => row.reduce((sum, w, j) => sum + w * n[j]!, b[i]!))
    W.forEach((row, i) => {
      print(
        `  row ${i + 1}: ${products(row, n)} ${b[i]! < 0 ? '-' : '+'} ${short(Math.abs(b[i]!))} = ${short(sums[i]!)}`,
      )
    })
    print()
    paragraph(
      '  Sizes: [2, 3] times [3] is [2]. The inner sizes, 3 and 3, must be equal; they vanish. The other way to read it: W n is a sum of the columns of W,',
    )
    print(
      `\n  ${n.map((value, j) => `${short(value)}·${list(W.map((row) => row[j]!))}`).join(' + ')} = ${list(W.map((_, i) => sums[i]! - b[i]!))}\n`,
    )
    const columns = W.map((_, i) => n.reduce((sum, value, j) => sum + value * W[i]![j]!, 0))

    const batch = samples.map((sample) =>
      W.map((row, i) => row.reduce((sum, w, j) => sum + w * sample[j]!, b[i]!)),
    )
    const [weight, bias] = [double(W), double(b)]
    paragraph(
      `  Two samples at once: as columns of a matrix N, W N + b has two columns. In tapegrad samples are rows, so it is N Wᵀ + b, or linear(N, W, b): ${samples.map(list).join(' and ')} give ${batch.map(list).join(' and ')}.`,
    )
    const refusal = refusalOf(() => weight.matmul(double([1, 2]) as never))
    paragraph(`  Sizes that do not fit are refused: ${refusal}`)
    const layer = [{ weight, bias }]
    showChecks(terminal, [
      close('tapegrad: W.matmul(n).add(b)', values(weight.matmul(double(n) as never).add(bias)), sums, 1e-12),
      close(
        'the sum of columns is the same without b',
        columns,
        sums.map((sum, i) => sum - b[i]!),
        1e-12,
      ),
      close(
        'both samples at once',
        values(forwardVectorised(layer, double(samples))[0]!.z),
        batch.flat(),
        1e-12,
      ),
      holds('the refusal names both inner sizes', /\b3\b.*\b2\b/.test(refusal)),
    ])
  },
}

const values = (x: Tensor): number[] => Array.from(x.data)

function refusalOf(f: () => unknown): string {
  try {
    f()
  } catch (error) {
    if (error instanceof TapegradError) return error.message.replace(/\s*\n\s*/g, ' ')
    throw error
  }
  return 'nothing was refused'
}
