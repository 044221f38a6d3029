/** @file Runs the TypeScript compiler on files and on snippets, with the repository's own settings. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../../..')

/** What the compiler says about one place. `text` is the code that it points at. */
interface Complaint {
  readonly file: string
  readonly start: number
  readonly text: string
  readonly message: string
}

export interface Compilation {
  readonly complaints: readonly Complaint[]
  /** Type instantiations of the whole program: what checking it costs, the same on every machine. */
  readonly instantiations: number
}

/** Checks the named files of this folder, in one program; `snippets` are files that exist only here. */
export function compile(names: readonly string[], snippets: Readonly<Record<string, string>>): Compilation {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const host = ts.createCompilerHost(options)
  const texts = new Map(Object.entries(snippets).map(([name, text]) => [join(here, name), text]))
  const { readFile, fileExists } = host
  host.readFile = (path) => texts.get(path) ?? readFile(path)
  host.fileExists = (path) => texts.has(path) || fileExists(path)
  const all = [...names, ...Object.keys(snippets)]
  const program = ts.createProgram(
    all.map((name) => join(here, name)),
    options,
    host,
  )
  const complaints = all.flatMap((name) => {
    const file = program.getSourceFile(join(here, name))
    if (file === undefined) throw new Error(`${name}: no such file`)
    const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    return diagnostics.map(({ start = 0, length = 0, messageText }) => ({
      file: name,
      start,
      text: file.text.slice(start, start + length),
      message: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }))
  })
  return { complaints, instantiations: program.getInstantiationCount() }
}

/** A mistake with «» around the place that the compiler should point at, and what it should say there. */
type Mistake = readonly [code: string, message: string]

/** One file with every mistake in a block of its own; where each block begins. */
export function mistakesFile(
  preamble: string,
  mistakes: readonly Mistake[],
): { text: string; starts: number[] } {
  let text = preamble
  const starts = mistakes.map(([code]) => {
    text += '{\n'
    const start = text.length
    text += `${code.replace(/[«»]/g, '')}\n}\n`
    return start
  })
  return { text, starts }
}
