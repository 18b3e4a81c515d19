import type { Clock } from '../host/clock.ts'
import type { CallPlace } from '../contract/events.ts'

/** What a watch is told of calls, and tells. */
export interface StallWatchSetup {
  readonly clock: Clock
  /** How long the event loop may stand still unnoticed, in milliseconds. */
  readonly stallMs: number
  /** The calls whose tools run at this moment; empty where nothing is under way. */
  readonly running: () => readonly RunningCall[]
  /** Whether anything is under way. */
  readonly isBusy: () => boolean
  /** The loop stood still for `stalledMs`, while `calls` ran, the likeliest cause first. */
  readonly tell: (stalledMs: number, calls: readonly CallPlace[], now: number) => void
}

/** A call whose tool runs, or ran. */
export interface RunningCall {
  readonly startedAt: number
  /** Undefined while it runs. */
  readonly endedAt?: number
  readonly call: CallPlace
}

/** More are of no use to anybody. */
const MAX_CALLS = 10

/**
 * Notices that the event loop stood still while tools ran (I28): a timer that comes late shows it.
 *
 * Duty: say for how long, and whose tools ran meanwhile. Which of them it was cannot be known from within one thread: tools
 * that started after the loop had stood still are left out, and of the others the one that started last is the likeliest.
 * Boundary: changes nothing. It costs one timer at a time while anything is under way, and a comparison per attempt; the
 * timer keeps no process alive.
 */
export class StallWatch {
  readonly #setup: StallWatchSetup
  readonly #periodMs: number
  readonly #lateMs: number
  #isArmed = false
  /** Since when the loop may have stood still. */
  #lastTick = 0
  #ended: RunningCall[] = []

  constructor(setup: StallWatchSetup) {
    this.#setup = setup
    this.#periodMs = setup.stallMs / 2
    this.#lateMs = setup.stallMs + this.#periodMs
  }

  /** Something is under way from `now` on. */
  arm(now: number): void {
    if (this.#isArmed) return
    this.#isArmed = true
    this.#lastTick = now
    this.#setTimer()
  }

  /** Whether the loop seems to have stood still: a tool that ends at such a time is to be {@link note}d. */
  isLate(now: number): boolean {
    return now - this.#lastTick > this.#lateMs && this.#isArmed && this.#ended.length < MAX_CALLS
  }

  /** A tool has ended that ran while the loop stood still. */
  note(ended: RunningCall): void {
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
 * Those of the calls whose tools ran while nothing else did. Between two moments at which a tool started or ended, the loop
 * may have stood still: it did in the longest of these gaps, and in others that are half as long.
 */
function suspects(calls: readonly RunningCall[], from: number, to: number): RunningCall[] {
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
