import type { Demand, Limit } from './limit.ts'
import type { RateLimit } from './rate-limit.ts'

/** How many will want something. */
export interface Users {
  count: number
}

/**
 * All that a call needs to start. Calls that need the same share one of these.
 *
 * 1. It is taken in one step, all or nothing.
 */
export class Demands {
  readonly rates: readonly RateLimit[]
  /** From the narrowest to the widest: key, tool, executor, process. */
  readonly limits: readonly Limit[]
  /** Those that belong to its tool: a call that is abandoned keeps them while it runs. */
  readonly narrow: readonly Limit[]
  /** Those that it shares with other tools. */
  readonly wide: readonly Limit[]
  /** Who will want them: flows that wait for them, and calls that were suspended. */
  readonly users: Users
  /** What a call needs that has been suspended: it started long ago, so no rate. */
  readonly toGoOn: Demands

  /** @param users those of other demands as well, of which all have to be known together */
  constructor(rates: readonly RateLimit[], limits: readonly Limit[], users: Users = { count: 0 }) {
    this.rates = rates
    this.limits = limits
    this.users = users
    this.narrow = limits.filter(({ kind }) => kind === 'key' || kind === 'tool')
    this.wide = limits.filter(({ kind }) => kind === 'executor' || kind === 'process')
    this.toGoOn = rates.length === 0 ? this : new Demands([], limits, users)
  }

  /** The first that has no room. */
  firstUnmet(now: number): Demand | undefined {
    for (const rate of this.rates) if (!rate.hasRoom(now)) return rate
    for (const limit of this.limits) if (!limit.hasRoom()) return limit
    return undefined
  }

  /** Takes of each; all must have room. */
  take(now: number): void {
    for (const rate of this.rates) rate.take(now)
    for (const limit of this.limits) limit.inUse++
  }
}
