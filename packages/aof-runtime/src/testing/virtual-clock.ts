/**
 * Duty: time for tests, which moves only on request. Boundary: fires timers and waits for microtasks; other delays
 * (points, real I/O) are outside.
 *
 * Invariants:
 * 1. Every timer fires exactly once, unless it was cleared before: at its moment, or late if time leapt past it.
 * 2. `now()` never goes back, and is a timer's moment while that timer fires in time.
 * 3. Between two timers all microtasks have run.
 * 4. One advance at a time.
 */
import { type Clock, MAX_DELAY_MS, type TimerHandle } from '../core/host/clock.ts'
import { checkCount, checkDuration, MisuseError } from '../core/contract/misuse.ts'
import { checkOptions, namesOf } from '../core/contract/option-names.ts'
import { BinaryHeap, type HeapEntry } from '../core/collections/binary-heap.ts'
import { settleMicrotasks } from './macrotask.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { seededRandom } from './random.ts'
import { sleep } from '../core/host/sleep.ts'
import { StalledError } from './stalled.ts'

/** Options of a {@link VirtualClock}. */
export interface VirtualClockOptions {
  /** The initial value of `now()`, in milliseconds. @default 0 */
  readonly startMs?: number
  /** With a seed, timers of the same moment fire in an order drawn from it. @default the order of their creation */
  readonly seed?: number
  /** Number of timers at one moment after which it counts as an endless loop. @default 1 000 000 */
  readonly maxTimersPerMoment?: number
}

/** A bound in virtual time. */
export interface AdvanceBound {
  /** Longest advance, in milliseconds from now. @default 3 600 000, an hour */
  readonly maxMs?: number
}

/** Options of {@link VirtualClock.runUntil}. */
export interface RunUntilOptions extends AdvanceBound {
  /** Name of the awaited promise for the error message. @default 'the promise' */
  readonly label?: string
}

const CLOCK_OPTIONS = namesOf<VirtualClockOptions>()('startMs seed maxTimersPerMoment')

const ADVANCE_BOUND = namesOf<AdvanceBound>()('maxMs')

export const RUN_UNTIL_OPTIONS: ReadonlySet<string> = namesOf<RunUntilOptions>()('maxMs label')

/** The default bound of an advance: an hour. */
export const DEFAULT_MAX_MS = 3_600_000

interface Timer extends HeapEntry {
  readonly at: number
  readonly tieBreak: number
  readonly sequence: number
  readonly callback: () => void
}

/**
 * A clock that stands still until it is advanced. Hours of real time take microseconds in a test, and every run is the
 * same.
 *
 * @example
 * ```ts
 * import { VirtualClock } from 'aof-runtime/testing'
 *
 * const clock = new VirtualClock()
 * const slow = clock.sleep(30_000).then(() => 'done')
 * console.log(await clock.runUntil(slow), clock.now())
 * ```
 */
export class VirtualClock implements Clock {
  #now: number
  #sequence = 0
  #firedAtThisMoment = 0
  readonly #maxTimersPerMoment: number
  readonly #tieBreak: () => number
  readonly #timers = new BinaryHeap<Timer>(firesBefore)
  readonly #exclusively = oneAtATime('clock')

  /** @throws MisuseError if an option is invalid */
  constructor(options: VirtualClockOptions = {}) {
    checkOptions('', options, CLOCK_OPTIONS)
    const { startMs = 0, seed, maxTimersPerMoment = 1_000_000 } = options
    checkDuration('startMs', startMs, 0, Number.MAX_SAFE_INTEGER)
    checkCount('maxTimersPerMoment', maxTimersPerMoment, 1)
    this.#now = startMs
    this.#maxTimersPerMoment = maxTimersPerMoment
    this.#tieBreak = seed === undefined ? () => 0 : seededRandom(seed)
  }

  now(): number {
    return this.#now
  }

  /**
   * @throws MisuseError unless `delayMs` is from 0 to 2 147 483 647: a real timer with any other value would fire at
   * once, which is never intended
   */
  setTimer(callback: () => void, delayMs: number): TimerHandle {
    checkDuration('delayMs', delayMs, 0, MAX_DELAY_MS)
    const timer: Timer = {
      at: this.#now + delayMs,
      tieBreak: this.#tieBreak(),
      sequence: this.#sequence++,
      callback,
      heapIndex: -1,
    }
    this.#timers.push(timer)
    return { clear: () => void this.#timers.remove(timer) }
  }

  /** Number of timers that have neither fired nor been cleared. */
  get pending(): number {
    return this.#timers.size
  }

  /** The moment of the next timer, which is in the past after a leap; `undefined` if there is none. */
  get nextAt(): number | undefined {
    return this.#timers.peek()?.at
  }

  /**
   * Resolves after `ms` milliseconds. If the signal aborts, it rejects with the signal's reason and leaves no timer
   * behind.
   *
   * @param ms 0 to 2 147 483 647
   */
  sleep(ms: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return sleep(this, ms, options.signal && [options.signal])
  }

  /**
   * Lets `ms` milliseconds pass. Due timers fire, including those that are set meanwhile, and all microtasks run
   * before, between and after them. `advance(0)` fires the timers that are due now.
   *
   * Rejects with the error of a timer's callback; time then stands at that timer's moment.
   *
   * @param ms 0 to 2⁵³ − 1
   */
  async advance(ms: number): Promise<void> {
    checkDuration('ms', ms, 0, Number.MAX_SAFE_INTEGER)
    await this.advanceTo(this.#now + ms)
  }

  /** {@link advance} up to a moment, which must not lie in the past. */
  async advanceTo(moment: number): Promise<void> {
    if (!(moment >= this.#now && moment < Infinity)) {
      throw new MisuseError('moment', `a moment that is not before now, ${this.#now} ms`, moment)
    }
    await this.#exclusively(async () => {
      await settleMicrotasks()
      while ((this.nextAt ?? Infinity) <= moment) await this.#fire()
      this.#moveTo(Math.max(moment, this.#now))
    })
  }

  /**
   * Lets `ms` milliseconds pass at once without firing timers, as on a machine that was asleep. Timers that fell due
   * meanwhile are late, and fire in order with the next advance. May also be called from a timer's callback.
   *
   * @param ms 0 to 2⁵³ − 1
   */
  leap(ms: number): void {
    checkDuration('ms', ms, 0, Number.MAX_SAFE_INTEGER)
    this.#moveTo(this.#now + ms)
  }

  /** Advances to the next timer, fires it and lets microtasks run; false if there is none. */
  async fireNext(): Promise<boolean> {
    return this.#exclusively(async () => {
      await settleMicrotasks()
      if (this.#timers.size === 0) return false
      await this.#fire()
      return true
    })
  }

  /**
   * Advances from timer to timer until none is left.
   *
   * @throws StalledError (as a rejection) if timers are left beyond `maxMs`
   */
  async runAll(options: AdvanceBound = {}): Promise<void> {
    checkOptions('', options, ADVANCE_BOUND)
    const limit = this.#limit(options)
    await this.#exclusively(async () => {
      await settleMicrotasks()
      while (this.#timers.size > 0) await this.#fireBefore(limit, 'Timers keep being set')
    })
  }

  /**
   * Advances from timer to timer until `promise` settles, and settles like it. Time then stands at the moment of the
   * last timer that fired.
   *
   * @throws StalledError (as a rejection) if the promise is still pending and no timer is left, or none within `maxMs`
   */
  async runUntil<T>(promise: PromiseLike<T>, options: RunUntilOptions = {}): Promise<T> {
    checkOptions('', options, RUN_UNTIL_OPTIONS)
    const { label = 'the promise' } = options
    const limit = this.#limit(options)
    let settled = false
    const onSettled = (): void => void (settled = true)
    promise.then(onSettled, onSettled)
    await this.#exclusively(async () => {
      await settleMicrotasks()
      while (!settled) {
        if (this.#timers.size === 0) {
          throw new StalledError(
            `Waiting for ${label}: still pending at ${this.#now} ms, and no timer is left to fire. Look for a promise that is never resolved.`,
          )
        }
        await this.#fireBefore(limit, `Waiting for ${label}: still pending`)
      }
    })
    return promise
  }

  #limit({ maxMs = DEFAULT_MAX_MS }: AdvanceBound): number {
    checkDuration('maxMs', maxMs, 0, Number.MAX_SAFE_INTEGER, true)
    return this.#now + maxMs
  }

  async #fireBefore(limit: number, complaint: string): Promise<void> {
    const next = this.#timers.peek()
    if (next !== undefined && next.at > limit) {
      throw new StalledError(
        `${complaint} at ${this.#now} ms, and the next of ${this.#timers.size} timer(s) is due at ${next.at} ms, beyond the bound of ${limit} ms (maxMs).`,
      )
    }
    await this.#fire()
  }

  async #fire(): Promise<void> {
    const timer = this.#timers.pop()
    if (timer === undefined) return
    this.#moveTo(Math.max(timer.at, this.#now))
    this.#firedAtThisMoment += 1
    if (this.#firedAtThisMoment > this.#maxTimersPerMoment) {
      throw new StalledError(
        `${this.#maxTimersPerMoment} timers fired at ${this.#now} ms and more are due: a timer that restarts itself without delay never ends (maxTimersPerMoment).`,
      )
    }
    timer.callback()
    await settleMicrotasks()
  }

  #moveTo(moment: number): void {
    if (moment > this.#now) this.#firedAtThisMoment = 0
    this.#now = moment
  }
}

function firesBefore(a: Timer, b: Timer): boolean {
  if (a.at !== b.at) return a.at < b.at
  if (a.tieBreak !== b.tieBreak) return a.tieBreak < b.tieBreak
  return a.sequence < b.sequence
}
