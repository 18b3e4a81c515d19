import { MisuseError } from './misuse.ts'
import { checkOptions, optionNames } from './option-names.ts'
import { printable } from './text.ts'

/** What a tool says of itself: the annotations of the Model Context Protocol, with its names and defaults. */
export interface ToolAnnotations {
  /** A title for people. */
  readonly title?: string
  /** It changes nothing in its environment. @default false */
  readonly readOnlyHint?: boolean
  /** What it changes may destroy; means something only where it is not read-only. @default true */
  readonly destructiveHint?: boolean
  /** The same call made again changes nothing more; means something only where it is not read-only. @default false */
  readonly idempotentHint?: boolean
  /** It reaches beyond a closed domain, e.g. the web. @default true */
  readonly openWorldHint?: boolean
}

const ANNOTATIONS = optionNames<ToolAnnotations>({
  title: true,
  readOnlyHint: true,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: true,
})

/** Throws a {@link MisuseError} for annotations that are impossible. */
export function checkAnnotations(option: string, annotations: ToolAnnotations): void {
  checkOptions(option, annotations, ANNOTATIONS)
  for (const name of ANNOTATIONS as ReadonlySet<keyof ToolAnnotations>) {
    const value: unknown = annotations[name]
    if (value !== undefined && !isOfItsKind(name, value))
      throw new MisuseError(`${option}.${name}`, name === 'title' ? 'a string' : 'true or false', value)
  }
}

/** How many names are said of those that a server has given and that mean nothing here. */
const MAX_IGNORED = 100

/**
 * The annotations of a tool that someone else has written, e.g. an MCP server: those that mean something here and are of
 * the right kind. Where your own annotations are wrong `defineTool` throws; a foreign server's must not keep its tools from
 * running.
 *
 * @param given what the server sent
 * @param onIgnored gets the names of what was left out, where there is any; collect them, and say so once for each server
 *
 * @example
 * ```ts
 * import { foreignAnnotations } from 'aof-runtime'
 *
 * const sent = { readOnlyHint: true, destructiveHint: 'no', audience: ['user'] }
 * const annotations = foreignAnnotations(sent, (names) => console.warn(`ignored: ${names.join(', ')}`))
 * console.log(annotations) // { readOnlyHint: true }
 * ```
 */
export function foreignAnnotations(given: unknown, onIgnored?: (names: readonly string[]) => void): ToolAnnotations {
  const annotations: Record<string, unknown> = {}
  if (typeof given !== 'object' || given === null) return annotations
  const ignored: string[] = []
  for (const [name, value] of Object.entries(given)) {
    if (ANNOTATIONS.has(name) && isOfItsKind(name, value)) annotations[name] = value
    else if (ignored.length < MAX_IGNORED) ignored.push(printable(name, 100))
  }
  if (ignored.length > 0) onIgnored?.(ignored)
  return annotations
}

function isOfItsKind(name: string, value: unknown): boolean {
  return typeof value === (name === 'title' ? 'string' : 'boolean')
}
