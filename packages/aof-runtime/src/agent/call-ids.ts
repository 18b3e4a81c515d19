import { sentId } from './sent-id.ts'

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
