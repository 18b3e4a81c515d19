import type { Clock, TimerHandle } from '../host/clock.ts'
import { DenseSet } from '../collections/dense-set.ts'
import type { Flow, FlowRun } from './flow.ts'
import type { Line } from './line.ts'
import type { Demand, Limit } from './limit.ts'
import { RateLimit } from './rate-limit.ts'
import type { BusyPeriod } from './run-share.ts'
import type { DemandKind } from './waiter.ts'

/** The priority of suspended calls that wait to resume: before all other calls. */
export const RESUME_PRIORITY: number = Infinity

/** How many calls wait, by the kind of demand that they wait for. */
export type WaitingCounts = Record<DemandKind, number>

/**
 * The flows that wait, each parked on the demand that it lacks.
 *
 * Duty: keep flows in the queues of their demands, the busy period, and a timer for each rate that calls wait for.
 * Boundary: admits no call.
 */
export class ParkedFlows {
  /** The present busy period, or the last. */
  readonly busyPeriod: BusyPeriod = { runs: 0, number: 0, since: 0, virtualTime: 0 }
  readonly #clock: Clock
  readonly #ageMs: number
  readonly #rateHasRoom: (rate: RateLimit) => void
  readonly #flows = new DenseSet<Flow>()
  readonly #timers = new Map<RateLimit, TimerHandle>()

  /** @param rateHasRoom runs when a rate that calls wait for has room */
  constructor(clock: Clock, ageMs: number, rateHasRoom: (rate: RateLimit) => void) {
    this.#clock = clock
    this.#ageMs = ageMs
    this.#rateHasRoom = rateHasRoom
  }

  get isEmpty(): boolean {
    return this.#flows.size === 0
  }

  /** The only flow; undefined where several wait, or none. */
  get sole(): Flow | undefined {
    return this.#flows.sole
  }

  /**
   * Counts the calls that wait to start; calls that wait to resume do not count.
   *
   * @param limit counts only calls that need a permit of it
   */
  counts(limit?: Limit): WaitingCounts {
    const counts: WaitingCounts = { rate: 0, key: 0, tool: 0, executor: 0, process: 0 }
    for (const { parkedOn, priority, demands, size } of this.#flows) {
      const isMeant = priority !== RESUME_PRIORITY && (limit === undefined || demands.limits.includes(limit))
      if (parkedOn !== undefined && isMeant) counts[parkedOn.kind] += size
    }
    return counts
  }

  /**
   * Parks a flow that begins to wait.
   *
   * @returns a limit, if all demands have room: the flow can start, unless others come before it
   */
  enter(flow: Flow): Limit | undefined {
    const { run } = flow
    const now = this.#clock.now()
    if (this.#flows.size === 0) {
      this.busyPeriod.number++
      this.busyPeriod.since = now
      this.busyPeriod.virtualTime = 0
    }
    if (run.parked === 0) run.joins(now)
    run.parked++
    flow.parkedPlace = this.#flows.enter(flow)
    const unmet = flow.demands.firstUnmet(now)
    const demand = unmet ?? (flow.demands.limits.at(-1) as Limit)
    this.#park(flow, demand, now)
    return unmet === undefined ? (demand as Limit) : undefined
  }

  /** A line of a parked flow has a new first call. */
  joined({ parkedOn }: Flow, line: Line): void {
    parkedOn?.queue.joined(line, this.#clock, this.#ageMs)
  }

  /** A line of a flow has lost a call. A flow without calls leaves. */
  lost(flow: Flow, line: Line): void {
    flow.parkedOn?.queue.lost(line, this.#ageMs)
    if (flow.size > 0) return
    this.#unpark(flow)
    if (flow.parkedPlace !== undefined) this.#flows.leave(flow.parkedPlace)
    flow.parkedPlace = undefined
    flow.run.parked--
    flow.run.forget(flow)
  }

  /** Parks a flow on another demand. */
  move(flow: Flow, demand: Demand, now: number): void {
    this.#unpark(flow)
    this.#park(flow, demand, now)
  }

  /** A call of the run is admitted. */
  admits(run: FlowRun, now: number): void {
    const service = run.service(now)
    if (service > this.busyPeriod.virtualTime) this.busyPeriod.virtualTime = service
  }

  /** Sets the timer of a rate to the time at which it has room. */
  setTimer(rate: RateLimit, now: number): void {
    this.#clearTimer(rate)
    const fire = (): void => {
      this.#timers.delete(rate)
      this.#rateHasRoom(rate)
    }
    this.#timers.set(rate, this.#clock.setTimer(fire, rate.msUntilRoom(now)))
  }

  #park(flow: Flow, demand: Demand, now: number): void {
    flow.parkedOn = demand
    flow.demands.users.count++
    demand.queue.park(flow, now, this.#ageMs)
    if (demand instanceof RateLimit) this.setTimer(demand, now)
  }

  #unpark(flow: Flow): void {
    const { parkedOn } = flow
    if (parkedOn === undefined) return
    flow.demands.users.count--
    parkedOn.queue.unpark(flow)
    flow.parkedOn = undefined
    if (parkedOn instanceof RateLimit && parkedOn.queue.isEmpty) this.#clearTimer(parkedOn)
  }

  #clearTimer(rate: RateLimit): void {
    this.#timers.get(rate)?.clear()
    this.#timers.delete(rate)
  }
}
