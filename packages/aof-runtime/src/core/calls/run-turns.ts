/** The most counters of idle runs that are kept. */
const MAX_IDLE = 10_000

/**
 * The turns of named runs, in the order in which their batches are opened.
 *
 * 1. A batch without a given turn has the one after the highest turn so far.
 * 2. The counters of at most 10,000 idle runs are kept: the run that has been idle longest begins at 0 again.
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

  /** The next turn of a long run: at least `least`, in case its counter was forgotten meanwhile. */
  next(run: string, least: number): number {
    return this.take(run, Math.max(least, this.#next.get(run) ?? 0))
  }

  /** No batch of the run is under way. */
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
