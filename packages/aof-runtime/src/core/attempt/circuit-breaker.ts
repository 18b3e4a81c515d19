import { checkOptions, optionNames } from '../contract/option-names.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { checkCount, checkDuration, MisuseError } from '../contract/misuse.ts'
import type { BreakerState } from '../contract/events.ts'

/** The circuit breaker of a tool: after repeated failures its calls are rejected for a while. */
export interface BreakerOptions {
  /** The share of failed attempts at which it opens: above 0, at most 1. @default 0.5 */
  readonly failureRate?: number
  /** The window in which attempts are counted, in milliseconds: 10 to 2 147 483 647. @default 30 000 */
  readonly windowMs?: number
  /** The fewest attempts in the window for which the rate counts: at least 1. @default 10 */
  readonly minimumAttempts?: number
  /**
   * The time for which it stays open before one call may try, in milliseconds: 1 to 2 147 483 647. While that call runs, the other
   * calls of the tool wait for its end, for at most the same time; calls that find the queue full are rejected.
   * @default 10 000
   */
  readonly openMs?: number
}

const BREAKER_OPTIONS = optionNames<BreakerOptions>({
  failureRate: true,
  windowMs: true,
  minimumAttempts: true,
  openMs: true,
})

export function checkBreaker(option: string, breaker: BreakerOptions): void {
  checkOptions(option, breaker, BREAKER_OPTIONS)
  const { failureRate, windowMs, minimumAttempts, openMs } = withDefaults(breaker)
  if (typeof failureRate !== 'number' || !(failureRate > 0 && failureRate <= 1))
    throw new MisuseError(`${option}.failureRate`, 'a number above 0 and at most 1', failureRate)
  checkDuration(`${option}.windowMs`, windowMs, SLICES, MAX_DELAY_MS)
  checkCount(`${option}.minimumAttempts`, minimumAttempts, 1)
  checkDuration(`${option}.openMs`, openMs, 1, MAX_DELAY_MS)
}

function withDefaults(options: BreakerOptions): Required<BreakerOptions> {
  const { failureRate = 0.5, windowMs = 30_000, minimumAttempts = 10, openMs = 10_000 } = options
  return { failureRate, windowMs, minimumAttempts, openMs }
}

/** The number of slices of the window: attempts leave it a slice at a time. */
const SLICES = 10

interface Slice {
  /** The number of the slice since the clock began. */
  number: number
  attempts: number
  failures: number
}

/**
 * Rejects the attempts of a failing tool for a while, then lets one call try (Nygard, "Release It!", 2007).
 *
 * Duty: decide whether an attempt may start, by the ends of earlier attempts.
 * Boundary: knows no calls and sets no timer; each attempt reports its end, with the pass that it entered with.
 * 1. Open exactly from the attempt that brought the failures of the window to the rate, for `openMs`.
 * 2. After that one probe at a time: its success closes, its failure opens again; an end that says nothing about
 *    the tool (an abort) makes the next attempt the probe.
 * 3. Attempts that began before it opened change nothing while it is open.
 */
export class CircuitBreaker {
  readonly #options: Required<BreakerOptions>
  readonly #changed: (state: BreakerState, now: number) => void
  #slices: Slice[] = []
  #state: BreakerState = 'closed'
  #openUntil = 0
  /** Counts openings: a pass from before the last one is stale. */
  #era = 0
  #probing = false

  /** @param changed runs at every change of state */
  constructor(options: BreakerOptions, changed: (state: BreakerState, now: number) => void) {
    this.#options = withDefaults(options)
    this.#changed = changed
  }

  get state(): BreakerState {
    return this.#state
  }

  /** The time for which it will stay open, in milliseconds; 0 if an attempt may start, or a probe is under way. */
  openFor(now: number): number {
    return this.#state === 'open' ? Math.max(0, this.#openUntil - now) : 0
  }

  /** Whether a probe is under way. */
  get isProbed(): boolean {
    return this.#state === 'half_open' && this.#probing
  }

  /** Whether the attempt with this pass is the probe that is under way. */
  isProbe(pass: number): boolean {
    return this.isProbed && pass === this.#era
  }

  /** The time for which it stays open, in milliseconds. */
  get openMs(): number {
    return this.#options.openMs
  }

  /** @returns a pass, to be returned by {@link ended}; undefined if no attempt may start */
  enter(now: number): number | undefined {
    if (this.#state === 'closed') return this.#era
    if (this.#state === 'open') {
      if (now < this.#openUntil) return undefined
      this.#become('half_open', now)
    }
    if (this.#probing) return undefined
    this.#probing = true
    return this.#era
  }

  /**
   * An attempt is over.
   *
   * @param pass the pass that it entered with
   * @param outcome `neither` if its end says nothing about the tool
   */
  ended(pass: number, outcome: 'success' | 'failure' | 'neither', now: number): void {
    if (pass !== this.#era) return
    if (this.#state === 'half_open') {
      this.#probing = false
      if (outcome === 'success') this.#close(now)
      else if (outcome === 'failure') this.#open(now)
      return
    }
    if (this.#state === 'closed' && outcome !== 'neither') this.#count(outcome === 'failure', now)
  }

  #count(failed: boolean, now: number): void {
    const { windowMs, minimumAttempts, failureRate } = this.#options
    const number = Math.floor(now / (windowMs / SLICES))
    const slices = this.#slices
    while (slices[0] !== undefined && slices[0].number <= number - SLICES) slices.shift()
    let newest = slices.at(-1)
    if (newest === undefined || newest.number !== number) slices.push((newest = { number, attempts: 0, failures: 0 }))
    newest.attempts++
    if (!failed) return
    newest.failures++
    let attempts = 0
    let failures = 0
    for (const slice of slices) {
      attempts += slice.attempts
      failures += slice.failures
    }
    if (attempts >= minimumAttempts && failures >= attempts * failureRate) this.#open(now)
  }

  #open(now: number): void {
    this.#openUntil = now + this.#options.openMs
    this.#era++
    this.#become('open', now)
  }

  #close(now: number): void {
    this.#slices = []
    this.#era++
    this.#become('closed', now)
  }

  #become(state: BreakerState, now: number): void {
    this.#state = state
    this.#changed(state, now)
  }
}
