/** @file Where a text is not JSON, by line and with a way to mend it: what JSON.parse says differs by engine, and has no line. Imports nothing. */

export interface JsonMistake {
  /** From 1. */
  readonly line: number
  /** What is wrong, and how to mend it. */
  readonly text: string
}

/** What may come next. */
type State = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'more' | 'end'

interface Open {
  readonly bracket: '{' | '['
  readonly line: number
  /** Of an object: the keys so far, with their lines. */
  readonly keys: Map<string, number>
}

const SPACE = /[ \t\r\n]*/y
const STRING = /"[^"\\\p{Cc}]*(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[^"\\\p{Cc}]*)*"/uy
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
/** What people write that is near to a number. */
const NEARLY = /[+-]?(?:\.\d|Infinity|NaN|\d)/y

/** The first place where a text is not JSON, or where a key stands twice in an object; null if there is none. */
export function jsonMistake(text: string): JsonMistake | null {
  const open: Open[] = []
  let state: State = 'value'
  let at = 0
  let line = 1
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? null
  }
  const afterValue = (): State => (open.length === 0 ? 'end' : 'more')
  for (;;) {
    const space = take(SPACE)!
    at += space.length
    line += space.split('\n').length - 1
    const wrong = (what: string): JsonMistake => ({ line, text: what })
    const next = text[at]
    if (next === undefined) return state === 'end' ? null : wrong(endsEarly(open.at(-1)))
    const inside = open.at(-1)
    const closing = inside?.bracket === '{' ? '}' : ']'
    let length = 1
    if (state === 'end') return wrong(`${shown(text, at)} stands behind the end; the file must be one {...}`)
    if (next === closing && (state === 'more' || state === `value or ]` || state === 'key or }')) {
      open.pop()
      state = afterValue()
    } else if (state === 'more') {
      if (next !== ',') return wrong(noComma(text, at, closing, take(NEARLY) !== null || next === '.'))
      state = inside!.bracket === '{' ? 'key' : 'value'
    } else if (state === ':') {
      if (next !== ':') return wrong(`a key needs a colon behind it, but here is ${shown(text, at)}`)
      state = 'value'
    } else if (state === 'key' || state === 'key or }') {
      const key = take(STRING)
      if (key === null) return wrong(noKey(text, at))
      const name = JSON.parse(key) as string
      const before = inside!.keys.get(name)
      if (before !== undefined) {
        const place = before === line ? '' : `, first in line ${before}`
        return wrong(`${shown(text, at)} stands here a second time${place}; remove one`)
      }
      inside!.keys.set(name, line)
      length = key.length
      state = ':'
    } else if (next === '{' || next === '[') {
      open.push({ bracket: next, line, keys: new Map() })
      state = next === '{' ? 'key or }' : 'value or ]'
    } else {
      const value = next === '"' ? take(STRING) : take(SCALAR)
      if (value === null) return wrong(noValue(text, at, take(NEARLY)))
      length = value.length
      state = afterValue()
    }
    at += length
  }
}

const endsEarly = (inside: Open | undefined): string =>
  inside === undefined
    ? 'the file is empty'
    : `the file ends here, but the ${inside.bracket} of line ${inside.line} is not closed`

/** What stands at a place: a word or a sign. */
function shown(text: string, at: number): string {
  const word = /^(?:[\p{L}\p{N}_.+-]{1,20}|"[^"\n]{0,20}"?|.)/su.exec(text.slice(at, at + 40))![0]
  return word.startsWith('"') ? word.replace(/\p{C}/gu, '?') : `'${word.replace(/\p{C}/gu, '?')}'`
}

const QUOTES = 'texts and keys stand in double quotes, "like this"'

function noComma(text: string, at: number, closing: string, number: boolean): string {
  if (text.startsWith('//', at) || text.startsWith('/*', at)) return 'JSON has no comments; remove it'
  if (number) return `${shown(text, at)}: a comma is missing before it, or a number is not written like 0.5`
  return `expected a comma or ${closing}, but here is ${shown(text, at)}`
}

function noKey(text: string, at: number): string {
  if (text.startsWith('//', at) || text.startsWith('/*', at)) return 'JSON has no comments; remove it'
  if (text[at] === '}') return 'the comma before } is one too many; remove it'
  if (text[at] === '"') return `${shown(text, at)}: this key is not closed by a double quote, or has a bad \\`
  return `expected a key, but here is ${shown(text, at)}; ${QUOTES}`
}

function noValue(text: string, at: number, nearly: string | null): string {
  const found = shown(text, at)
  if (text.startsWith('//', at) || text.startsWith('/*', at)) return 'JSON has no comments; remove it'
  if (nearly !== null) return `${found} is no number in JSON; write numbers like 0.5, -2 or 1e-3`
  if (text[at] === ']' || text[at] === '}')
    return `expected a value, but here is ${found}; a comma or colon before it is one too many, or the value is missing`
  if (text[at] === ',') return 'a value is missing before this comma'
  if (text[at] === '"') return `${found}: this text is not closed by a double quote, or has a bad \\`
  return `expected a value, but here is ${found}; ${QUOTES}`
}
