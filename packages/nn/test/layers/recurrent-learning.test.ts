/** @file RNN, GRU and LSTM learn what needs a memory: the parity of five bits. */
import { Generator, type Tensor, tensor } from '@tapegrad/core'
import { Adam, accuracy, crossEntropy, Dense, GRU, LSTM, RNN, sequential } from '@tapegrad/nn'
import { expect, it } from 'vitest'

// All sequences: no bit, nor any few of them, say anything about the parity, so nothing is learned without all five.
const sequences = Array.from({ length: 32 }, (_, i) => Array.from({ length: 5 }, (_, t) => (i >> t) & 1))
const bits = tensor(sequences.flat().map((bit) => 2 * bit - 1)).reshape([32, 5, 1])
const parity = tensor(Int32Array.from(sequences, (row) => row.reduce((odd, bit) => odd ^ bit, 0)))

// Seeds from which it is quick; from others it may take some hundred steps more, or end on the plateau at ln 2.
it.each([
  ['RNN', RNN, 7],
  ['GRU', GRU, 5],
  ['LSTM', LSTM, 6],
] as const)('%s', (_, Kind, seed) => {
  const generator = new Generator(seed)
  const recurrent = new Kind(1, 8, { returns: 'last', generator })
  const model = sequential(recurrent as RNN<1, 8, 'last'>, new Dense(8, 2, { generator }))
  const optimizer = new Adam(model.parameters(), { lr: 0.025 })
  const losses = Array.from({ length: 160 }, () => {
    optimizer.zeroGrad()
    const loss = crossEntropy(model.call(bits), parity as Tensor<[32]>)
    loss.backward()
    optimizer.step()
    return loss.item()
  })
  // Chance is ln 2 = 0.69.
  expect(losses[0]).toBeGreaterThan(0.65)
  expect(losses.at(-1)).toBeLessThan(0.05)
  expect(accuracy(model.call(bits), parity as Tensor<[32]>)).toBe(1)
})
