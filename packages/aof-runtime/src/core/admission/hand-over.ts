import type { Clock } from '../host/clock.ts'
import { isBefore, type Next } from './demand-queue.ts'
import type { Flow } from './flow.ts'
import type { Demand, Limit } from './limit.ts'
import type { ParkedFlows } from './parked-flows.ts'
import type { RateLimit } from './rate-limit.ts'
import { Reservation } from './reservation.ts'
import type { Waiter } from './waiter.ts'

/**
 * The hand-over: free permits go to the waiting calls that are first in rank, one call after the other.
 *
 * 1. Only the queues of freed demands are looked at. A flow that lacks another demand is parked there.
 * 2. Calls are admitted in a loop, never one inside the other: the stack stays flat when a hundred thousand tools return
 *    synchronously.
 */
export class HandOver {
  readonly #clock: Clock
  readonly #ageMs: number
  readonly #reserveAfterMs: number
  readonly #parked: ParkedFlows
  readonly #reservation = new Reservation((limit) => this.free(limit))
  #isUnderWay = false
  /** Demands that were freed, and may have waiting calls. */
  #freed: (Limit | RateLimit)[] = []
  /** Functions to run before the next call is admitted. */
  #later: (() => void)[] = []
  /** The first error thrown during the present hand-over. */
  #failure: { readonly thrown: unknown } | undefined

  constructor(clock: Clock, ageMs: number, reserveAfterMs: number, parked: ParkedFlows) {
    this.#clock = clock
    this.#ageMs = ageMs
    this.#reserveAfterMs = reserveAfterMs
    this.#parked = parked
  }

  get isUnderWay(): boolean {
    return this.#isUnderWay
  }

  /** Whether a freed demand has not been looked at yet. */
  get hasFreed(): boolean {
    return this.#freed.length > 0
  }

  /** Runs several changes as one step: no call is admitted before its end. */
  together<T>(act: () => T): T {
    const isOutermost = !this.#isUnderWay
    this.#isUnderWay = true
    try {
      return act()
    } finally {
      this.#isUnderWay = !isOutermost
      this.run(undefined)
    }
  }

  /** Runs `act` at the end of the step, before a call is admitted. */
  afterwards(act: () => void): void {
    this.#later.push(act)
    this.run(undefined)
  }

  /** A demand has more room. The next {@link run} looks at its queue. */
  free(demand: Limit | RateLimit): void {
    const hasReservation = this.#reservation.flow !== undefined
    if (hasReservation && demand.kind !== 'rate') this.#reservation.take(demand)
    if (demand.isFreed || (demand.queue.isEmpty && !hasReservation)) return
    demand.isFreed = true
    this.#freed.push(demand)
  }

  /**
   * Frees the rates that calls wait for, since their timers may fire late: waiting calls come before a new one.
   *
   * @returns whether any was freed that was not already
   */
  freeAwaited(rates: readonly RateLimit[]): boolean {
    let isNew = false
    for (const rate of rates) {
      if (rate.isFreed || rate.queue.isEmpty) continue
      this.free(rate)
      isNew = true
    }
    return isNew
  }

  /** A call has left a flow. A reservation for an empty flow ends. */
  lost(flow: Flow): void {
    if (flow === this.#reservation.flow && flow.size === 0) this.#reservation.end()
  }

  /**
   * Gives permits directly to the next call, where all waiting calls need exactly these limits. The general hand-over has the
   * same result, but takes the permits back in between; nearly always one batch has all the waiting calls.
   *
   * @returns whether it did
   */
  passOn(limits: readonly Limit[], at: number | undefined): boolean {
    const flow = this.#parked.sole
    if (flow === undefined || flow.demands.limits !== limits || flow.demands.rates.length > 0) return false
    if (this.#isUnderWay || this.#freed.length > 0 || this.#reservation.flow !== undefined) return false
    for (let i = 0; i < limits.length; i++) {
      const { inUse, max } = limits[i] as Limit
      if (inUse > max) return false
    }
    const line = flow.sole
    const waiter = line?.peek()
    if (line === undefined || waiter === undefined) return false
    flow.shift(line, waiter)
    const now = at ?? this.#clock.now()
    this.#isUnderWay = true
    this.#parked.admits(flow.run, now)
    // With other calls left, the queue needs no change: the line is the only one.
    if (flow.size === 0) this.#parked.lost(flow, line)
    try {
      waiter.admit(now)
    } finally {
      this.#isUnderWay = false
      this.run(undefined)
    }
    return true
  }

  /**
   * Hands over all that is free, unless a step is under way, which does so at its end. An error of one call stops no
   * hand-over: it is thrown at the end.
   *
   * @param at the clock's time, if it has just been read
   */
  run(at: number | undefined): void {
    if (this.#isUnderWay || (this.#freed.length === 0 && this.#later.length === 0)) return
    this.#isUnderWay = true
    try {
      this.#admitAll(at)
    } finally {
      this.#isUnderWay = false
    }
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.thrown
  }

  #admitAll(at: number | undefined): void {
    let now = at
    for (;;) {
      if (this.#later.length > 0) {
        this.#runLater()
        now = undefined
      }
      if (!this.#mayHaveNext()) break
      now ??= this.#clock.now()
      const next = this.#next(now)
      if (next === undefined) break
      // Only `ParkedFlows` puts flows into queues.
      const flow = next.flow as Flow
      const unmet = this.#unmetBy(flow, now)
      if (unmet !== undefined) {
        this.#passOver(flow, unmet, now)
        continue
      }
      if (flow.demands.rates.length > 0 && this.freeAwaited(flow.demands.rates)) continue
      this.#take(flow, next.waiter, now)
      flow.demands.take(now)
      try {
        next.waiter.admit(now)
      } catch (thrown) {
        this.#failure ??= { thrown }
      }
      now = undefined
    }
  }

  #runLater(): void {
    for (let acts = this.#later; acts.length > 0; acts = this.#later) {
      this.#later = []
      for (const act of acts) {
        try {
          act()
        } catch (thrown) {
          this.#failure ??= { thrown }
        }
      }
    }
  }

  /** Whether there may be a call to admit, as far as that is clear without reading the clock. */
  #mayHaveNext(): boolean {
    const freed = this.#freed
    for (let i = freed.length - 1; i >= 0; i--) {
      const demand = freed[i] as Limit | RateLimit
      if (demand.queue.isEmpty || (demand.kind !== 'rate' && !demand.hasRoom())) this.#done(i)
    }
    return freed.length > 0 || this.#reservation.flow !== undefined
  }

  /** The first in rank of all calls that wait for freed demands. */
  #next(now: number): Next | undefined {
    const reserved = this.#reservation.flow && this.#nextReserved(this.#reservation.flow, now)
    if (reserved !== undefined) return reserved
    let best: Next | undefined
    for (let i = this.#freed.length - 1; i >= 0; i--) {
      const demand = this.#freed[i] as Limit | RateLimit
      const next = demand.hasRoom(now) ? demand.queue.next(now, this.#ageMs) : undefined
      if (next === undefined) {
        this.#done(i)
        if (demand.kind === 'rate' && !demand.queue.isEmpty) this.#parked.setTimer(demand, now)
      } else if (best === undefined || isBefore(next, best, now)) best = next
    }
    return best
  }

  #nextReserved(flow: Flow, now: number): Next | undefined {
    const unmet = this.#unmetBy(flow, now)
    const waiter = flow.peek()
    if (unmet === undefined && waiter !== undefined) return { flow, waiter, priority: flow.priority }
    if (unmet !== undefined && unmet !== flow.parkedOn) this.#passOver(flow, unmet, now)
    return undefined
  }

  /** A freed demand has no room left, or no waiting call. */
  #done(index: number): void {
    const demand = this.#freed[index] as Limit | RateLimit
    const last = this.#freed.pop() as Limit | RateLimit
    if (last !== demand) this.#freed[index] = last
    demand.isFreed = false
  }

  /** The first demand that a flow lacks. The flow with the reservation may use what is set aside. */
  #unmetBy(flow: Flow, now: number): Demand | undefined {
    if (flow !== this.#reservation.flow) return flow.demands.firstUnmet(now)
    const { rates, limits } = flow.demands
    return rates.find((rate) => !rate.hasRoom(now)) ?? limits.find(({ inUse, max }) => inUse >= max)
  }

  #take(flow: Flow, waiter: Waiter, now: number): void {
    if (flow === this.#reservation.flow) this.#reservation.end()
    const line = flow.take(waiter)
    this.#parked.admits(flow.run, now)
    this.#parked.lost(flow, line)
  }

  /** The demand that the flow waited for has room, but `unmet` has none. */
  #passOver(flow: Flow, unmet: Demand, now: number): void {
    flow.passedOverSince ??= now
    if (unmet !== flow.parkedOn) {
      this.#parked.move(flow, unmet, now)
      if (flow.isObserved) for (const waiter of Array.from(flow)) waiter.parked(unmet.kind)
      // A listener may have aborted all its calls: an empty flow gets no reservation.
      if (flow.size === 0) return
    }
    // A flow that waits for a rate cannot use permits yet, so none are set aside for it.
    if (unmet.kind === 'rate') {
      if (flow === this.#reservation.flow) this.#reservation.end()
    } else if (this.#reservation.flow === undefined && now - flow.passedOverSince >= this.#reserveAfterMs) {
      this.#reservation.begin(flow)
    }
  }
}
