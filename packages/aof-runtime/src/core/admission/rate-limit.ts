import { checkOptions, namesOf } from '../contract/option-names.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { checkCount, checkDuration } from '../contract/misuse.ts'
import { DemandQueue } from './demand-queue.ts'
import type { Demand } from './limit.ts'

/**
 * A rate of starts: `n` in `perMs` milliseconds, evenly spaced. At most `n + burst` calls start in any `perMs` milliseconds,
 * and at most `burst + n · t / perMs` in any t milliseconds.
 *
 * @example
 * ```ts
 * import { defineTool } from 'aof-runtime'
 *
 * // Ten a second, one every 100 ms.
 * const search = defineTool({ name: 'search', rate: { n: 10, perMs: 1_000 }, execute: () => 'found' })
 * ```
 */
export interface RateOptions {
  /** The number of starts, at least 1, … */
  readonly n: number
  /** … in this many milliseconds: 1 to 2 147 483 647. */
  readonly perMs: number
  /**
   * How many calls may start at once after an idle time, in addition to the even rate: at least 1.
   * @default 1, or the starts of one millisecond if that is more, since timers have a resolution of one millisecond
   */
  readonly burst?: number
}

const RATE_OPTIONS = namesOf<RateOptions>()('n perMs burst')

/** Throws a MisuseError for an impossible rate. */
export function checkRate(option: string, rate: RateOptions): void {
  checkOptions(option, rate, RATE_OPTIONS)
  const { n, perMs, burst = 1 } = rate
  checkCount(`${option}.n`, n, 1)
  checkDuration(`${option}.perMs`, perMs, 1, MAX_DELAY_MS)
  checkCount(`${option}.burst`, burst, 1)
}

/** The tolerance for rounding in sums of fractions of tokens. */
const EPSILON = 1e-9

/**
 * A rate, as a token bucket: it holds at most `burst` tokens, gets `n` tokens per `perMs`, evenly, and each start takes one.
 *
 * 1. At most `burst + n · t / perMs` calls start in any t milliseconds.
 * 2. No call starts during a pause, and the bucket fills to one token at most: one call starts at the end of the pause, and
 *    the others follow evenly.
 */
export class RateLimit implements Demand {
  readonly kind = 'rate'
  readonly queue: DemandQueue = new DemandQueue()
  /** The milliseconds in which `n` tokens come. */
  readonly perMs: number
  readonly #tokensPerMs: number
  readonly #burst: number
  #tokens: number
  #filledAt = -Infinity
  #pausedUntil = -Infinity
  /** Whether a hand-over still has to look at its queue. */
  isFreed = false

  constructor({ n, perMs, burst = Math.ceil(n / perMs) }: RateOptions) {
    this.perMs = perMs
    this.#tokensPerMs = n / perMs
    this.#burst = burst
    this.#tokens = burst
  }

  hasRoom(now: number): boolean {
    return this.tokens(now) >= 1 - EPSILON && now >= this.#pausedUntil
  }

  /** Takes a token for one start; there must be room. */
  take(now: number): void {
    this.#tokens = this.tokens(now) - 1
    this.#filledAt = now
  }

  /** Returns the token taken last: the call did not start. */
  putBack(): void {
    this.#tokens++
  }

  /** Lets no call start before `until`. */
  pause(until: number, now: number): void {
    if (until <= this.#pausedUntil) return
    this.#tokens = Math.max(this.tokens(now), Math.min(1, this.tokens(until)))
    this.#filledAt = this.#pausedUntil = until
  }

  /** The tokens at `now`, fractions included. */
  tokens(now: number): number {
    if (this.#filledAt === -Infinity) return this.#tokens
    return Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#filledAt) * this.#tokensPerMs)
  }

  /** How many calls may start at `now`, pauses not considered. */
  available(now: number): number {
    return Math.max(0, Math.floor(this.tokens(now) + EPSILON))
  }

  /** The end of the present pause; undefined outside a pause. */
  pausedUntil(now: number): number | undefined {
    return this.#pausedUntil > now ? this.#pausedUntil : undefined
  }

  /** The time until there is room, in whole milliseconds, if no call starts in between. */
  msUntilRoom(now: number): number {
    const from = Math.max(now, this.#pausedUntil)
    const lacking = (1 - EPSILON - this.tokens(from)) / this.#tokensPerMs
    return Math.min(MAX_DELAY_MS, Math.max(0, Math.ceil(from - now + Math.max(0, lacking))))
  }

  /** Whether it is as good as new, and may be forgotten. */
  isFull(now: number): boolean {
    return this.tokens(now) === this.#burst && this.pausedUntil(now) === undefined
  }
}
