import type { Clock, TimerHandle } from '../host/clock.ts'
import { isBefore, type Next } from './demand-queue.ts'
import { DenseSet } from '../collections/dense-set.ts'
import type { Demands } from './demands.ts'
import type { Flow } from './flow.ts'
import type { Line } from './line.ts'
import type { Demand, DemandKind, Limit } from './limit.ts'
import { RateLimit } from './rate-limit.ts'
import type { RunShare, Want } from './run-share.ts'
import type { Waiter } from './waiter.ts'

/** How many calls wait, by what they wait for. */
export type WaitingCounts = Record<DemandKind, number>

/** What an admission is made with. */
export interface AdmissionSetup {
  readonly clock: Clock
  readonly ageMs: number
  readonly reserveAfterMs: number
}

/** The priority of those who were suspended and want to go on: before all others. */
export const GOES_ON: number = Infinity

/**
 * Who runs next.
 *
 * Duty: no limit is ever exceeded, a call takes all that it needs in one step, and nothing that a waiting call could start
 * with is left lying (I25, I51).
 * Boundary: knows limits and those who wait, not tools, batches or results; who was admitted gives its permits back exactly
 * once, with {@link release}.
 * 1. Outside of a hand-over every waiting flow is parked on a demand without room. So what has room may be taken by who
 *    comes, and nobody is overtaken.
 * 2. What is given back goes to the first in rank who can start with it, in the same step. Only those parked on it are looked
 *    at; who lacks something else is parked there.
 * 3. Waiters are admitted one after the other, never one inside the other: the stack stays flat when a hundred thousand
 *    tools return without waiting.
 * 4. Who has been passed over for long, since never all that it needs was there at once, has it kept for it; one at a time.
 */
export class Admission {
  /** The present time of want, or the last. */
  readonly want: Want = { runs: 0, number: 0, since: 0, floor: 0 }
  readonly #clock: Clock
  readonly #ageMs: number
  readonly #reserveAfterMs: number
  /** Flows that wait: all but the empty ones. */
  readonly #parked = new DenseSet<Flow>()
  #handing = false
  /** What was given back and may be waited for. */
  #freed: (Limit | RateLimit)[] = []
  /** What is to be done before anybody is admitted. */
  #later: (() => void)[] = []
  #reservation: Flow | undefined
  /** The first thing that was thrown during the hand-over that is under way. */
  #failure: { readonly thrown: unknown } | undefined
  readonly #timers = new Map<RateLimit, TimerHandle>()

  constructor({ clock, ageMs, reserveAfterMs }: AdmissionSetup) {
    this.#clock = clock
    this.#ageMs = ageMs
    this.#reserveAfterMs = reserveAfterMs
  }

  /**
   * Calls that wait to start, by what for; those that wait to go on are not among them.
   *
   * @param limit counts only those that need a permit of it
   */
  waitingFor(limit?: Limit): WaitingCounts {
    const counts: WaitingCounts = { rate: 0, key: 0, tool: 0, executor: 0, process: 0 }
    for (const { parkedOn, priority, demands, size } of this.#parked) {
      const isMeant = priority !== GOES_ON && (limit === undefined || demands.limits.includes(limit))
      if (parkedOn !== undefined && isMeant) counts[parkedOn.kind] += size
    }
    return counts
  }

  /**
   * Takes all of `demands` if it is there and nobody waits who could have it. Who gets false may {@link wait}.
   *
   * In the midst of a step it is better to wait, and to be compared with those who wait already when the step is done.
   *
   * @param cannotWait who cannot gets what nobody waits for even then
   */
  take(demands: Demands, cannotWait = false): boolean {
    if (this.#handing && this.#parked.size > 0 && !(cannotWait && this.#freed.length === 0)) return false
    const { rates, limits } = demands
    if (rates.length > 0) {
      const now = this.#clock.now()
      if (demands.firstUnmet(now) !== undefined) return false
      this.#freeAwaited(rates)
      if (rates.some(({ queue }) => !queue.isEmpty)) return false
      demands.take(now)
      return true
    }
    for (const limit of limits) if (!limit.hasRoom()) return false
    for (const limit of limits) limit.inUse++
    return true
  }

  /**
   * Waits, with others of its flow (see `RunShare.flow`). Its `wantsPermit` is true from now on; `flow.parkedOn` says what
   * it waits for. Once that is told, {@link look} has to be called: what it lacked a moment ago may be there now.
   */
  wait(waiter: Waiter, flow: Flow): void {
    const { parkedOn } = flow
    const line = flow.add(waiter)
    if (parkedOn === undefined) this.#park(flow)
    else if (line !== undefined) parkedOn.queue.joined(line, this.#clock, this.#ageMs)
  }

  /**
   * Those wait as well that come right after one which waits, and differ from it in nothing but their order.
   *
   * @param waiters those from `first.index + 1` to before `end` are meant
   */
  waitBehind(first: Waiter, flow: Flow, waiters: readonly Waiter[], end: number): void {
    flow.addBehind(first, waiters, end)
  }

  /** Admits those who have come to wait and need not, e.g. since time has passed for a rate. */
  look(): void {
    this.#handOverUnlessDoing(undefined)
  }

  /** A waiter, whose `wantsPermit` is false from now on, is not to be admitted. */
  withdraw(waiter: Waiter, flow: Flow): void {
    this.#left(flow, flow.withdraw(waiter))
    // What was kept for it is there for others.
    if (flow === this.#reservation && flow.size === 0) this.#endReservation()
    this.#handOverUnlessDoing(undefined)
  }

  /** A waiter waits elsewhere from now on: with another priority, or another rank. */
  move(waiter: Waiter, from: Flow, to: Flow): void {
    this.#left(from, from.remove(waiter))
    if (from === this.#reservation && from.size === 0) this.#endReservation()
    this.wait(waiter, to)
  }

  /**
   * Gives permits back; who gets them has them before this returns, or when the hand-over that is under way gets to it.
   *
   * @param now the clock's time, where it has just been read
   */
  release(limits: readonly Limit[], now: number | undefined): void {
    if (this.#passOn(limits, now)) return
    for (const limit of limits) {
      limit.inUse--
      this.#free(limit)
    }
    if (this.#freed.length > 0) this.#handOverUnlessDoing(now)
  }

  /** Gives all of `demands` back: who has just been admitted does not start after all. */
  undo({ rates, limits }: Demands): void {
    for (const rate of rates) {
      rate.putBack()
      this.#free(rate)
    }
    this.release(limits, undefined)
  }

  /** Does several things in one step: nobody is admitted before all of them are done. */
  together<T>(act: () => T): T {
    const isOutermost = !this.#handing
    this.#handing = true
    try {
      return act()
    } finally {
      this.#handing = !isOutermost
      this.#handOverUnlessDoing(undefined)
    }
  }

  /**
   * Does something at the end of the step that is under way, before anybody is admitted for what that gave back: who can
   * start since another call has ended asks together with those who wait already, and a long row of such calls is no deep
   * stack.
   */
  afterwards(act: () => void): void {
    this.#later.push(act)
    this.#handOverUnlessDoing(undefined)
  }

  /** The limit has another `max` now. What is in use stays so, also where it is more than that. */
  resized(limit: Limit): void {
    this.#free(limit)
    this.#handOverUnlessDoing(undefined)
  }

  /** Nothing starts at this rate for `ms`. */
  pause(rate: RateLimit, ms: number, now: number): void {
    rate.pause(now + ms, now)
    if (!rate.queue.isEmpty) this.#setTimer(rate, now)
  }

  /**
   * Gives permits straight to the next of those who need just the same, where nobody else waits for anything. It is what the
   * general hand-over would do, without taking the permits back in between: nearly always one turn has all that waits.
   *
   * @returns whether it did
   */
  #passOn(limits: readonly Limit[], at: number | undefined): boolean {
    const flow = this.#parked.sole
    if (flow === undefined || flow.demands.limits !== limits || flow.demands.rates.length > 0) return false
    if (this.#handing || this.#freed.length > 0 || this.#reservation !== undefined) return false
    for (let i = 0; i < limits.length; i++) {
      const { inUse, max } = limits[i] as Limit
      if (inUse > max) return false
    }
    const line = flow.sole
    const waiter = line?.peek()
    if (line === undefined || waiter === undefined) return false
    flow.shift(line, waiter)
    const now = at ?? this.#clock.now()
    this.#handing = true
    this.#serves(flow.run, now)
    // It is the only one, so it comes before nobody.
    if (flow.size === 0) this.#left(flow, line)
    try {
      waiter.admit(now)
    } finally {
      this.#handing = false
      this.#handOverUnlessDoing(undefined)
    }
    return true
  }

  /**
   * Those who wait for a rate are to be looked at before anybody else takes what has come in: their timer fires late.
   *
   * @returns whether there are any who were not to be looked at already
   */
  #freeAwaited(rates: readonly RateLimit[]): boolean {
    let isNew = false
    for (const rate of rates) {
      if (rate.isFreed || rate.queue.isEmpty) continue
      this.#free(rate)
      isNew = true
    }
    return isNew
  }

  #park(flow: Flow): void {
    const { run } = flow
    const now = this.#clock.now()
    if (this.#parked.size === 0) {
      this.want.number++
      this.want.since = now
      this.want.floor = 0
    }
    if (run.parked === 0) run.joins(now)
    run.parked++
    flow.parkedPlace = this.#parked.enter(flow)
    const unmet = flow.demands.firstUnmet(now)
    // There may be room for it, where nobody comes before it.
    const demand = unmet ?? (flow.demands.limits.at(-1) as Limit)
    this.#parkOn(flow, demand, now)
    if (unmet === undefined) this.#free(demand as Limit)
  }

  #parkOn(flow: Flow, demand: Demand, now: number): void {
    flow.parkedOn = demand
    flow.demands.users.count++
    demand.queue.park(flow, now, this.#ageMs)
    if (demand instanceof RateLimit) this.#setTimer(demand, now)
  }

  #unpark(flow: Flow): void {
    const { parkedOn } = flow
    if (parkedOn === undefined) return
    flow.demands.users.count--
    parkedOn.queue.unpark(flow)
    flow.parkedOn = undefined
    if (parkedOn instanceof RateLimit && parkedOn.queue.isEmpty) this.#clearTimer(parkedOn)
  }

  /** One has left a flow that is parked. */
  #left(flow: Flow, line: Line): void {
    flow.parkedOn?.queue.lost(line, this.#ageMs)
    if (flow.size > 0) return
    this.#unpark(flow)
    if (flow.parkedPlace !== undefined) this.#parked.leave(flow.parkedPlace)
    flow.parkedPlace = undefined
    flow.run.parked--
    flow.run.forget(flow)
  }

  #free(demand: Limit | RateLimit): void {
    const reservation = this.#reservation
    if (reservation !== undefined && !(demand instanceof RateLimit)) this.#keep(reservation, demand)
    if (demand.isFreed || (demand.queue.isEmpty && reservation === undefined)) return
    demand.isFreed = true
    this.#freed.push(demand)
  }

  #handOverUnlessDoing(now: number | undefined): void {
    if (!this.#handing && (this.#freed.length > 0 || this.#later.length > 0)) this.#handOver(now)
  }

  /** What one waiter throws stops no hand-over: it is thrown once all is handed over. */
  #handOver(at: number | undefined): void {
    this.#handing = true
    try {
      this.#handOverAll(at)
    } finally {
      this.#handing = false
    }
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.thrown
  }

  #handOverAll(at: number | undefined): void {
    let now = at
    for (;;) {
      if (this.#later.length > 0) {
        this.#doLater()
        now = undefined
      }
      if (!this.#isWorthALook()) break
      now ??= this.#clock.now()
      const next = this.#next(now)
      if (next === undefined) break
      const { flow, waiter } = next
      const unmet = this.#unmetBy(flow, now)
      if (unmet !== undefined) {
        this.#passOver(flow, unmet, now)
        continue
      }
      if (flow.demands.rates.length > 0 && this.#freeAwaited(flow.demands.rates)) continue
      this.#admit(flow, waiter, now)
      flow.demands.take(now)
      try {
        waiter.admit(now)
      } catch (thrown) {
        this.#failure ??= { thrown }
      }
      now = undefined
    }
  }

  #doLater(): void {
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

  /** Whether there may be somebody to admit; what is told without the time is told here. */
  #isWorthALook(): boolean {
    const freed = this.#freed
    for (let i = freed.length - 1; i >= 0; i--) {
      const demand = freed[i] as Limit | RateLimit
      if (demand.queue.isEmpty || (demand.kind !== 'rate' && !demand.hasRoom())) this.#done(i)
    }
    return freed.length > 0 || this.#reservation !== undefined
  }

  /** Who comes first of all who wait for something that was given back. */
  #next(now: number): Next | undefined {
    const reserved = this.#reservation && this.#nextReserved(this.#reservation, now)
    if (reserved !== undefined) return reserved
    let best: Next | undefined
    for (let i = this.#freed.length - 1; i >= 0; i--) {
      const demand = this.#freed[i] as Limit | RateLimit
      const next = demand.hasRoom(now) ? demand.queue.next(now, this.#ageMs) : undefined
      if (next === undefined) {
        this.#done(i)
        if (demand.kind === 'rate' && !demand.queue.isEmpty) this.#setTimer(demand, now)
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

  /** Nothing is left of what was given back, or nobody waits for it. */
  #done(index: number): void {
    const demand = this.#freed[index] as Limit | RateLimit
    const last = this.#freed.pop() as Limit | RateLimit
    if (last !== demand) this.#freed[index] = last
    demand.isFreed = false
  }

  /** What a flow lacks; what is kept for it, it does not lack. */
  #unmetBy(flow: Flow, now: number): Demand | undefined {
    if (flow !== this.#reservation) return flow.demands.firstUnmet(now)
    const { rates, limits } = flow.demands
    return rates.find((rate) => !rate.hasRoom(now)) ?? limits.find(({ inUse, max }) => inUse >= max)
  }

  #admit(flow: Flow, waiter: Waiter, now: number): void {
    if (flow === this.#reservation) this.#endReservation()
    const line = flow.take(waiter)
    this.#serves(flow.run, now)
    this.#left(flow, line)
  }

  #serves(run: RunShare, now: number): void {
    const service = run.service(now)
    if (service > this.want.floor) this.want.floor = service
  }

  /** What it waited for is there, and something else is not. */
  #passOver(flow: Flow, unmet: Demand, now: number): void {
    flow.passedOverSince ??= now
    if (unmet !== flow.parkedOn) {
      this.#unpark(flow)
      this.#parkOn(flow, unmet, now)
      if (flow.isObserved) for (const waiter of Array.from(flow)) waiter.parked(unmet.kind)
      // A listener may have withdrawn all of them: an empty flow reserves nothing.
      if (flow.size === 0) return
    }
    // Who waits for a rate needs no permits for now: to keep some would stop others for nothing.
    if (unmet.kind === 'rate') {
      if (flow === this.#reservation) this.#endReservation()
    } else if (this.#reservation === undefined && now - flow.passedOverSince >= this.#reserveAfterMs) {
      this.#reservation = flow
      for (const limit of flow.demands.limits) this.#keep(flow, limit)
    }
  }

  #keep(flow: Flow, limit: Limit): void {
    if (!limit.isReserved && limit.inUse < limit.max && flow.demands.limits.includes(limit)) limit.isReserved = true
  }

  #endReservation(): void {
    const flow = this.#reservation
    this.#reservation = undefined
    for (const limit of flow?.demands.limits ?? []) {
      if (!limit.isReserved) continue
      limit.isReserved = false
      this.#free(limit)
    }
  }

  #setTimer(rate: RateLimit, now: number): void {
    this.#clearTimer(rate)
    const fire = (): void => {
      this.#timers.delete(rate)
      this.#free(rate)
      this.#handOverUnlessDoing(undefined)
    }
    this.#timers.set(rate, this.#clock.setTimer(fire, rate.msUntilRoom(now)))
  }

  #clearTimer(rate: RateLimit): void {
    this.#timers.get(rate)?.clear()
    this.#timers.delete(rate)
  }
}
