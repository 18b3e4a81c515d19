/**
 * Duty: chooses the order in which concurrent work continues, from a seed. Boundary: knows only work that waits at its
 * points, and the given clock; it starts and stops nothing.
 *
 * Invariants:
 * 1. A point is released exactly once, or its wait is aborted.
 * 2. Between two releases all microtasks have run, so that one piece of work continues at a time.
 * 3. The order depends only on the seed and on the work waiting at each release.
 */
import { checkCount, checkDuration } from '../core/contract/misuse.ts'
import { checkOptions, namesOf } from '../core/contract/option-names.ts'
import { fnv1a64 } from './fnv.ts'
import { settleMicrotasks } from './macrotask.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { SeededRandom } from './random.ts'
import { StalledError } from './stalled.ts'
import { DEFAULT_MAX_MS, RUN_UNTIL_OPTIONS, type RunUntilOptions, type VirtualClock } from './virtual-clock.ts'

/** When a {@link SeededScheduler} may advance time. */
export type TimeMoves = 'when-idle' | 'any-time'

/** Options of a {@link SeededScheduler}. */
export interface SeededSchedulerOptions {
  /** An integer from 0 to 2⁵³ − 1. */
  readonly seed: number
  /** The clock that {@link SeededScheduler.waitFor} advances. @default none: only points are released */
  readonly clock?: VirtualClock
  /**
   * When {@link SeededScheduler.waitFor} may advance time. `when-idle`: only if no work waits at a point, so that
   * points take no time. `any-time`: also while work waits at a point, which may then be delayed for as long as timers
   * run. In both modes timers that are due at the present moment are drawn among the points.
   * @default 'when-idle'
   */
  readonly timeMoves?: TimeMoves
  /** Number of points in one wait after which it counts as an endless loop. @default 1 000 000 */
  readonly maxReleases?: number
}

const SCHEDULER_OPTIONS = namesOf<SeededSchedulerOptions>()('seed clock timeMoves maxReleases')

interface Point {
  readonly label: string
  readonly release: () => void
}

/**
 * Holds concurrent work at the points that it declares, and lets one piece continue at a time, in an order drawn from a
 * seed. Each seed is one interleaving, and the same seed gives the same one again.
 *
 * @example
 * ```ts
 * import { SeededScheduler } from 'aof-runtime/testing'
 *
 * const scheduler = new SeededScheduler({ seed: 1 })
 * let balance = 0
 * const deposit = async (name: string): Promise<void> => {
 *   const before = balance
 *   await scheduler.point(name)
 *   balance = before + 1
 * }
 * await scheduler.waitFor(Promise.all([deposit('a'), deposit('b')]))
 * console.log(balance, scheduler.trace.length)
 * ```
 */
export class SeededScheduler {
  readonly #random: SeededRandom
  readonly #clock: VirtualClock | undefined
  readonly #timeMoves: TimeMoves
  readonly #maxReleases: number
  readonly #points: Point[] = []
  readonly #trace: string[] = []
  readonly #exclusively = oneAtATime('scheduler')

  /** @throws MisuseError if an option is invalid */
  constructor(options: SeededSchedulerOptions) {
    checkOptions('', options, SCHEDULER_OPTIONS)
    const { seed, clock, timeMoves = 'when-idle', maxReleases = 1_000_000 } = options
    checkCount('maxReleases', maxReleases, 1)
    this.#random = new SeededRandom(seed)
    this.#clock = clock
    this.#timeMoves = timeMoves
    this.#maxReleases = maxReleases
  }

  /**
   * Waits until the scheduler lets this work continue. If the signal aborts, it rejects with the signal's reason, and
   * the point is removed.
   *
   * @param label names the work in the trace
   */
  point(label: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const point: Point = {
        label,
        release: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      const onAbort = (): void => {
        this.#points.splice(this.#points.indexOf(point), 1)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#points.push(point)
    })
  }

  /** The labels of the waiting points, in order of arrival until one of them is released. */
  get waiting(): readonly string[] {
    return this.#points.map(({ label }) => label)
  }

  /** The trace, in order: labels of released points, `clock <moment>` for timers, and recorded entries. */
  get trace(): readonly string[] {
    return this.#trace
  }

  /** Adds an entry to the trace, e.g. an event of the code under test, so that the hash covers it. */
  record(entry: string): void {
    this.#trace.push(entry)
  }

  /** 16 hexadecimal digits that identify the trace: two runs with the same hash had the same trace. */
  traceHash(): string {
    return fnv1a64(JSON.stringify(this.#trace)).toString(16).padStart(16, '0')
  }

  /**
   * Releases one waiting point or fires the clock's next timer, like one step of {@link SeededScheduler.waitFor}, and
   * lets microtasks run. For tests that check their state after every step.
   *
   * @returns false if no point and no timer is waiting
   */
  async moveOne(): Promise<boolean> {
    return this.#exclusively(async () => {
      await settleMicrotasks()
      return this.#move(Infinity)
    })
  }

  /** Releases one waiting point and lets microtasks run; false if none waits. */
  async waitOne(): Promise<boolean> {
    return this.#exclusively(async () => {
      await settleMicrotasks()
      return this.#releaseOne()
    })
  }

  /** Releases points, including those reached meanwhile, until none waits. The clock does not move. */
  async waitAll(): Promise<void> {
    await this.#exclusively(async () => {
      await settleMicrotasks()
      for (let releases = 0; this.#points.length > 0; releases++) {
        this.#checkReleases(releases)
        await this.#releaseOne()
      }
    })
  }

  /**
   * Releases points and fires the clock's timers until `promise` settles, and settles like it.
   *
   * @throws StalledError (as a rejection) if the promise is still pending and there is no waiting point and no timer,
   * or no timer within `maxMs`
   */
  async waitFor<T>(promise: PromiseLike<T>, options: RunUntilOptions = {}): Promise<T> {
    checkOptions('', options, RUN_UNTIL_OPTIONS)
    const { label = 'the promise', maxMs = DEFAULT_MAX_MS } = options
    checkDuration('maxMs', maxMs, 0, Number.MAX_SAFE_INTEGER, true)
    const limit = (this.#clock?.now() ?? 0) + maxMs
    let settled = false
    const onSettled = (): void => void (settled = true)
    promise.then(onSettled, onSettled)
    await this.#exclusively(async () => {
      await settleMicrotasks()
      for (let releases = 0; !settled; releases++) {
        this.#checkReleases(releases)
        if (!(await this.#move(limit))) throw new StalledError(this.#stalled(label, limit))
      }
    })
    return promise
  }

  #move(limit: number): Promise<boolean> {
    return this.#drawsTimer() ? this.#fireNext(limit) : this.#releaseOne()
  }

  async #releaseOne(): Promise<boolean> {
    if (this.#points.length === 0) return false
    const [point] = this.#points.splice(this.#random.int(0, this.#points.length - 1), 1)
    if (point === undefined) return false
    this.#trace.push(point.label)
    point.release()
    await settleMicrotasks()
    return true
  }

  #drawsTimer(): boolean {
    const clock = this.#clock
    if (clock?.nextAt === undefined) return false
    if (this.#points.length === 0) return true
    const mayFire = this.#timeMoves === 'any-time' || clock.nextAt <= clock.now()
    return mayFire && this.#random.int(0, this.#points.length) === 0
  }

  async #fireNext(limit: number): Promise<boolean> {
    const clock = this.#clock
    if (clock?.nextAt === undefined || clock.nextAt > limit) return false
    this.#trace.push(`clock ${clock.nextAt}`)
    return clock.fireNext()
  }

  #checkReleases(releases: number): void {
    if (releases < this.#maxReleases) return
    throw new StalledError(
      `${this.#maxReleases} points and timers were released in one wait, and more are waiting: this may be an endless loop (maxReleases). The last: ${this.#last()}.`,
    )
  }

  #stalled(label: string, limit: number): string {
    const clock = this.#clock
    const moment = clock === undefined ? '' : ` at ${clock.now()} ms`
    const why =
      clock?.nextAt === undefined
        ? `nothing waits at a point${clock === undefined ? '' : ' or for a timer'}. Look for a promise that is never resolved.`
        : `the next timer is due at ${clock.nextAt} ms, beyond the bound of ${limit} ms (maxMs).`
    return `Waiting for ${label}: still pending${moment}, and ${why} The last to continue: ${this.#last()}.`
  }

  #last(): string {
    return this.#trace.slice(-5).join(', ') || 'nothing yet'
  }
}
