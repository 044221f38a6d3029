/** @file A parser for the part of the DOT language that a flat digraph needs, after the grammar in Graphviz' manual. */

export interface Drawing {
  readonly nodes: Map<string, Record<string, string>>
  readonly edges: { from: string; to: string; attributes: Record<string, string> }[]
}

type Token = { readonly kind: 'id' | 'mark'; readonly text: string }

/** Throws at the first character that no token of the language begins with. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const pattern =
    /\s+|(?<word>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*|-?(?:\.\d+|\d+(?:\.\d*)?))|"(?<quoted>(?:[^"\\]|\\[\s\S])*)"|(?<mark>->|[{}[\]=;,])/y
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(text)
    if (match === null) throw new Error(`DOT: unexpected ${JSON.stringify(text.slice(at, at + 20))}`)
    const { word, quoted, mark } = match.groups!
    if (word !== undefined) tokens.push({ kind: 'id', text: word })
    // In a quoted string only \" is an escape; the rest is left to whoever reads the string (labels know \n and \\).
    else if (quoted !== undefined) tokens.push({ kind: 'id', text: quoted.replace(/\\"/g, '"') })
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark })
  }
  return tokens
}

/** `digraph ID { ... }` with node, edge, attribute and `ID = ID` statements; anything else throws. */
export function parseDot(text: string): Drawing {
  const tokens = tokensOf(text)
  let position = 0
  const peek = (): string => tokens[position]?.text ?? 'the end'
  const isMark = (mark: string): boolean =>
    tokens[position]?.kind === 'mark' && tokens[position]!.text === mark
  const accept = (mark: string): boolean => isMark(mark) && ++position > 0
  const expectMark = (mark: string): void => {
    if (!accept(mark)) throw new Error(`DOT: expected ${mark}, got ${peek()}`)
  }
  const id = (): string => {
    if (tokens[position]?.kind !== 'id') throw new Error(`DOT: expected a name, got ${peek()}`)
    return tokens[position++]!.text
  }
  const attributes = (): Record<string, string> => {
    const found: Record<string, string> = {}
    while (accept('[')) {
      while (!accept(']')) {
        const name = id()
        expectMark('=')
        found[name] = id()
        if (!accept(',')) accept(';')
      }
    }
    return found
  }

  const nodes = new Map<string, Record<string, string>>()
  const edges: Drawing['edges'] = []
  if (id() !== 'digraph') throw new Error('DOT: not a digraph')
  if (!isMark('{')) id()
  expectMark('{')
  while (!accept('}')) {
    const first = id()
    if (accept('=')) id()
    else if (accept('->')) edges.push({ from: first, to: id(), attributes: attributes() })
    else if (first === 'node' || first === 'edge' || first === 'graph') attributes()
    else nodes.set(first, attributes())
    accept(';')
  }
  if (position !== tokens.length) throw new Error(`DOT: unexpected ${peek()} after the graph`)
  return { nodes, edges }
}

/** A label as Graphviz shows it: `\n` is a line break, a backslash before anything else that character, `&amp;` an &. */
export const shownLabel = (label: string): string =>
  label.replace(/\\([\s\S])/g, (_, c: string) => (c === 'n' ? '\n' : c)).replace(/&amp;/g, '&')
