import type { Demand, Limit } from './limit.ts'
import type { RateLimit } from './rate-limit.ts'

/** Counts the flows that wait, and the suspended calls, that will take something. */
export interface Users {
  count: number
}

/**
 * All that a call needs to start. Calls with the same needs share one object.
 *
 * 1. All of it is taken in one step, or nothing.
 */
export class Demands {
  readonly rates: readonly RateLimit[]
  /** From the narrowest to the widest: key, tool, executor, process. */
  readonly limits: readonly Limit[]
  /** The limits of its tool: an abandoned call holds these permits while it runs. */
  readonly narrow: readonly Limit[]
  /** The limits that its tool shares with other tools. */
  readonly wide: readonly Limit[]
  /** Flows that wait for these demands, and suspended calls that will take them again. */
  readonly users: Users
  /** The needs of a suspended call: the same limits, but no rates, since it has started already. */
  readonly toResume: Demands

  /** @param users a counter shared with other demands */
  constructor(rates: readonly RateLimit[], limits: readonly Limit[], users: Users = { count: 0 }) {
    this.rates = rates
    this.limits = limits
    this.users = users
    this.narrow = limits.filter(({ kind }) => kind === 'key' || kind === 'tool')
    this.wide = limits.filter(({ kind }) => kind === 'executor' || kind === 'process')
    this.toResume = rates.length === 0 ? this : new Demands([], limits, users)
  }

  /** The first demand without room. */
  firstUnmet(now: number): Demand | undefined {
    for (const rate of this.rates) if (!rate.hasRoom(now)) return rate
    for (const limit of this.limits) if (!limit.hasRoom()) return limit
    return undefined
  }

  /** Takes one of each; all must have room. */
  take(now: number): void {
    for (const rate of this.rates) rate.take(now)
    for (const limit of this.limits) limit.inUse++
  }
}
