import { checkOptions, optionNames } from '../contract/option-names.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { checkCount, checkDuration } from '../contract/misuse.ts'
import { DemandQueue } from './demand-queue.ts'
import type { Demand } from './limit.ts'

/**
 * How often something may start: `n` times in `perMs` milliseconds, evenly. In any `perMs` milliseconds at most `n + burst`
 * start, and in any t milliseconds at most `burst + n · t / perMs`.
 *
 * @example
 * ```ts
 * import { defineTool } from 'aof-runtime'
 *
 * // Ten a second, one each 100 ms.
 * const search = defineTool({ name: 'search', rate: { n: 10, perMs: 1_000 }, execute: () => 'found' })
 * ```
 */
export interface RateOptions {
  /** How many starts, at least 1, … */
  readonly n: number
  /** … in how many milliseconds: 1 to 2 147 483 647. */
  readonly perMs: number
  /**
   * How many may start at once after a quiet time, beside those that come in evenly: at least 1.
   * @default 1, or the starts of one millisecond where that is more: timers are no finer
   */
  readonly burst?: number
}

const RATE_OPTIONS = optionNames<RateOptions>({ n: true, perMs: true, burst: true })

/** Throws a MisuseError for a rate that is impossible. */
export function checkRate(option: string, rate: RateOptions): void {
  checkOptions(option, rate, RATE_OPTIONS)
  const { n, perMs, burst = 1 } = rate
  checkCount(`${option}.n`, n, 1)
  checkDuration(`${option}.perMs`, perMs, 1, MAX_DELAY_MS)
  checkCount(`${option}.burst`, burst, 1)
}

/** Sums of fractions of tokens are a little off. */
const EPSILON = 1e-9

/**
 * A rate, as a token bucket: it holds at most `burst` tokens, gets `n` of them in `perMs`, evenly, and each start takes one.
 *
 * 1. In no span of t milliseconds start more than `burst + n · t / perMs`.
 * 2. While it is paused nothing starts, and what comes in is one token at most: one call starts when the pause ends, and the
 *    others follow evenly.
 */
export class RateLimit implements Demand {
  readonly kind = 'rate'
  readonly queue: DemandQueue = new DemandQueue()
  /** In which a bucket of `n` fills. */
  readonly perMs: number
  readonly #tokensPerMs: number
  readonly #burst: number
  #tokens: number
  #filledAt = -Infinity
  #pausedUntil = -Infinity
  /** Whether it is among those whose waiters are to be looked at. */
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

  /** One start; there must be room. */
  take(now: number): void {
    this.#tokens = this.tokens(now) - 1
    this.#filledAt = now
  }

  /** What was taken just now was not used. */
  putBack(): void {
    this.#tokens++
  }

  /** Nothing starts before `until`. */
  pause(until: number, now: number): void {
    if (until <= this.#pausedUntil) return
    this.#tokens = Math.max(this.tokens(now), Math.min(1, this.tokens(until)))
    this.#filledAt = this.#pausedUntil = until
  }

  /** Tokens at `now`, fractions included. */
  tokens(now: number): number {
    if (this.#filledAt === -Infinity) return this.#tokens
    return Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#filledAt) * this.#tokensPerMs)
  }

  /** How many may start at `now`, if it is not paused. */
  available(now: number): number {
    return Math.max(0, Math.floor(this.tokens(now) + EPSILON))
  }

  /** Until when it is paused; undefined where it is not. */
  pausedUntil(now: number): number | undefined {
    return this.#pausedUntil > now ? this.#pausedUntil : undefined
  }

  /** How long it takes until there is room, in whole milliseconds, if nothing starts in between. */
  msUntilRoom(now: number): number {
    const from = Math.max(now, this.#pausedUntil)
    const lacking = (1 - EPSILON - this.tokens(from)) / this.#tokensPerMs
    return Math.min(MAX_DELAY_MS, Math.max(0, Math.ceil(from - now + Math.max(0, lacking))))
  }

  /** Whether nothing would be lost if it were forgotten. */
  isFull(now: number): boolean {
    return this.tokens(now) === this.#burst && this.pausedUntil(now) === undefined
  }
}
