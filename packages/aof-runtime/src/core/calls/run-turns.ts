/** How many counters of idle runs are kept. */
const MAX_IDLE = 10_000

/**
 * The turns of named runs, counted by opening.
 *
 * 1. A turn that is not given is one more than the highest that was given or counted.
 * 2. The counters of at most 10,000 idle runs are kept: the one that has been idle for longest is forgotten, and begins at 0
 *    again.
 */
export class RunTurns {
  readonly #next = new Map<string, number>()
  readonly #idle = new Set<string>()

  /** The turn of a batch of a named run. */
  take(run: string, given: number | undefined): number {
    const next = this.#next.get(run) ?? 0
    const turn = given ?? next
    this.#next.set(run, Math.max(next, turn + 1))
    this.#idle.delete(run)
    return turn
  }

  /** The next turn of a run that goes on for some time: at least `least`, should its counter have been forgotten meanwhile. */
  next(run: string, least: number): number {
    return this.take(run, Math.max(least, this.#next.get(run) ?? 0))
  }

  /** Nothing of the run is under way. */
  rest(run: string): void {
    if (!this.#next.has(run)) return
    this.#idle.delete(run)
    this.#idle.add(run)
    const [oldest] = this.#idle
    if (this.#idle.size <= MAX_IDLE || oldest === undefined) return
    this.#idle.delete(oldest)
    this.#next.delete(oldest)
  }
}
