import type { DemandKind } from './waiter.ts'

/** How many calls wait to start, by the reason of their wait. */
export type WaitingStats = Record<'dependency' | 'conflict' | 'breaker' | DemandKind, number>

/** Counts the calls of an executor, or of a controller, that are suspended or abandoned, or wait outside of admission. */
export class Counters {
  suspended = 0
  abandoned = 0
  /** Calls that wait for their dependencies. */
  dependency = 0
  /** Calls that wait for conflicting calls. */
  conflict = 0
  /** Calls that wait for the probe of their tool's circuit breaker. */
  breaker = 0
  readonly #above: Counters | undefined

  /** @param above the counters of the controller, which count the same calls */
  constructor(above?: Counters) {
    this.#above = above
  }

  /** Calls outside of the queue that wait for the end of other calls, and count against the bound of the queue. */
  get besideQueue(): number {
    return this.conflict + this.breaker
  }

  count(what: 'suspended' | 'abandoned' | 'dependency' | 'conflict' | 'breaker', by: 1 | -1): void {
    this[what] += by
    this.#above?.count(what, by)
  }
}
