import type { DemandKind } from './limit.ts'

/** How many calls wait to start, by what they wait for. */
export type WaitingStats = Record<'dependency' | 'conflict' | DemandKind, number>

/** How many calls are in a state in which they hold no permits: of an executor, and of all that share its controller. */
export class Census {
  suspended = 0
  abandoned = 0
  /** Those that wait for calls that they depend on. */
  dependency = 0
  /** Those that wait for calls whose effects are in conflict with theirs. */
  conflict = 0
  readonly #above: Census | undefined

  /** @param above who is told as well */
  constructor(above?: Census) {
    this.#above = above
  }

  count(what: 'suspended' | 'abandoned' | 'dependency' | 'conflict', by: 1 | -1): void {
    this[what] += by
    this.#above?.count(what, by)
  }
}
