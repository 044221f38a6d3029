/** @file No layer without rows in the table, and none without PyTorch's values. */
import { readdirSync, readFileSync } from 'node:fs'
import * as nn from '@tapegrad/nn'
import { expect, it } from 'vitest'
import { LossModule } from '../../src/losses/module.ts'
import { ROWS } from './rows.ts'

/** What others are built on. */
const BASES = ['Module', 'Layer', 'Activation']
/** PyTorch has nothing of their kind: they compute what the layers in them compute. */
const OWN = ['Lambda', 'Residual', 'Sequential']

const isLayer = (value: unknown): boolean => {
  if (typeof value !== 'function') return false
  const { prototype } = value as { prototype: unknown }
  // Losses have tables of their own: test/losses.
  return prototype instanceof nn.Module && !(prototype instanceof LossModule)
}
const layers = Object.entries(nn)
  .filter(([name, value]) => isLayer(value) && !BASES.includes(name))
  .map(([name]) => name)
  .sort()

const folder = new URL('../goldens/', import.meta.url)
const kinds = readdirSync(folder)
  .filter((name) => name.startsWith('layers-'))
  .flatMap((name) => Object.keys(JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as object))

it('every layer has rows in the table, and nothing else has', () => {
  expect(layers.length).toBeGreaterThan(25)
  expect([...new Set(ROWS.map(({ layer }) => layer))].sort()).toEqual(layers)
})

it('every layer has goldens, but those that PyTorch has nothing like', () => {
  expect([...kinds, ...OWN].sort()).toEqual(layers)
})
