import type { HeapEntry } from '../binary-heap.ts'
import type { Demands } from './demands.ts'
import type { RunQueue } from './demand-queue.ts'
import { Lane } from './lane.ts'
import type { RosterPlace } from '../roster.ts'
import type { Demand } from './limit.ts'
import type { RunShare } from './run-share.ts'
import { isEarlier, type Waiter } from './waiter.ts'

/**
 * The waiting calls of one run that need the same and have the same priority: where one of them cannot start, none can.
 *
 * 1. It is parked on exactly one demand while it is not empty: one that had no room when it was looked at.
 * 2. Its first call is the deepest; among those the one whose tool takes longest (longest processing time first, Graham,
 *    "Bounds on Multiprocessing Timing Anomalies", 1969); among those the first in the order of calls.
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

  constructor(run: RunShare, demands: Demands, priority: number) {
    this.run = run
    this.demands = demands
    this.priority = priority
  }

  /** @returns whether it may be the first now */
  add(waiter: Waiter): boolean {
    this.size++
    if (waiter.isObserved) this.isObserved = true
    return this.#laneOf(waiter).add(waiter) || this.#lanes.length > 1
  }

  /** The first of them, which stays. */
  peek(): Waiter | undefined {
    return this.#first()?.peek()
  }

  /** One of them, whose `wantsPermit` is false from now on, is not to be admitted. */
  withdraw(waiter: Waiter): void {
    this.#laneOf(waiter).withdraw()
    // Who comes next has not been passed over yet.
    if (--this.size === 0) this.passedOverSince = undefined
  }

  /** When the one that has waited longest was accepted. */
  get oldest(): number {
    let oldest = Infinity
    for (const lane of this.#lanes) oldest = Math.min(oldest, lane.peek()?.acceptedAt ?? Infinity)
    return oldest
  }

  /** The first of each kind. */
  *heads(): Generator<Waiter, void, undefined> {
    for (const lane of this.#lanes) {
      const head = lane.peek()
      if (head !== undefined) yield head
    }
  }

  *[Symbol.iterator](): Generator<Waiter, void, undefined> {
    for (const lane of this.#lanes) yield* lane
  }

  /** Takes one out that {@link heads} gave. */
  take(waiter: Waiter): void {
    this.#laneOf(waiter).shift()
    this.size--
    this.passedOverSince = undefined
  }

  /** Takes out its first call where all are alike; undefined where they have to be compared, or none waits. */
  shiftAlike(): Waiter | undefined {
    if (this.#lanes.length !== 1) return undefined
    const lane = this.#lanes[0] as Lane
    const waiter = lane.peek()
    if (waiter === undefined) return undefined
    lane.shift()
    this.size--
    this.passedOverSince = undefined
    return waiter
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
  const difference = expectedMs(a, run) - expectedMs(b, run)
  return difference === 0 ? isEarlier(a, b) : difference > 0
}

/** How long a call is expected to take; one whose tool was never measured, as long as the others of its run. */
function expectedMs({ expected }: Waiter, run: RunShare): number {
  return expected.ms ?? run.expected.ms ?? 0
}
