/** @file `pnpm example NAME [flags]`: runs an example, or lists them. Imports common/ and, when asked, an example. */
import { type Example, runExample } from './common/cli.ts'
import { type Terminal, terminalOn } from './common/terminal.ts'

interface Entry {
  readonly about: string
  readonly load: () => Promise<Example>
}

const examples: Readonly<Record<string, Entry>> = {
  article: {
    about: "the backpropagation article's 2-3-2-1 network, every figure by hand and by autograd",
    load: async () => (await import('./article/main.ts')).article,
  },
  ledger: {
    about: 'the same ledger for weights and data of your own, from a JSON file',
    load: async () => (await import('./ledger/main.ts')).ledgerExample,
  },
  tutorial: {
    about: "the tutorial's sections as steps: nodes, feed-forward, gradient descent, backpropagation",
    load: async () => (await import('./tutorial/main.ts')).tutorial,
  },
  iris: {
    about: "the article's iris classifier: online training, accuracy curve, the same by hand",
    load: async () => (await import('./iris/main.ts')).iris,
  },
  digits: {
    about: "the tutorial's classifier of handwritten digits, from two starts; then a better recipe",
    load: async () => (await import('./digits/main.ts')).digits,
  },
  writer: {
    about: 'a tiny transformer reads a book, character by character, and goes on writing',
    load: async () => (await import('./writer/main.ts')).writer,
  },
  'custom-layer': {
    about: 'a layer of your own with an op of your own; gradcheck finds the bug in it',
    load: async () => (await import('./custom-layer/main.ts')).customLayer,
  },
  jacobians: {
    about: "the Jacobians that backpropagation multiplies, with numbers, on the article's network",
    load: async () => (await import('./jacobians/main.ts')).jacobians,
  },
  exercise: {
    about: 'derive a formula of backpropagation yourself, and have it graded',
    load: async () => (await import('./exercise/main.ts')).exercise,
  },
  'second-order': {
    about: "Newton's method on a small network's loss, and a fit with a gradient penalty",
    load: async () => (await import('./second-order/main.ts')).secondOrder,
  },
}

function list({ print, paragraph }: Terminal): void {
  const width = Math.max(...Object.keys(examples).map((name) => name.length))
  print('Examples: pnpm example NAME [flags]; --help tells the flags.')
  for (const [name, { about }] of Object.entries(examples))
    paragraph(`  ${name.padEnd(width)}  ${about}`, width + 2)
}

async function main(args: readonly string[]): Promise<0 | 1> {
  // `pnpm example -- article` and `pnpm example article -- --steps 3` are what npm has taught people to write.
  const [name, ...flags] = args.filter((arg) => arg !== '--')
  const terminal = terminalOn(process.stdout, process.env)
  if (name === undefined || name === '--help' || name === '-h') {
    list(terminal)
    return 0
  }
  const entry = Object.hasOwn(examples, name) ? examples[name] : undefined
  if (entry === undefined) {
    console.error(`example: there is no example '${name}'; there are ${Object.keys(examples).join(', ')}`)
    return 1
  }
  return runExample(name, await entry.load(), flags, terminal, console.error)
}

// `pnpm example article | head` closes the pipe early; that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

process.exitCode = await main(process.argv.slice(2))
