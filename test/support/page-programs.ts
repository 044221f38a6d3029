/** @file Programs of a page that fail, and their repairs: found in the Markdown, and run in this process. */
import { transform } from 'esbuild'

/** A program, what it prints (an uncaught error's message last), and the lines that repair it. */
export interface Failure {
  readonly title: string
  /** As `ts`: the compiler accepts it. As `js`: it does not, where it is used with these types. */
  readonly language: 'ts' | 'js'
  readonly program: string
  readonly shown: string
  /** In place of the program's last line. */
  readonly fix: string
}

/** The sections `### title` of a page: three blocks each, a program, what it prints, and the fix. */
export function failuresOf(page: string): Failure[] {
  return page
    .split(/^(?=#{2,3} )/m)
    .filter((part) => part.startsWith('### '))
    .map((part) => {
      const title = part.slice(4, part.indexOf('\n'))
      const blocks = [...part.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
        language,
        text: text!,
      }))
      const [program, shown, fix] = blocks
      const languages = blocks.map(({ language }) => language).join(' ')
      if (!/^(ts|js) text (ts|js)$/.test(languages)) throw new Error(`${title}: the blocks are ${languages}`)
      return {
        title,
        language: program!.language as 'ts' | 'js',
        program: program!.text,
        shown: shown!.text.trimEnd(),
        fix: fix!.text,
      }
    })
}

/** The repaired program: the fix in place of its last line. */
export const mended = ({ program, fix }: Failure): string =>
  `${program.trimEnd().split('\n').slice(0, -1).join('\n')}\n${fix}`

/** What a program prints and, where an error ends it, that error. `modules` are what it can import. */
export async function outcomeOf(
  source: string,
  modules: Readonly<Record<string, object>>,
): Promise<{ readonly printed: string; readonly error: Error | null }> {
  const { code } = await transform(source, { loader: 'ts', format: 'esm' })
  const body = code.replace(
    /^import \{([^}]*)\} from "([^"]*)";$/gm,
    (_, names: string, from: string) =>
      `const {${names.replaceAll(' as ', ': ')}} = modules[${JSON.stringify(from)}] ?? missing(${JSON.stringify(from)})`,
  )
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>
  const lines: string[] = []
  const console = { log: (...values: unknown[]): unknown => lines.push(values.map(String).join(' ')) }
  const missing = (from: string): never => {
    throw new Error(`there is no module ${from}`)
  }
  let error: Error | null = null
  try {
    await new AsyncFunction('modules', 'missing', 'console', `${body}\n//# sourceURL=train.ts`)(
      modules,
      missing,
      console,
    )
  } catch (thrown) {
    error = thrown as Error
    lines.push(error.message)
  }
  // Places depend on the width of what stands above.
  const printed = lines.join('\n').replace(/(?<=train\.ts):\d+:\d+/g, ':12:34')
  return { printed: printed.replace(/ +$/gm, ''), error }
}
