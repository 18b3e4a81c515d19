import { sentId } from './sent-id.ts'

/**
 * The ids of a history's calls, no two the same, and all such that providers take them.
 *
 * Models repeat ids, within a turn and from turn to turn, and some send none; providers refuse a history in which two
 * calls share one, and ids of characters that another provider made up.
 */
export class CallIds {
  readonly #taken = new Set<string>()
  /** For each id that came more than once, the number to try next: many calls of one id stay cheap. */
  readonly #next = new Map<string, number>()

  /**
   * `id` as providers take it, or the first of `id_2`, `id_3`, … that is free; taken from now on. For one that is missing,
   * `call` stands in.
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
