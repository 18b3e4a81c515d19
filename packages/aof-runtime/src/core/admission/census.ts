import type { DemandKind } from './limit.ts'

/** How many calls wait to start, by what they wait for. */
export type WaitingStats = Record<'dependency' | 'conflict' | 'breaker' | DemandKind, number>

/** How many calls are in a state in which they hold no permits: of an executor, and of all that share its controller. */
export class Census {
  suspended = 0
  abandoned = 0
  /** Those that wait for calls that they depend on. */
  dependency = 0
  /** Those that wait for calls whose effects are in conflict with theirs. */
  conflict = 0
  /** Calls that wait for the probe of their tool's circuit breaker. */
  breaker = 0
  readonly #above: Census | undefined

  /** @param above who is told as well */
  constructor(above?: Census) {
    this.#above = above
  }

  /** Calls that wait outside of the queue for others to end, and count against its bound. */
  get besideQueue(): number {
    return this.conflict + this.breaker
  }

  count(what: 'suspended' | 'abandoned' | 'dependency' | 'conflict' | 'breaker', by: 1 | -1): void {
    this[what] += by
    this.#above?.count(what, by)
  }
}
