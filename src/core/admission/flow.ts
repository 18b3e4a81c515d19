import type { HeapEntry } from '../binary-heap.ts'
import type { Demands } from './demands.ts'
import type { RunQueue } from './demand-queue.ts'
import { Lane } from './lane.ts'
import type { RosterPlace } from '../roster.ts'
import type { ExpectedDuration } from './expected-duration.ts'
import { Ranking } from './ranking.ts'
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
 */
export class Flow implements HeapEntry {
  readonly run: RunShare
  readonly demands: Demands
  readonly priority: number
  /** Calls that wait. */
  size = 0
  parkedOn: Demand | undefined
  /** Where it stands in the queue of what it is parked on. */
  place: RunQueue | undefined
  heapIndex = -1
  /** Since when it has been passed over: what it had to wait for was there, and something else was not. */
  passedOverSince: number | undefined
  isObserved = false
  /** Its place among all flows that wait. */
  roster: RosterPlace<Flow> | undefined
  readonly #lanes: Lane[] = []
  /** Those that others can only start after. */
  #ranking: Ranking | undefined

  constructor(run: RunShare, demands: Demands, priority: number) {
    this.run = run
    this.demands = demands
    this.priority = priority
  }

  /** @returns whether it may be the first now */
  add(waiter: Waiter): boolean {
    this.size++
    if (waiter.isObserved) this.isObserved = true
    if (waiter.tailMs > 0) {
      this.#ranking ??= new Ranking()
      this.#ranking.add(waiter, aheadMs(waiter, this.run))
      return true
    }
    return this.#laneOf(waiter).add(waiter) || this.#lanes.length > 1 || this.#isRanked()
  }

  /** Takes those in that come right after one of them and are alike: `waiters` from `first.index + 1` to before `end`. */
  addBehind(first: Waiter, waiters: readonly Waiter[], end: number): void {
    this.size += end - first.index - 1
    this.#laneOf(first).addBehind(first, waiters, end)
  }

  /** The first of them, which stays. */
  peek(): Waiter | undefined {
    const first = this.#first()?.peek()
    const ranked = this.#ranking?.peek()
    if (first === undefined || ranked === undefined) return first ?? ranked
    return comesFirst(ranked, first, this.run) ? ranked : first
  }

  /** One of them, whose `wantsPermit` is false from now on, is not to be admitted. */
  withdraw(waiter: Waiter): void {
    if (this.#ranking?.remove(waiter) !== true) this.#laneOf(waiter).withdraw()
    this.#isOneLess()
  }

  /** One of them waits elsewhere from now on. */
  remove(waiter: Waiter): void {
    if (this.#ranking?.remove(waiter) !== true) this.#laneOf(waiter).remove(waiter)
    this.#isOneLess()
  }

  /** When the one that has waited longest was accepted. */
  get oldest(): number {
    let oldest = Infinity
    for (const lane of this.#lanes) oldest = Math.min(oldest, lane.peek()?.acceptedAt ?? Infinity)
    for (const { acceptedAt } of this.#ranking ?? []) oldest = Math.min(oldest, acceptedAt)
    return oldest
  }

  /** The first of each kind, one of which has waited longest. */
  *heads(): Generator<Waiter, void, undefined> {
    for (const lane of this.#lanes) {
      const head = lane.peek()
      if (head !== undefined) yield head
    }
    if (this.#ranking !== undefined) yield* this.#ranking
  }

  *[Symbol.iterator](): Generator<Waiter, void, undefined> {
    for (const lane of this.#lanes) yield* lane
    if (this.#ranking !== undefined) yield* this.#ranking
  }

  /** Takes one out that {@link heads} gave. */
  take(waiter: Waiter): void {
    if (this.#ranking?.remove(waiter) !== true) this.#laneOf(waiter).shift()
    this.size--
    this.passedOverSince = undefined
  }

  /** Takes out its first call where all are alike; undefined where they have to be compared, or none waits. */
  shiftAlike(): Waiter | undefined {
    if (this.#lanes.length !== 1 || this.#isRanked()) return undefined
    const lane = this.#lanes[0] as Lane
    const waiter = lane.peek()
    if (waiter === undefined) return undefined
    lane.shift()
    this.size--
    this.passedOverSince = undefined
    return waiter
  }

  #isOneLess(): void {
    // Who comes next has not been passed over yet.
    if (--this.size === 0) this.passedOverSince = undefined
  }

  #isRanked(): boolean {
    return this.#ranking !== undefined && this.#ranking.size > 0
  }

  #laneOf({ expected, depth }: Waiter): Lane {
    for (const lane of this.#lanes) if (lane.expected === expected && lane.depth === depth) return lane
    const lane = new Lane(expected, depth)
    this.#lanes.push(lane)
    return lane
  }

  #first(): Lane | undefined {
    const lanes = this.#lanes
    if (lanes.length === 1) return lanes[0]
    let first: Lane | undefined
    let head: Waiter | undefined
    for (const lane of lanes) {
      const waiter = lane.peek()
      if (waiter === undefined || (head !== undefined && !comesFirst(waiter, head, this.run))) continue
      first = lane
      head = waiter
    }
    return first
  }
}

/** Whether `a` comes before `b`, of the same run. */
export function comesFirst(a: Waiter, b: Waiter, run: RunShare): boolean {
  if (a.depth !== b.depth) return a.depth > b.depth
  const difference = aheadMs(a, run) - aheadMs(b, run)
  return difference === 0 ? isEarlier(a, b) : difference > 0
}

/** From its start until all are expected to have ended that can only start after it. */
function aheadMs({ expected, tailMs }: Waiter, run: RunShare): number {
  return expectedMs(expected, run) + tailMs
}

/** How long a call is expected to take; one whose tool was never measured, as long as the others of its run. */
export function expectedMs(expected: ExpectedDuration, run: RunShare): number {
  return expected.ms ?? run.expected.ms ?? 0
}
