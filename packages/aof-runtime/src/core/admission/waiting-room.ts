import type { Clock } from '../host/clock.ts'
import { Expiry } from '../host/expiry.ts'
import type { QueueBound } from '../contract/queue-bound.ts'
import type { Timeouts } from '../host/timeouts.ts'

/** A call that waits, in the queue or outside of it. */
export interface Guest {
  /** Ends its wait in the queue; undefined where nothing does. */
  readonly queueDeadline: Expiry | undefined
  /** Whether it still waits for a place in the queue. */
  readonly isOutside: boolean
  /** There is a place for it. */
  enter(): void
}

/**
 * The queue of an executor, as far as it is bounded: how many wait in it, who waits outside of it, and for how long.
 *
 * Duty: a place that is free is taken by the first who waits outside.
 * Boundary: who in it comes next is the business of admission.
 */
export class WaitingRoom {
  readonly bound: QueueBound
  readonly #hasRules: boolean
  readonly #timeouts: Timeouts
  readonly #clock: Clock
  #inside = 0
  readonly #outside: Guest[] = []

  constructor(bound: QueueBound, timeouts: Timeouts, clock: Clock) {
    this.bound = bound
    this.#hasRules = bound.policy === 'wait' || bound.deadlineMs !== Infinity
    this.#timeouts = timeouts
    this.#clock = clock
  }

  /** Those that wait, inside and outside. */
  get waiting(): number {
    return this.#inside + this.#outside.filter(({ isOutside }) => isOutside).length
  }

  /** @param besides how many wait that are not counted here */
  isFull(besides: number): boolean {
    return this.#inside + besides >= this.bound.max
  }

  /** How many more it can hold. */
  get left(): number {
    return this.bound.max - this.#inside
  }

  enter(count: number): void {
    this.#inside += count
  }

  /** Whether a wait has an end. */
  get limitsWaits(): boolean {
    return this.bound.deadlineMs !== Infinity
  }

  /**
   * Ends the wait of one that has just entered, unless it is removed before.
   *
   * @returns what ends it
   */
  limit(end: () => void): Expiry {
    const { deadlineMs } = this.bound
    const expiry = new Expiry(end)
    this.#timeouts.add(expiry, deadlineMs, this.#clock.now())
    return expiry
  }

  /** Whether a wait's time has passed, though what ends it has not run yet: the event loop may have stood still. */
  isOver(end: Expiry | undefined, at: number | undefined): boolean {
    return end !== undefined && (at ?? this.#clock.now()) >= end.addedAt + this.bound.deadlineMs
  }

  waitOutside(call: Guest): void {
    this.#outside.push(call)
  }

  /** One that was inside is not any more. */
  leave(guest: Guest): void {
    this.#inside--
    if (!this.#hasRules) return
    const expiry = guest.queueDeadline
    if (expiry !== undefined) this.#timeouts.remove(expiry)
    this.#letOthersIn()
  }

  /** One that was inside is about to have its result; who comes in for it does so after that. */
  withdraw(end: () => void): void {
    this.#inside--
    try {
      end()
    } finally {
      if (this.#hasRules) this.#letOthersIn()
    }
  }

  #letOthersIn(): void {
    while (this.#outside.length > 0 && !this.isFull(0)) {
      const next = this.#outside.shift()
      if (next?.isOutside === true) next.enter()
    }
  }
}
