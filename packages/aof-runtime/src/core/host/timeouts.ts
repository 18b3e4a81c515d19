import type { Clock, TimerHandle } from './clock.ts'

/**
 * Timeouts of many calls on few timers: one per distinct duration.
 *
 * Duty: call `expire` on each entry once, `durationMs` after its time began, unless it is removed before.
 * Boundary: it knows nothing of calls. Each entry has its own links, so that adding and removing allocate nothing.
 * 1. A list holds the entries of one duration in the order in which their time began, and so in the order in which they
 *    expire. That is nearly always the order in which they are added.
 * 2. A duration with entries has a timer. A duration without entries may keep its timer until {@link Timeouts.rest}: calls start
 *    and end by the thousand, and setting a timer costs more than everything else here. After `rest` no timer keeps the
 *    process alive.
 * 3. A timer is not moved when its first entry is removed; when it fires it is set for the next entry.
 */
export class Timeouts {
  readonly #clock: Clock
  readonly #lists = new Map<number, TimeoutList>()
  /** The list that was used last; most calls have the same timeout. */
  #last: TimeoutList | undefined
  /** The number of durations at which those without entries are removed. */
  #pruneAt = 64

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * @param entry expires `durationMs` after `now`; must not be in a list yet
   * @param durationMs up to MAX_DELAY_MS; an entry with `Infinity` never expires and is not added
   * @param now the clock's present time
   */
  add(entry: Expiring, durationMs: number, now: number): void {
    if (durationMs !== Infinity) this.#listFor(durationMs).add(entry, now, true)
  }

  /**
   * Adds an entry whose time began earlier, e.g. before a listener that blocked the event loop. Unlike {@link Timeouts.add} it
   * reads the clock when it sets a timer.
   *
   * @param entry expires `durationMs` after `since`, or at the next turn of the event loop if that moment has passed
   */
  addSince(entry: Expiring, durationMs: number, since: number): void {
    if (durationMs !== Infinity) this.#listFor(durationMs).add(entry, since, false)
  }

  /** Removes an entry; does nothing if it is in no list. */
  remove(entry: Expiring): void {
    entry.timeoutList?.remove(entry)
  }

  /** Clears the timers of durations without entries; called when no call is under way. */
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
      // Durations that were used once must not accumulate.
      if (this.#lists.size >= this.#pruneAt) this.#prune()
      list = new TimeoutList(this.#clock, durationMs)
      this.#lists.set(durationMs, list)
    }
    return (this.#last = list)
  }
}

/** An entry that can expire. Its links belong to the list that it is in. */
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
  /** The moment for which the timer is set; it may fire later. `Infinity` if no timer is set. */
  #firesAt = Infinity
  /** While entries expire no timer is set; afterwards it is set for the first remaining entry. */
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
   * @param isNow whether `since` is the clock's present time
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
      // Also if an entry threw, or blocked for long, the remaining entries have their timer.
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

  /** Clears the timer if there are no entries. */
  rest(): void {
    if (this.#first !== undefined || this.#timer === undefined) return
    this.#timer.clear()
    this.#timer = undefined
    this.#firesAt = Infinity
  }
}
