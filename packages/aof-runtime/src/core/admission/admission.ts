import type { Clock } from '../host/clock.ts'
import type { Demands } from './demands.ts'
import type { Flow } from './flow.ts'
import { HandOver } from './hand-over.ts'
import type { Limit } from './limit.ts'
import { ParkedFlows, type WaitingCounts } from './parked-flows.ts'
import type { RateLimit } from './rate-limit.ts'
import type { BusyPeriod } from './run-share.ts'
import type { Waiter } from './waiter.ts'

/** The settings of an admission. */
export interface AdmissionSetup {
  readonly clock: Clock
  readonly ageMs: number
  readonly reserveAfterMs: number
}

/**
 * Decides which call runs next.
 *
 * Duty: no limit is ever exceeded, a call takes all that it needs in one step, and no permit stays free that a waiting call
 * could start with (I25, I51).
 * Boundary: knows limits and waiting calls, not tools, batches or results. Each admitted call returns its permits exactly
 * once, by {@link release}.
 * 1. Outside of a hand-over, every waiting flow is parked on a demand without room. So a new call may take all that has
 *    room, and overtakes no other.
 * 2. Returned permits go to the first call in rank that can start with them, in the same step.
 * 3. A flow passed over for `reserveAfterMs`, because its demands never had room at the same time, gets a reservation.
 */
export class Admission {
  readonly #clock: Clock
  readonly #parked: ParkedFlows
  readonly #handOver: HandOver

  constructor({ clock, ageMs, reserveAfterMs }: AdmissionSetup) {
    this.#clock = clock
    this.#parked = new ParkedFlows(clock, ageMs, (rate) => {
      this.#handOver.free(rate)
      this.#handOver.run(undefined)
    })
    this.#handOver = new HandOver(clock, ageMs, reserveAfterMs, this.#parked)
  }

  /** The present busy period, or the last. */
  get busyPeriod(): BusyPeriod {
    return this.#parked.busyPeriod
  }

  /**
   * Counts the calls that wait to start; calls that wait to resume do not count.
   *
   * @param limit counts only calls that need a permit of it
   */
  waitingFor(limit?: Limit): WaitingCounts {
    return this.#parked.counts(limit)
  }

  /**
   * Takes all of `demands`, if they have room and no waiting call could take them. After false, the caller may {@link wait}.
   *
   * During a step this returns false if any call waits, so that the caller waits as well and they are compared at its end.
   *
   * @param cannotWait the caller cannot wait, so it may take free capacity that no waiting call wants, even during a step
   */
  take(demands: Demands, cannotWait = false): boolean {
    const handOver = this.#handOver
    if (handOver.isUnderWay && !this.#parked.isEmpty && !(cannotWait && !handOver.hasFreed)) return false
    const { rates, limits } = demands
    if (rates.length > 0) {
      const now = this.#clock.now()
      if (demands.firstUnmet(now) !== undefined) return false
      handOver.freeAwaited(rates)
      if (rates.some(({ queue }) => !queue.isEmpty)) return false
      demands.take(now)
      return true
    }
    for (const limit of limits) if (!limit.hasRoom()) return false
    for (const limit of limits) limit.inUse++
    return true
  }

  /**
   * Adds a waiting call to its flow (see `RunShare.flow`). Its `wantsPermit` is true from now on, and `flow.parkedOn` says
   * what it waits for. Call {@link look} after reporting that: its demands may have room by then.
   */
  wait(waiter: Waiter, flow: Flow): void {
    const { parkedOn } = flow
    const line = flow.add(waiter)
    if (parkedOn === undefined) {
      const limit = this.#parked.enter(flow)
      if (limit !== undefined) this.#handOver.free(limit)
    } else if (line !== undefined) this.#parked.joined(flow, line)
  }

  /**
   * Adds the calls right after a waiting call, which differ from it only in their order.
   *
   * @param waiters those from `first.index + 1` to before `end` are added
   */
  waitBehind(first: Waiter, flow: Flow, waiters: readonly Waiter[], end: number): void {
    flow.addBehind(first, waiters, end)
  }

  /** Admits waiting calls whose demands have room, e.g. since time has passed for a rate. */
  look(): void {
    this.#handOver.run(undefined)
  }

  /** A call stops waiting; its `wantsPermit` is false from now on. */
  withdraw(waiter: Waiter, flow: Flow): void {
    this.#parked.lost(flow, flow.withdraw(waiter))
    this.#handOver.lost(flow)
    this.#handOver.run(undefined)
  }

  /** A waiting call changes its flow: it has another priority, or another rank. */
  move(waiter: Waiter, from: Flow, to: Flow): void {
    this.#parked.lost(from, from.remove(waiter))
    this.#handOver.lost(from)
    this.wait(waiter, to)
  }

  /**
   * Returns permits. Waiting calls get them before this returns, or at the end of the present step.
   *
   * @param now the clock's time, if it has just been read
   */
  release(limits: readonly Limit[], now: number | undefined): void {
    const handOver = this.#handOver
    if (handOver.passOn(limits, now)) return
    for (const limit of limits) {
      limit.inUse--
      handOver.free(limit)
    }
    if (handOver.hasFreed) handOver.run(now)
  }

  /** Returns all of `demands`: the call that was just admitted does not start. */
  undo({ rates, limits }: Demands): void {
    for (const rate of rates) {
      rate.putBack()
      this.#handOver.free(rate)
    }
    this.release(limits, undefined)
  }

  /** Runs several changes as one step: no call is admitted before its end. */
  together<T>(act: () => T): T {
    return this.#handOver.together(act)
  }

  /**
   * Runs `act` at the end of the step, before freed permits are handed over. So calls that can start since another call has
   * ended are compared with those that wait already, and a long chain of such calls needs no deep stack.
   */
  afterwards(act: () => void): void {
    this.#handOver.afterwards(act)
  }

  /** The limit has a new `max`. Calls keep the permits that they hold, even above `max`. */
  resized(limit: Limit): void {
    this.#handOver.free(limit)
    this.#handOver.run(undefined)
  }

  /** Lets no call start at this rate for `ms`. */
  pause(rate: RateLimit, ms: number, now: number): void {
    rate.pause(now + ms, now)
    if (!rate.queue.isEmpty) this.#parked.setTimer(rate, now)
  }
}
