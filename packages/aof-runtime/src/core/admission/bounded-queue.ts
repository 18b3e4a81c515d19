import type { Clock } from '../host/clock.ts'
import { Expiry } from '../host/expiry.ts'
import type { QueueBound } from '../contract/queue-bound.ts'
import type { Timeouts } from '../host/timeouts.ts'

/** A call that waits, in the queue or for a place in it. */
export interface QueuedCall {
  /** Ends its wait in the queue at its deadline; undefined without a deadline. */
  readonly queueDeadline: Expiry | undefined
  /** Whether it still waits for a place in the queue. */
  readonly isOutside: boolean
  /** The call enters the queue, which has a place for it. */
  enter(): void
}

/**
 * The bound of an executor's queue: how many calls are in it, which calls wait for a place, and for how long.
 *
 * Duty: the first call that waits outside takes a place that becomes free.
 * Boundary: admission decides which call in the queue is next.
 */
export class BoundedQueue {
  readonly bound: QueueBound
  readonly #hasRules: boolean
  readonly #timeouts: Timeouts
  readonly #clock: Clock
  #inside = 0
  readonly #outside: QueuedCall[] = []

  constructor(bound: QueueBound, timeouts: Timeouts, clock: Clock) {
    this.bound = bound
    this.#hasRules = bound.policy === 'wait' || bound.deadlineMs !== Infinity
    this.#timeouts = timeouts
    this.#clock = clock
  }

  /** How many calls wait, inside and outside. */
  get waiting(): number {
    return this.#inside + this.#outside.filter(({ isOutside }) => isOutside).length
  }

  /** @param besides how many other calls count against the bound */
  isFull(besides: number): boolean {
    return this.#inside + besides >= this.bound.max
  }

  /** The number of free places. */
  get left(): number {
    return this.bound.max - this.#inside
  }

  enter(count: number): void {
    this.#inside += count
  }

  /** Whether waits have a deadline. */
  get limitsWaits(): boolean {
    return this.bound.deadlineMs !== Infinity
  }

  /**
   * Sets the deadline for a call that has just entered.
   *
   * @param end runs at the deadline, unless the call leaves before
   * @returns the expiry to be removed when the call leaves
   */
  limit(end: () => void): Expiry {
    const { deadlineMs } = this.bound
    const expiry = new Expiry(end)
    this.#timeouts.add(expiry, deadlineMs, this.#clock.now())
    return expiry
  }

  /** Whether a deadline has passed. Its expiry may not have run yet, where the event loop was blocked. */
  isOver(end: Expiry | undefined, at: number | undefined): boolean {
    return end !== undefined && (at ?? this.#clock.now()) >= end.addedAt + this.bound.deadlineMs
  }

  waitOutside(call: QueuedCall): void {
    this.#outside.push(call)
  }

  /** A call leaves the queue. */
  leave(call: QueuedCall): void {
    this.#inside--
    if (!this.#hasRules) return
    const expiry = call.queueDeadline
    if (expiry !== undefined) this.#timeouts.remove(expiry)
    this.#admitNext()
  }

  /** A queued call settles, by `settle`; its successor enters afterwards. */
  withdraw(settle: () => void): void {
    this.#inside--
    try {
      settle()
    } finally {
      if (this.#hasRules) this.#admitNext()
    }
  }

  #admitNext(): void {
    while (this.#outside.length > 0 && !this.isFull(0)) {
      const next = this.#outside.shift()
      if (next?.isOutside === true) next.enter()
    }
  }
}
