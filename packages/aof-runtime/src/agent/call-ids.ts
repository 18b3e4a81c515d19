import { shortHash } from '../core/contract/short-hash.ts'

/**
 * The ids of a history's calls: unique, and in a form that providers accept.
 *
 * Models repeat ids, within a turn and across turns, and some send none. Providers refuse a history in which two calls
 * share an id, and ids with characters that only another provider uses.
 */
export class CallIds {
  readonly #taken = new Set<string>()
  /** For each repeated id, the number to try next, so that many calls of one id stay cheap. */
  readonly #next = new Map<string, number>()

  /**
   * Reserves `id` in the form that providers accept, or the first free one of `id_2`, `id_3`, …; a missing id becomes
   * `call`.
   */
  take(id: string): string {
    const wanted = typeof id === 'string' && id !== '' ? sentId(id) : 'call'
    let free = wanted
    for (let n = this.#next.get(wanted) ?? 2; this.#taken.has(free); n++) {
      free = sentId(`${wanted}_${n}`)
      this.#next.set(wanted, n + 1)
    }
    this.#taken.add(free)
    return free
  }
}

/** Ids that every provider but Mistral accepts: Anthropic refuses other characters, OpenAI longer ids. */
const TAKEN_BY_MOST = /^[A-Za-z0-9_-]{1,40}$/

/** Length of the part of an id that is kept before the hash. */
const KEPT = 30

/**
 * The id of a call in a history: its own if providers accept it, otherwise its accepted characters and a hash. It
 * depends on the given id alone, and different ids give different ones.
 */
function sentId(id: string): string {
  if (TAKEN_BY_MOST.test(id)) return id
  return `${id.slice(0, KEPT).replace(/[^A-Za-z0-9_-]/g, '_')}_${shortHash(id)}`
}
