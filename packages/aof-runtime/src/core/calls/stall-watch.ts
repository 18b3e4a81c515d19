import type { Clock } from '../host/clock.ts'
import type { CallPlace } from '../contract/events.ts'

/** The parameters of a watch. */
export interface StallWatchSetup {
  readonly clock: Clock
  /** The longest time for which the event loop may be blocked without a report, in milliseconds. */
  readonly stallMs: number
  /** The calls whose tools run at this moment. */
  readonly running: () => readonly LiveCall[]
  /** Whether any batch is under way. */
  readonly isBusy: () => boolean
  /** The loop was blocked for `stalledMs` while `calls` ran, the likeliest cause first. */
  readonly tell: (stalledMs: number, calls: readonly CallPlace[], now: number) => void
}

/** A call whose tool runs, or ran. */
export interface LiveCall {
  readonly startedAt: number
  /** Undefined while it runs. */
  readonly endedAt?: number
  readonly call: CallPlace
}

/** The most calls that a report names. */
const MAX_CALLS = 10

/**
 * Notices that the event loop was blocked while tools ran (I28), by a timer that fires late.
 *
 * Duty: report for how long, and the tools that ran meanwhile. The cause cannot be known from within one thread: tools that
 * started after the block are left out, and of the others the one that started last is the likeliest.
 * Boundary: changes nothing. It costs one timer at a time while a batch is under way, and a comparison per attempt; the timer
 * keeps no process alive.
 */
export class StallWatch {
  readonly #setup: StallWatchSetup
  readonly #periodMs: number
  readonly #lateMs: number
  #isArmed = false
  /** Since when the loop may have been blocked. */
  #lastTick = 0
  #ended: LiveCall[] = []

  constructor(setup: StallWatchSetup) {
    this.#setup = setup
    this.#periodMs = setup.stallMs / 2
    this.#lateMs = setup.stallMs + this.#periodMs
  }

  /** A batch is under way from `now` on. */
  arm(now: number): void {
    if (this.#isArmed) return
    this.#isArmed = true
    this.#lastTick = now
    this.#setTimer()
  }

  /** Whether the loop seems to have been blocked: {@link note} a tool that ends at such a time. */
  isLate(now: number): boolean {
    return now - this.#lastTick > this.#lateMs && this.#isArmed && this.#ended.length < MAX_CALLS
  }

  /** A tool that ran while the loop was blocked has ended. */
  note(ended: LiveCall): void {
    this.#ended.push(ended)
  }

  #setTimer(): void {
    this.#setup.clock.setTimer(this.#tick, this.#periodMs, { keepsAlive: false })
  }

  readonly #tick = (): void => {
    const { clock, stallMs, running, isBusy, tell } = this.#setup
    const now = clock.now()
    const since = this.#lastTick + this.#periodMs
    const stalledMs = now - since
    const ended = this.#ended
    this.#lastTick = now
    this.#ended = []
    this.#isArmed = isBusy()
    if (this.#isArmed) this.#setTimer()
    if (stalledMs < stallMs) return
    const calls = suspects([...ended, ...running()], since - this.#periodMs, now)
    const likeliestFirst = calls.toSorted((a, b) => b.startedAt - a.startedAt).slice(0, MAX_CALLS)
    if (calls.length > 0)
      tell(
        stalledMs,
        likeliestFirst.map(({ call }) => call),
        now,
      )
  }
}

/**
 * The calls whose tools ran during the block. Between two moments at which a tool started or ended, the loop may have been
 * blocked: it was in the longest of these gaps, and in others that are at least half as long.
 */
function suspects(calls: readonly LiveCall[], from: number, to: number): LiveCall[] {
  const moments = calls
    .flatMap(({ startedAt, endedAt = to }) => [startedAt, endedAt])
    .filter((at) => at > from && at < to)
    .concat(from, to)
    .sort((a, b) => a - b)
  const gaps = moments.slice(1).map((end, i) => ({ start: moments[i] ?? from, end }))
  const longest = Math.max(...gaps.map(({ start, end }) => end - start))
  const long = gaps.filter(({ start, end }) => 2 * (end - start) >= longest)
  return calls.filter(({ startedAt, endedAt = to }) =>
    long.some(({ start, end }) => startedAt <= start && endedAt >= end),
  )
}
