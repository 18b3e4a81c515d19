import type { CallPlace, OverlapSuspectedEvent } from '../../contract/events.ts'
import { printable } from '../../contract/text.ts'

/** Two calls that ran at once, of tools that declare no effects, and the thing that both name in their arguments. */
export type Overlap = Pick<OverlapSuspectedEvent, 'what' | 'calls'>

/** A call to be watched while it runs. */
export interface WatchedCall {
  /** The name of its tool. */
  readonly tool: string
  readonly place: () => CallPlace
  readonly isReadOnly: boolean
  readonly input: unknown
}

/** The watch reads only this much of a call's arguments. */
const MAX_VALUES = 200
const MAX_LEVELS = 8
const MAX_LENGTH = 1_024

/** A call is reported beside calls of at most this many tools, for each thing that it names. */
const MAX_TOOLS = 16

/** Names of arguments whose values identify a thing. */
const NAMING = /(?:^|_|[a-z])(?:path|file|filename|dir|directory|folder|uri|url|key|id|source|destination)s?$/i

/**
 * Finds overlapping calls that look like undeclared effects: both name the same file, URL or key in their arguments, and at
 * least one may write. A guess, for developers: an overlap may be harmless, and effects that no argument names are not found.
 *
 * 1. A starting call is reported beside one running call of each tool, the one that started first, and beside at most
 *    {@link MAX_TOOLS} of them: a thousand calls that name one file need no report for each pair.
 */
export class OverlapWatch<Call extends object> {
  /** The running calls that name a thing, by that name and their tool. */
  readonly #running = new Map<string, Map<string, Set<Call>>>()
  readonly #watched = new Map<Call, WatchedCall & { readonly names: readonly string[] }>()
  readonly #report: (overlap: Overlap) => void

  constructor(report: (overlap: Overlap) => void) {
    this.#report = report
  }

  started(call: Call, about: WatchedCall): void {
    this.ended(call)
    const names = namesIn(about.input)
    const reported = new Set<Call>()
    for (const name of names) {
      let tools = this.#running.get(name)
      if (tools === undefined) this.#running.set(name, (tools = new Map<string, Set<Call>>()))
      this.#compare(tools, about, name, reported)
      const calls = tools.get(about.tool)
      if (calls === undefined) tools.set(about.tool, new Set([call]))
      else calls.add(call)
    }
    this.#watched.set(call, { ...about, names })
  }

  ended(call: Call): void {
    const watched = this.#watched.get(call)
    if (watched === undefined) return
    this.#watched.delete(call)
    for (const name of watched.names) {
      const tools = this.#running.get(name)
      const calls = tools?.get(watched.tool)
      calls?.delete(call)
      if (calls?.size === 0) tools?.delete(watched.tool)
      if (tools?.size === 0) this.#running.delete(name)
    }
  }

  #compare(tools: ReadonlyMap<string, ReadonlySet<Call>>, about: WatchedCall, what: string, reported: Set<Call>): void {
    let left = MAX_TOOLS
    for (const calls of tools.values()) {
      if (left-- === 0) return
      const [other] = calls
      const its = other && this.#watched.get(other)
      if (other === undefined || its === undefined || reported.has(other) || (its.isReadOnly && about.isReadOnly))
        continue
      reported.add(other)
      this.#report({ what: printable(what, 200), calls: [its.place(), about.place()] })
    }
  }
}

/** The things that a call's arguments name: paths and URLs as they are, keys and numbers with the name of the argument. */
export function namesIn(input: unknown): string[] {
  const names = new Set<string>()
  let left = MAX_VALUES
  const visit = (value: unknown, key: string, level: number): void => {
    if (left-- <= 0 || level > MAX_LEVELS) return
    if (typeof value === 'string' || typeof value === 'number') {
      const name = nameOf(value, key)
      if (name !== undefined) names.add(name)
    } else if (Array.isArray(value)) for (const each of value) visit(each, key, level + 1)
    else if (typeof value === 'object' && value !== null)
      for (const each of Object.keys(value)) visit((value as Record<string, unknown>)[each], each, level + 1)
  }
  try {
    visit(input, '', 0)
  } catch {
    // A getter or proxy in the output of a schema may throw: the values after it name nothing.
  }
  return [...names]
}

function nameOf(value: string | number, key: string): string | undefined {
  if (typeof value === 'number') return NAMING.test(key) ? `${key} ${value}` : undefined
  if (value === '' || value.length > MAX_LENGTH || /[\s\u0000-\u001f]/.test(value)) return undefined
  if (/^[a-z][\w+.-]*:\/\/|^\.{0,2}\/|^[\w.-]+(?:\/[\w.-]+)+$/i.test(value)) return value.replace(/(?<=.)\/+$/, '')
  return NAMING.test(key) ? `${key} ${value}` : undefined
}
