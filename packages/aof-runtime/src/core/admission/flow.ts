import type { Demands } from './demands.ts'
import { Lane } from './lane.ts'
import type { Line } from './line.ts'
import type { DenseSetPlace } from '../collections/dense-set.ts'
import type { ExpectedDuration } from './expected-duration.ts'
import { type Ranked, Ranking } from './ranking.ts'
import type { Demand } from './limit.ts'
import type { RunShare } from './run-share.ts'
import { isEarlier, type Waiter } from './waiter.ts'

/**
 * The waiting calls of one run that need the same and have the same priority: where one of them cannot start, none can.
 *
 * 1. It is parked on exactly one demand while it is not empty: one that had no room when it was looked at.
 * 2. Its first call is the deepest; among those the one from whose start to the end of all that can only start after it the
 *    longest time is expected (longest processing time first, Graham, "Bounds on Multiprocessing Timing Anomalies", 1969);
 *    among those the first in the order of calls.
 * 3. It consists of lines, each with a first call to which only those of other lines have to be compared, since age counts
 *    as well: calls that differ in nothing but their order, and calls of one moment that others can only start after.
 */
export class Flow {
  readonly run: RunShare
  readonly demands: Demands
  readonly priority: number
  /** Calls that wait. */
  size = 0
  parkedOn: Demand | undefined
  /** Since when it has been passed over: what it had to wait for was there, and something else was not. */
  passedOverSince: number | undefined
  isObserved = false
  /** Its place among all flows that wait. */
  parkedPlace: DenseSetPlace<Flow> | undefined
  readonly #lanes: Lane[] = []
  /** Those that others can only start after, by when they were accepted. */
  #rankings: Map<number, Ranking> | undefined
  #ranked: Map<Waiter, Ranked> | undefined

  constructor(run: RunShare, demands: Demands, priority: number) {
    this.run = run
    this.demands = demands
    this.priority = priority
  }

  /** @returns the line whose first it may be now; undefined where it comes behind another */
  add(waiter: Waiter): Line | undefined {
    this.size++
    if (waiter.isObserved) this.isObserved = true
    if (waiter.remainingMs > 0) return this.#rank(waiter)
    const lane = this.#laneOf(waiter)
    return lane.add(waiter) ? lane : undefined
  }

  /** Takes those in that come right after one of them and are alike: `waiters` from `first.index + 1` to before `end`. */
  addBehind(first: Waiter, waiters: readonly Waiter[], end: number): void {
    this.size += end - first.index - 1
    this.#laneOf(first).addBehind(first, waiters, end)
  }

  /** The first of them, which stays. */
  peek(): Waiter | undefined {
    let first: Waiter | undefined
    for (const line of this.lines()) {
      const waiter = line.peek()
      if (waiter !== undefined && (first === undefined || comesFirst(waiter, first, this.run))) first = waiter
    }
    return first
  }

  /**
   * One of them, whose `wantsPermit` is false from now on, is not to be admitted.
   *
   * @returns the line that has lost it
   */
  withdraw(waiter: Waiter): Line {
    const line = this.#unrank(waiter) ?? this.#laneOf(waiter)
    if (line instanceof Lane) line.withdraw()
    this.#isOneLess()
    return line
  }

  /**
   * One of them waits elsewhere from now on.
   *
   * @returns the line that has lost it
   */
  remove(waiter: Waiter): Line {
    const line = this.#unrank(waiter) ?? this.#laneOf(waiter)
    if (line instanceof Lane) line.remove(waiter)
    this.#isOneLess()
    return line
  }

  /** All its lines, also those that are empty. */
  *lines(): Generator<Line, void, undefined> {
    yield* this.#lanes
    if (this.#rankings !== undefined) yield* this.#rankings.values()
  }

  *[Symbol.iterator](): Generator<Waiter, void, undefined> {
    for (const lane of this.#lanes) yield* lane
    if (this.#ranked !== undefined) yield* this.#ranked.keys()
  }

  /**
   * Takes the first call of one of its lines out.
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

  /** The line that has all its calls, if only their order tells them apart; undefined where they have to be compared. */
  get sole(): Lane | undefined {
    return this.#lanes.length === 1 && (this.#ranked === undefined || this.#ranked.size === 0)
      ? this.#lanes[0]
      : undefined
  }

  /** Takes `waiter`, the first call of its {@link sole} line, out. */
  shift(line: Lane, waiter: Waiter): void {
    line.shift(waiter)
    this.size--
    this.passedOverSince = undefined
  }

  #isOneLess(): void {
    // Who comes next has not been passed over yet.
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

  /** @returns the ranking that it was in */
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

/** Whether `a` comes before `b`, of the same run. */
export function comesFirst(a: Waiter, b: Waiter, run: RunShare): boolean {
  if (a.depth !== b.depth) return a.depth > b.depth
  const difference = aheadMs(a, run) - aheadMs(b, run)
  return difference === 0 ? isEarlier(a, b) : difference > 0
}

/** From its start until all are expected to have ended that can only start after it. */
function aheadMs({ expected, remainingMs }: Waiter, run: RunShare): number {
  return expectedMs(expected, run) + remainingMs
}

/** How long a call is expected to take; one whose tool is not known well enough, as long as the others of its run. */
export function expectedMs(expected: ExpectedDuration, run: RunShare): number {
  return expected.msIn(run.period) ?? run.expected.ms ?? 0
}
