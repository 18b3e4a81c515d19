import type { Demands } from './demands.ts'
import { Lane } from './lane.ts'
import type { Line, QueuedFlow, QueuedRun } from './line.ts'
import type { DenseSetPlace } from '../collections/dense-set.ts'
import { type Ranked, Ranking } from './ranking.ts'
import type { Demand } from './limit.ts'
import { aheadMs, comesFirst, type Waiter } from './waiter.ts'

/** A run, as its flows and admission know it. */
export interface FlowRun extends QueuedRun {
  /** How many of its flows wait. */
  parked: number
  /** It begins to wait. */
  joins(now: number): void
  /** A flow is empty, and may be forgotten. */
  forget(flow: Flow): void
}

/**
 * The waiting calls of one run with the same demands and the same priority: if one of them cannot start, none can.
 *
 * 1. While it is not empty, it is parked on exactly one demand: one that had no room at the last look.
 * 2. Its first call is the deepest; among those, the call with the longest expected time from its start to the end of all
 *    calls that can only start after it (longest processing time first, Graham, "Bounds on Multiprocessing Timing
 *    Anomalies", 1969); among those, the first in the order of calls.
 * 3. It consists of lines, and only the first calls of lines have to be compared. Age counts too, so a line has either calls
 *    that differ only in their order (a lane), or calls accepted at one moment that others wait for (a ranking).
 */
export class Flow implements QueuedFlow {
  readonly run: FlowRun
  readonly demands: Demands
  readonly priority: number
  /** How many calls wait. */
  size = 0
  parkedOn: Demand | undefined
  /** Since when it has been passed over: the demand that it waited for had room, and another had none. */
  passedOverSince: number | undefined
  isObserved = false
  /** Its place among all flows that wait. */
  parkedPlace: DenseSetPlace<Flow> | undefined
  readonly #lanes: Lane[] = []
  /** Calls that others wait for, by the time of acceptance. */
  #rankings: Map<number, Ranking> | undefined
  #ranked: Map<Waiter, Ranked> | undefined

  constructor(run: FlowRun, demands: Demands, priority: number) {
    this.run = run
    this.demands = demands
    this.priority = priority
  }

  /** @returns its line, if it may be the first of it; undefined if it comes behind another call */
  add(waiter: Waiter): Line | undefined {
    this.size++
    if (waiter.isObserved) this.isObserved = true
    if (waiter.remainingMs > 0) return this.#rank(waiter)
    const lane = this.#laneOf(waiter)
    return lane.add(waiter) ? lane : undefined
  }

  /** Adds the identical calls right after `first`, which waits here: `waiters` from `first.index + 1` to before `end`. */
  addBehind(first: Waiter, waiters: readonly Waiter[], end: number): void {
    this.size += end - first.index - 1
    this.#laneOf(first).addBehind(first, waiters, end)
  }

  /** The first call, which stays. */
  peek(): Waiter | undefined {
    let first: Waiter | undefined
    for (const line of this.lines()) {
      const waiter = line.peek()
      if (waiter !== undefined && (first === undefined || comesFirst(waiter, first, this.run))) first = waiter
    }
    return first
  }

  /**
   * A call stops waiting; its `wantsPermit` is false from now on.
   *
   * @returns its line
   */
  withdraw(waiter: Waiter): Line {
    const line = this.#unrank(waiter) ?? this.#laneOf(waiter)
    if (line instanceof Lane) line.withdraw()
    this.#isOneLess()
    return line
  }

  /**
   * Removes a call, which will wait in another flow.
   *
   * @returns its line
   */
  remove(waiter: Waiter): Line {
    const line = this.#unrank(waiter) ?? this.#laneOf(waiter)
    if (line instanceof Lane) line.remove(waiter)
    this.#isOneLess()
    return line
  }

  *lines(): Generator<Line, void, undefined> {
    yield* this.#lanes
    if (this.#rankings !== undefined) yield* this.#rankings.values()
  }

  *[Symbol.iterator](): Generator<Waiter, void, undefined> {
    for (const lane of this.#lanes) yield* lane
    if (this.#ranked !== undefined) yield* this.#ranked.keys()
  }

  /**
   * Removes the first call of one of its lines.
   *
   * @returns that line
   */
  take(waiter: Waiter): Line {
    const line = this.#unrank(waiter) ?? this.#laneOf(waiter)
    if (line instanceof Lane) line.shift(waiter)
    this.size--
    this.passedOverSince = undefined
    return line
  }

  /** The lane with all its calls; undefined where there are several lines. */
  get sole(): Lane | undefined {
    return this.#lanes.length === 1 && (this.#ranked === undefined || this.#ranked.size === 0)
      ? this.#lanes[0]
      : undefined
  }

  /** Removes `waiter`, the first call of its {@link sole} lane. */
  shift(line: Lane, waiter: Waiter): void {
    line.shift(waiter)
    this.size--
    this.passedOverSince = undefined
  }

  #isOneLess(): void {
    // The calls that come next have not been passed over yet.
    if (--this.size === 0) this.passedOverSince = undefined
  }

  #rank(waiter: Waiter): Ranking {
    const { acceptedAt } = waiter
    this.#rankings ??= new Map()
    let ranking = this.#rankings.get(acceptedAt)
    if (ranking === undefined) this.#rankings.set(acceptedAt, (ranking = new Ranking(this, acceptedAt)))
    this.#ranked ??= new Map()
    this.#ranked.set(waiter, ranking.add(waiter, aheadMs(waiter, this.run)))
    return ranking
  }

  /** @returns its ranking, if it was in one */
  #unrank(waiter: Waiter): Ranking | undefined {
    const entry = this.#ranked?.get(waiter)
    if (entry === undefined) return undefined
    const { ranking } = entry
    ranking.remove(entry)
    this.#ranked?.delete(waiter)
    if (ranking.size === 0) this.#rankings?.delete(ranking.acceptedAt)
    return ranking
  }

  #laneOf({ expected, depth }: Waiter): Lane {
    for (const lane of this.#lanes) if (lane.expected === expected && lane.depth === depth) return lane
    const lane = new Lane(this, expected, depth)
    this.#lanes.push(lane)
    return lane
  }
}
