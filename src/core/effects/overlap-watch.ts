import type { CallPlace } from '../events.ts'
import { printable } from '../text.ts'

/** Two calls that ran at once, of tools that declare no effects, and what both name in their arguments. */
export interface Overlap {
  readonly what: string
  /** The one that was running, and the one that started beside it. */
  readonly calls: readonly [CallPlace, CallPlace]
}

/** A running call, as the watch sees it. */
export interface WatchedCall {
  readonly place: () => CallPlace
  readonly isReadOnly: boolean
  readonly input: unknown
}

/** So much of a call's arguments is looked at. */
const MAX_VALUES = 200
const MAX_LEVELS = 8
const MAX_LENGTH = 1_024

/** Arguments that say which one of many things is meant. */
const NAMING = /(?:^|_|[a-z])(?:path|file|filename|dir|directory|folder|uri|url|key|id|source|destination)s?$/i

/**
 * Looks for effects that nobody has declared: calls that run at once, name the same file, URL or key in their arguments, and
 * do not both only read. A guess, for developers: what it finds may be harmless, and it finds nothing that is not named.
 *
 * 1. Each pair of calls is told of once.
 */
export class OverlapWatch<Call extends object> {
  readonly #running = new Map<string, Set<Call>>()
  readonly #watched = new Map<Call, WatchedCall & { readonly names: readonly string[] }>()
  readonly #tell: (overlap: Overlap) => void

  constructor(tell: (overlap: Overlap) => void) {
    this.#tell = tell
  }

  started(call: Call, about: WatchedCall): void {
    this.ended(call)
    const names = namesIn(about.input)
    const told = new Set<Call>()
    for (const name of names) {
      const others = this.#running.get(name)
      for (const other of others ?? []) this.#met(other, about, name, told)
      if (others === undefined) this.#running.set(name, new Set([call]))
      else others.add(call)
    }
    this.#watched.set(call, { ...about, names })
  }

  ended(call: Call): void {
    for (const name of this.#watched.get(call)?.names ?? []) {
      const others = this.#running.get(name)
      others?.delete(call)
      if (others?.size === 0) this.#running.delete(name)
    }
    this.#watched.delete(call)
  }

  #met(other: Call, about: WatchedCall, what: string, told: Set<Call>): void {
    const its = this.#watched.get(other)
    if (its === undefined || told.has(other) || (its.isReadOnly && about.isReadOnly)) return
    told.add(other)
    this.#tell({ what: printable(what, 200), calls: [its.place(), about.place()] })
  }
}

/** What a call's arguments name: paths and URLs as they are, keys and numbers with the name of the argument. */
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
    // A getter of what a schema made, or a proxy: what cannot be read names nothing.
  }
  return [...names]
}

function nameOf(value: string | number, key: string): string | undefined {
  if (typeof value === 'number') return NAMING.test(key) ? `${key} ${value}` : undefined
  if (value === '' || value.length > MAX_LENGTH || /[\s\u0000-\u001f]/.test(value)) return undefined
  if (/^[a-z][\w+.-]*:\/\/|^\.{0,2}\/|^[\w.-]+(?:\/[\w.-]+)+$/i.test(value)) return value.replace(/(?<=.)\/+$/, '')
  return NAMING.test(key) ? `${key} ${value}` : undefined
}
