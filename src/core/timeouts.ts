import type { Clock, TimerHandle } from './clock.ts'

/**
 * Timeouts of many calls on few timers: one per distinct duration.
 *
 * Duty: call `expire` on each entry once, `durationMs` after it was added, unless it was removed before.
 * Boundary: knows nothing of calls; an entry brings its own links, so that adding and removing allocate nothing.
 * 1. Entries of one duration expire in the order they were added, so a list by arrival is a list by moment.
 * 2. A duration with entries has a timer. One without may keep it until {@link Timeouts.rest}: calls come and go by the
 *    thousand, and setting a timer costs more than all else here. After `rest` nothing keeps the process alive.
 * 3. A timer is not moved when its first entry is removed; it finds the next one's moment when it fires.
 */
export class Timeouts {
  readonly #clock: Clock
  readonly #lists = new Map<number, TimeoutList>()
  /** Most calls have the same timeout: the list that was used last. */
  #last: TimeoutList | undefined
  /** With so many durations those that are not in use are forgotten. */
  #pruneAt = 64

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * @param entry expires `durationMs` after `now`; must not be in a list already
   * @param durationMs up to MAX_DELAY_MS; `Infinity` never expires and is not entered
   * @param now the clock's present time
   */
  add(entry: Expiring, durationMs: number, now: number): void {
    if (durationMs === Infinity) return
    let list = this.#last
    if (list === undefined || list.durationMs !== durationMs) list = this.#listFor(durationMs)
    list.add(entry, now)
  }

  /** Takes an entry out; does nothing where it is in no list. */
  remove(entry: Expiring): void {
    entry.timeoutList?.remove(entry)
  }

  /** There is nothing under way: timers of durations without entries are cleared. */
  rest(): void {
    for (const list of this.#lists.values()) list.rest()
  }

  #prune(): void {
    for (const [durationMs, list] of this.#lists) {
      if (!list.isEmpty) continue
      list.rest()
      this.#lists.delete(durationMs)
    }
    this.#pruneAt = Math.max(64, this.#lists.size * 2)
  }

  #listFor(durationMs: number): TimeoutList {
    let list = this.#lists.get(durationMs)
    if (list === undefined) {
      // Durations that were used once must not pile up.
      if (this.#lists.size >= this.#pruneAt) this.#prune()
      list = new TimeoutList(this.#clock, durationMs)
      this.#lists.set(durationMs, list)
    }
    return (this.#last = list)
  }
}

/** What can expire. The links belong to the list that it is in. */
export interface Expiring {
  timeoutList: TimeoutList | undefined
  addedAt: number
  before: Expiring | undefined
  after: Expiring | undefined
  expire(): void
}

/** The entries of one duration, in the order they were added, on one timer. */
export class TimeoutList {
  readonly durationMs: number
  readonly #clock: Clock
  #first: Expiring | undefined
  #last: Expiring | undefined
  #timer: TimerHandle | undefined
  /** While entries expire, those that are added leave the timer to whoever comes first in the end. */
  #firing = false

  constructor(clock: Clock, durationMs: number) {
    this.#clock = clock
    this.durationMs = durationMs
  }

  get isEmpty(): boolean {
    return this.#first === undefined
  }

  add(entry: Expiring, now: number): void {
    entry.timeoutList = this
    entry.addedAt = now
    entry.before = this.#last
    entry.after = undefined
    if (this.#last === undefined) this.#first = entry
    else this.#last.after = entry
    this.#last = entry
    if (!this.#firing) this.#timer ??= this.#clock.setTimer(this.#fire, this.durationMs)
  }

  remove(entry: Expiring): void {
    if (entry.before === undefined) this.#first = entry.after
    else entry.before.after = entry.after
    if (entry.after === undefined) this.#last = entry.before
    else entry.after.before = entry.before
    entry.timeoutList = entry.before = entry.after = undefined
  }

  readonly #fire = (): void => {
    this.#timer = undefined
    this.#firing = true
    const now = this.#clock.now()
    try {
      this.#expireAll(now)
    } finally {
      // Whatever one of them threw, those that are left have their timer.
      this.#firing = false
      const first = this.#first
      if (first !== undefined)
        this.#timer = this.#clock.setTimer(this.#fire, Math.max(0, Math.ceil(first.addedAt + this.durationMs - now)))
    }
  }

  #expireAll(now: number): void {
    for (let first = this.#first; first !== undefined; first = this.#first) {
      if (first.addedAt + this.durationMs > now) return
      this.remove(first)
      first.expire()
    }
  }

  /** Clears the timer if there is nothing to wait for. */
  rest(): void {
    if (this.#first !== undefined || this.#timer === undefined) return
    this.#timer.clear()
    this.#timer = undefined
  }
}
