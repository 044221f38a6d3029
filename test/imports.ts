/** @file Reads the imports of TypeScript files with the compiler's own parser, and finds cycles and upward imports. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import ts from 'typescript'

/** One import, re-export, `import()` or `import('...')` type. */
export interface Edge {
  readonly from: string
  /** A file of the graph when the specifier is relative, else the specifier itself. */
  readonly to: string
  /** Erased at run time. */
  readonly typeOnly: boolean
}

export interface Graph {
  /** Paths relative to the folder that was read, with forward slashes. */
  readonly files: readonly string[]
  readonly edges: readonly Edge[]
}

/** What a file asks for: specifier and whether only types come through it. */
function importsOf(name: string, text: string): { specifier: string; typeOnly: boolean }[] {
  const found: { specifier: string; typeOnly: boolean }[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ specifier: specifier.text, typeOnly })
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node))
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true)
    else if (ts.isModuleDeclaration(node)) add(node.name, true)
    else if (ts.isExternalModuleReference(node)) add(node.expression, false)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments
      // As in import('name' as string), whose types are not asked for.
      add(specifier && ts.isAsExpression(specifier) ? specifier.expression : specifier, false)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest))
  return found
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  if (importClause.isTypeOnly) return true
  const names = importClause.namedBindings
  const onlyTypes = names !== undefined && ts.isNamedImports(names) && names.elements.length > 0
  return importClause.name === undefined && onlyTypes && names.elements.every((element) => element.isTypeOnly)
}

function isTypeExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return false
  return exportClause.elements.length > 0 && exportClause.elements.every((element) => element.isTypeOnly)
}

/** The graph of a set of files given as path -> text. */
export function graphOf(texts: ReadonlyMap<string, string>): Graph {
  const edges = [...texts].flatMap(([from, text]) =>
    importsOf(from, text).map(({ specifier, typeOnly }) => ({
      from,
      to: specifier.startsWith('.') ? posix.join(dirname(from), specifier) : specifier,
      typeOnly,
    })),
  )
  return { files: [...texts.keys()], edges }
}

/** The texts of all TypeScript files below a folder, by relative path. */
export function readFolder(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = names.filter(
    (name) => name.endsWith('.ts') && !/(^|[\\/])(node_modules|dist)[\\/]/.test(name),
  )
  return new Map(
    sources.sort().map((name) => {
      const path = join(folder, name)
      return [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]
    }),
  )
}

/** Every cycle that a depth-first walk closes, as `a -> b -> a`; type-only imports count. */
export function cyclesOf({ files, edges }: Graph): string[] {
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) cycles.push([...path.slice(start), file].join(' -> '))
    if (start >= 0 || done.has(file)) return
    for (const { from, to } of edges) if (from === file) walk(to, [...path, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
  return cycles
}

/** What a file imports from outside the graph: packages, `node:` modules, files of other folders. */
export function foreignImports({ files, edges }: Graph): string[] {
  return edges.filter(({ to }) => !files.includes(to)).map(({ from, to }) => `${from} imports ${to}`)
}

/**
 * What breaks the reading order: files that are not in it, entries that stand for no file, and imports of something that
 * is not above. An entry that ends in a slash covers a folder, whose files may import one another.
 */
export function orderBreaks({ files, edges }: Graph, order: readonly string[]): string[] {
  const covers = (entry: string, file: string): boolean =>
    entry.endsWith('/') ? file.startsWith(entry) : file === entry
  const placeOf = (file: string): number => order.findIndex((entry) => covers(entry, file))
  const unlisted = files
    .filter((file) => placeOf(file) < 0)
    .map((file) => `${file}: not in the reading order`)
  const empty = order
    .filter((_, place) => !files.some((file) => placeOf(file) === place))
    .map((entry) => `${entry}: in the reading order, but there is no such file`)
  const wrong = edges
    .filter(({ from, to }) => {
      const [source, target] = [placeOf(from), placeOf(to)]
      return target > source || (target === source && !order[source]?.endsWith('/'))
    })
    .map(({ from, to }) => `${from} imports ${to}, which is not above it`)
  return [...unlisted, ...empty, ...wrong]
}
