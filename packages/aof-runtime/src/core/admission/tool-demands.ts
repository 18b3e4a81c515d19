import { checkCount, MisuseError } from '../contract/misuse.ts'
import { Demands, type Users } from './demands.ts'
import { ExpectedDuration } from './expected-duration.ts'
import { Limit } from './limit.ts'
import { checkRate, RateLimit, type RateOptions } from './rate-limit.ts'

/** How a tool may limit its calls, over all executors that share an admission controller. */
export interface ToolLimits {
  /**
   * How many of its calls run at once: at least 1, or `Infinity`. It says what the tool can bear, and is no lock: for calls
   * that must not meet at all there are effects.
   * @default Infinity
   */
  readonly maxParallel?: number
  /** How many of its calls of one `key` run at once: at least 1, or `Infinity`. @default Infinity */
  readonly maxParallelPerKey?: number
  /** How often it starts, further attempts included. @default as often as it is called */
  readonly rate?: RateOptions
  /** How often it starts for one `key`. @default as often as it is called */
  readonly ratePerKey?: RateOptions
}

/** A rate at this moment. */
export interface RateStats {
  /** How many may start now. */
  readonly available: number
  /** For how long nothing starts, since it was asked to be left alone; 0 where it was not. */
  readonly pausedForMs: number
}

/** What one key of a tool allows at this moment. */
export interface KeyStats {
  readonly key: string
  /** Permits that are out, those of abandoned tools among them. */
  readonly inUse: number
  readonly rate?: RateStats
}

/** What the limits of one tool are at this moment, over all executors that share its controller. */
export interface ToolStats {
  readonly name: string
  /** Permits that are out, those of abandoned tools among them; 0 where the tool has no `maxParallel`. */
  readonly inUse: number
  readonly maxParallel: number
  readonly rate?: RateStats
  readonly maxParallelPerKey: number
  /** The keys that are in use, or not as fresh as one that was never used. */
  readonly keys: readonly KeyStats[]
}

/** Throws a MisuseError for limits that are impossible. */
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

/** What one key of a tool allows. */
class KeyDemands {
  readonly limit: Limit | undefined
  readonly rate: RateLimit | undefined
  /** By those of the tool's other calls; executors come and go, and nothing is kept of one that nobody uses. */
  readonly demands: WeakMap<Demands, Demands> = new WeakMap()
  /** Of all of those. */
  readonly users: Users = { count: 0 }

  constructor({ maxParallelPerKey = Infinity, ratePerKey }: ToolLimits) {
    this.limit = maxParallelPerKey === Infinity ? undefined : new Limit('key', maxParallelPerKey)
    this.rate = ratePerKey && new RateLimit(ratePerKey)
  }

  /** Whether nothing would be lost if it were forgotten. */
  isIdle(now: number): boolean {
    const { limit, rate } = this
    if (this.users.count > 0) return false
    return (limit === undefined || limit.inUse === 0) && (rate === undefined || rate.isFull(now))
  }
}

/**
 * What the calls of one tool need beyond what all calls do, in whatever executor they run.
 *
 * 1. Keys that nobody uses are forgotten, so there may be any number of them in the course of time.
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

  /** All that a call without a key needs in an executor: `wide` are the executor's limit and those above it. */
  within(wide: readonly Limit[]): Demands {
    return new Demands(
      this.rate === undefined ? [] : [this.rate],
      this.limit === undefined ? wide : [this.limit, ...wide],
    )
  }

  /** All that a call of `key` needs, where one without needs `base`. */
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

  /** Its limits at this moment; undefined where it has none. */
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
