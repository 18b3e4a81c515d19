import { checkType } from './misuse.ts'
import { checkOptions, namesOf } from './option-names.ts'
import { printable } from './text.ts'

/** A tool's description of its behaviour: the annotations of the Model Context Protocol, with its names and defaults. */
export interface ToolAnnotations {
  /** A title for people. */
  readonly title?: string
  /** The tool changes nothing in its environment. @default false */
  readonly readOnlyHint?: boolean
  /** Its changes may be destructive; meaningful only if the tool is not read-only. @default true */
  readonly destructiveHint?: boolean
  /** Repeating the same call changes nothing more; meaningful only if the tool is not read-only. @default false */
  readonly idempotentHint?: boolean
  /** The tool reaches beyond a closed domain, e.g. the web. @default true */
  readonly openWorldHint?: boolean
}

const ANNOTATIONS = namesOf<ToolAnnotations>()('title readOnlyHint destructiveHint idempotentHint openWorldHint')

export function checkAnnotations(option: string, annotations: ToolAnnotations): void {
  checkOptions(option, annotations, ANNOTATIONS)
  for (const name of ANNOTATIONS as ReadonlySet<keyof ToolAnnotations>)
    checkType(`${option}.${name}`, annotations[name], typeOf(name))
}

/** The most names of ignored annotations that are reported. */
const MAX_IGNORED = 100

/**
 * The valid annotations of a foreign tool, e.g. of an MCP server: those with a known name and a value of the right type.
 * `defineTool` throws for invalid annotations of your own tools, but those of a foreign server must not keep its tools from
 * running.
 *
 * @param given the annotations that the server sent
 * @param onIgnored gets the names of ignored annotations, if there are any; collect them, and report them once for each server
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
    if (ANNOTATIONS.has(name) && typeof value === typeOf(name)) annotations[name] = value
    else if (ignored.length < MAX_IGNORED) ignored.push(printable(name, 100))
  }
  if (ignored.length > 0) onIgnored?.(ignored)
  return annotations
}

function typeOf(name: string): 'string' | 'boolean' {
  return name === 'title' ? 'string' : 'boolean'
}
