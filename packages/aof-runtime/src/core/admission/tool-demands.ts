import { checkCount, MisuseError } from '../contract/misuse.ts'
import { Demands, type Users } from './demands.ts'
import { ExpectedDuration } from './expected-duration.ts'
import { Limit } from './limit.ts'
import { checkRate, RateLimit, type RateOptions } from './rate-limit.ts'

/** Limits of a tool's calls, over all executors that share an admission controller. */
export interface ToolLimits {
  /**
   * How many of its calls run at once: at least 1, or `Infinity`. It protects the tool from load. It is not a lock: declare
   * effects for calls that must not overlap.
   * @default Infinity
   */
  readonly maxParallel?: number
  /** How many of its calls of one `key` run at once: at least 1, or `Infinity`. @default Infinity */
  readonly maxParallelPerKey?: number
  /** The rate of its starts, retries included. @default no limit */
  readonly rate?: RateOptions
  /** The rate of its starts for one `key`, retries included. @default no limit */
  readonly ratePerKey?: RateOptions
}

/** The state of a rate. */
export interface RateStats {
  /** How many calls may start now. */
  readonly available: number
  /** The remaining time of a pause that a service asked for, in milliseconds; 0 outside a pause. */
  readonly pausedForMs: number
}

/** The state of the limits of one key of a tool. */
export interface KeyStats {
  readonly key: string
  /** Permits that calls hold, abandoned ones included. */
  readonly inUse: number
  readonly rate?: RateStats
}

/** The state of the limits of one tool, over all executors that share its controller. */
export interface ToolStats {
  readonly name: string
  /** Permits that calls hold, abandoned ones included; 0 where the tool has no `maxParallel`. */
  readonly inUse: number
  readonly maxParallel: number
  readonly rate?: RateStats
  readonly maxParallelPerKey: number
  /** The keys in use, and those whose rate has not recovered fully. */
  readonly keys: readonly KeyStats[]
}

/** Throws a MisuseError for impossible limits. */
export function checkToolLimits(label: string, limits: ToolLimits & { readonly key?: unknown }): void {
  const { maxParallel, maxParallelPerKey, rate, ratePerKey, key } = limits
  if (maxParallel !== undefined) checkCount(`${label}.maxParallel`, maxParallel, 1, undefined, true)
  if (maxParallelPerKey !== undefined) checkCount(`${label}.maxParallelPerKey`, maxParallelPerKey, 1, undefined, true)
  if (rate !== undefined) checkRate(`${label}.rate`, rate)
  if (ratePerKey !== undefined) checkRate(`${label}.ratePerKey`, ratePerKey)
  const isPerKey = maxParallelPerKey !== undefined || ratePerKey !== undefined
  if (key !== undefined && typeof key !== 'function') throw new MisuseError(`${label}.key`, 'a function', key)
  if (isPerKey && key === undefined)
    throw new MisuseError(`${label}.key`, 'a function, since there is a limit for each key', key)
  if (!isPerKey && key !== undefined)
    throw new MisuseError(`${label}.key`, 'maxParallelPerKey or ratePerKey beside it', 'neither')
}

/** The limits of one key of a tool. */
class KeyDemands {
  readonly limit: Limit | undefined
  readonly rate: RateLimit | undefined
  /** By the demands of calls without a key; weak, since executors come and go. */
  readonly demands: WeakMap<Demands, Demands> = new WeakMap()
  /** The users of all these demands. */
  readonly users: Users = { count: 0 }

  constructor({ maxParallelPerKey = Infinity, ratePerKey }: ToolLimits) {
    this.limit = maxParallelPerKey === Infinity ? undefined : new Limit('key', maxParallelPerKey)
    this.rate = ratePerKey && new RateLimit(ratePerKey)
  }

  /** Whether it is as good as new, and may be forgotten. */
  isIdle(now: number): boolean {
    const { limit, rate } = this
    if (this.users.count > 0) return false
    return (limit === undefined || limit.inUse === 0) && (rate === undefined || rate.isFull(now))
  }
}

/**
 * The demands of one tool's calls, in all executors: its own limits and rates, in addition to those that all calls have.
 *
 * 1. Idle keys are forgotten, so that there may be any number of keys over time.
 */
export class ToolDemands {
  readonly expected: ExpectedDuration = new ExpectedDuration()
  readonly limit: Limit | undefined
  readonly rate: RateLimit | undefined
  readonly #limits: ToolLimits
  readonly #keys = new Map<string, KeyDemands>()
  #sweepAt = 256

  constructor(limits: ToolLimits) {
    const { maxParallel = Infinity, rate } = limits
    this.limit = maxParallel === Infinity ? undefined : new Limit('tool', maxParallel)
    this.rate = rate && new RateLimit(rate)
    this.#limits = limits
  }

  /** The demands of a call without a key, in an executor with the limits `wide`. */
  within(wide: readonly Limit[]): Demands {
    return new Demands(
      this.rate === undefined ? [] : [this.rate],
      this.limit === undefined ? wide : [this.limit, ...wide],
    )
  }

  /** The demands of a call with `key`, where a call without a key has `base`. */
  forKey(key: string, base: Demands, now: number): Demands {
    const known = this.#key(key, now)
    const found = known.demands.get(base)
    if (found !== undefined) return found
    const { limit, rate } = known
    const own = new Demands(
      rate === undefined ? base.rates : [rate, ...base.rates],
      limit === undefined ? base.limits : [limit, ...base.limits],
      known.users,
    )
    known.demands.set(base, own)
    return own
  }

  /** The state of its limits; undefined where it has none. */
  stats(name: string, now: number): ToolStats | undefined {
    const { maxParallel = Infinity, maxParallelPerKey = Infinity, ratePerKey } = this.#limits
    const { limit, rate } = this
    if (limit === undefined && rate === undefined && maxParallelPerKey === Infinity && ratePerKey === undefined)
      return undefined
    const keys: KeyStats[] = []
    for (const [key, known] of this.#keys)
      if (!known.isIdle(now)) keys.push({ key, inUse: known.limit?.inUse ?? 0, ...rateStats(known.rate, now) })
    return { name, inUse: limit?.inUse ?? 0, maxParallel, ...rateStats(rate, now), maxParallelPerKey, keys }
  }

  #key(key: string, now: number): KeyDemands {
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    if (this.#keys.size >= this.#sweepAt) this.#sweep(now)
    const made = new KeyDemands(this.#limits)
    this.#keys.set(key, made)
    return made
  }

  #sweep(now: number): void {
    for (const [key, known] of this.#keys) if (known.isIdle(now)) this.#keys.delete(key)
    this.#sweepAt = Math.max(256, this.#keys.size * 2)
  }
}

function rateStats(rate: RateLimit | undefined, now: number): { readonly rate?: RateStats } {
  if (rate === undefined) return {}
  const pausedForMs = Math.max(0, (rate.pausedUntil(now) ?? now) - now)
  return { rate: { available: pausedForMs > 0 ? 0 : rate.available(now), pausedForMs } }
}
