/** @file The steps of docs/add-an-op.md as edits of files, its table of mistakes, and the compiler on what comes of them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'

/** A block of the page, and where it goes. */
export interface Edit {
  readonly step: number
  readonly language: string
  readonly path: string
  readonly place: 'new file' | 'end' | { readonly after: string }
  readonly code: string
}

/** A line of the table of mistakes: who complains, and how. */
export interface Mistake {
  readonly name: string
  readonly step: number
  /** In that step, this for that; without it, the whole step is left out. */
  readonly change?: readonly [right: string, wrong: string]
  /** `tsc`, or the path of a test in `packages/core/test`. */
  readonly who: string
  readonly says: string
}

const codes = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)

/** The blocks of TypeScript and Python in order. The paragraph above each says the file, or it is that of the last one. */
export function editsOf(page: string): Edit[] {
  const edits: Edit[] = []
  for (const [, prose, language, code] of page.matchAll(/((?:^[^\n]+\n)+)\n```(ts|python)\n(.*?)^```$/gms)) {
    const before = edits.at(-1)
    const step = /^\*\*(\d+)\.\*\*/.exec(prose!)?.[1]
    const path = codes(prose!).find((text) => /^(src|test|scripts)\/.*\.(ts|py)$/.test(text)) ?? before?.path
    const after = /after\s+the\s+line\s+`([^`]+)`\s*$/.exec(prose!)?.[1]
    const place = /a new file/.test(prose!) ? 'new file' : /at its end/.test(prose!) ? 'end' : undefined
    if (path === undefined || (after === undefined) === (place === undefined))
      throw new Error(`where does this block go?\n${prose}${code}`)
    edits.push({
      step: step === undefined ? before!.step : Number(step),
      language: language!,
      path,
      place: place ?? { after: after! },
      code: code!,
    })
  }
  return edits
}

/** `no step 1`, `step 1 without A`, `step 1 with B for A`. */
export function mistakesOf(page: string): Mistake[] {
  const lines = page.matchAll(/^\| ((?:no )?step (\d+).*?) *\| (\S+): `(.*)` *\|$/gm)
  return [...lines].map(([, name, step, who, says]) => {
    const [first, second] = codes(name!)
    const mistake = { name: name!, step: Number(step), who: who!, says: says! }
    if (first === undefined) return mistake
    return { ...mistake, change: second === undefined ? [first, ''] : [second, first] }
  })
}

/** The files of a folder that the steps change, as they are then. */
export async function edited(folder: string, steps: readonly Edit[]): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const { path, place, code } of steps) {
    if (place === 'new file') {
      files.set(path, code)
      continue
    }
    const text = files.get(path) ?? (await readFile(join(folder, path), 'utf8'))
    if (place === 'end') {
      files.set(path, text + code)
      continue
    }
    const lines = text.split('\n')
    const places = [...lines.keys()].filter((i) => lines[i]!.trim() === place.after)
    if (places.length !== 1)
      throw new Error(`${path} has ${places.length} lines "${place.after}", there must be one`)
    const at = places[0]!
    files.set(path, [...lines.slice(0, at + 1), code.trimEnd(), ...lines.slice(at + 1)].join('\n'))
  }
  return files
}

/** The compiler on a core with some files changed in memory; what it has parsed, it keeps. */
export class Compiler {
  private readonly core: string
  private readonly parsed = new Map<string, ts.SourceFile | undefined>()

  constructor(core: string) {
    this.core = core
  }

  /** What it says about the named files. */
  complaints(names: readonly string[], changed: ReadonlyMap<string, string>): string[] {
    const { config } = ts.readConfigFile(join(this.core, '../../tsconfig.base.json'), ts.sys.readFile)
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, this.core)
    const host = ts.createCompilerHost(options)
    const texts = new Map([...changed].map(([path, text]) => [join(this.core, path), text]))
    const { fileExists, getSourceFile } = host
    host.fileExists = (path) => texts.has(path) || fileExists(path)
    host.getSourceFile = (path, how) => {
      const text = texts.get(path)
      if (text !== undefined) return ts.createSourceFile(path, text, how)
      if (!this.parsed.has(path)) this.parsed.set(path, getSourceFile(path, how))
      return this.parsed.get(path)
    }
    const files = names.map((name) => join(this.core, name)).filter((name) => host.fileExists(name))
    const program = ts.createProgram(files, options, host)
    return files
      .map((name) => program.getSourceFile(name)!)
      .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
      .map(
        ({ file, messageText }) =>
          `${file?.fileName.slice(this.core.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      )
  }
}
