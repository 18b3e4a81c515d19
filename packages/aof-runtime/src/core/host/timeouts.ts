import type { Clock, TimerHandle } from './clock.ts'

/**
 * Timeouts of many calls on few timers: one per distinct duration.
 *
 * Duty: call `expire` on each entry once, `durationMs` after its time began, unless it was removed before.
 * Boundary: knows nothing of calls; an entry brings its own links, so that adding and removing allocate nothing.
 * 1. A list holds the entries of one duration in the order in which their time began, so it is a list by moment. That is
 *    nearly always the order in which they are added.
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
    if (durationMs !== Infinity) this.#listFor(durationMs).add(entry, now, true)
  }

  /**
   * Adds an entry whose time began a while ago, e.g. before a listener that has blocked the event loop. Reads the clock
   * where it sets a timer, which {@link Timeouts.add} does not.
   *
   * @param entry expires `durationMs` after `since`; at the next turn of the event loop where that has passed
   */
  addSince(entry: Expiring, durationMs: number, since: number): void {
    if (durationMs !== Infinity) this.#listFor(durationMs).add(entry, since, false)
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
    return this.#last?.durationMs === durationMs ? this.#last : this.#findList(durationMs)
  }

  #findList(durationMs: number): TimeoutList {
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

/** The entries of one duration, in the order in which their time began, on one timer. */
export class TimeoutList {
  readonly durationMs: number
  readonly #clock: Clock
  #first: Expiring | undefined
  #last: Expiring | undefined
  #timer: TimerHandle | undefined
  /** The moment for which the timer is set; it may fire later. `Infinity` where none is set. */
  #firesAt = Infinity
  /** While entries expire, no timer is set: the first of those that are left then has it. */
  #firing = false

  constructor(clock: Clock, durationMs: number) {
    this.#clock = clock
    this.durationMs = durationMs
  }

  get isEmpty(): boolean {
    return this.#first === undefined
  }

  /**
   * @param since when the time of the entry began
   * @param isNow whether that is the clock's present time
   */
  add(entry: Expiring, since: number, isNow: boolean): void {
    let before = this.#last
    while (before !== undefined && before.addedAt > since) before = before.before
    this.#insert(entry, before)
    entry.addedAt = since
    const dueAt = since + this.durationMs
    if (dueAt >= this.#firesAt || this.#firing) return
    this.#setTimer(dueAt, isNow ? this.durationMs : dueAt - this.#clock.now())
  }

  #insert(entry: Expiring, before: Expiring | undefined): void {
    const after = before === undefined ? this.#first : before.after
    entry.timeoutList = this
    entry.before = before
    entry.after = after
    if (before === undefined) this.#first = entry
    else before.after = entry
    if (after === undefined) this.#last = entry
    else after.before = entry
  }

  #setTimer(dueAt: number, delayMs: number): void {
    this.#timer?.clear()
    this.#timer = this.#clock.setTimer(this.#fire, Math.max(0, Math.ceil(delayMs)))
    this.#firesAt = dueAt
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
    this.#firesAt = Infinity
    this.#firing = true
    try {
      this.#expireAll(this.#clock.now())
    } finally {
      // Whatever one of them threw, and for however long it has blocked, those that are left have their timer.
      this.#firing = false
      if (this.#first !== undefined) {
        const dueAt = this.#first.addedAt + this.durationMs
        this.#setTimer(dueAt, dueAt - this.#clock.now())
      }
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
    this.#firesAt = Infinity
  }
}
