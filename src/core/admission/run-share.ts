import type { Demands } from './demands.ts'
import { ExpectedDuration } from './expected-duration.ts'
import type { Flow } from './flow.ts'
import type { RunQueue, Level } from './demand-queue.ts'

/** Who waits in more places than these, for many keys, is looked at again only when its turn has come. */
const FEW = 8

/**
 * What one run has had of the permits, for as long as several want them.
 *
 * Duty: count its service: the time for which it has held permits, over its weight.
 * Boundary: knows no limits and no calls.
 * 1. Service never falls, and grows by itself while calls run: who has long ones under way is not taken for one that has
 *    had nothing.
 * 2. It is counted within a time of want, from the moment at which the first call had to wait until none does: what was
 *    taken while there was enough for all is held against nobody.
 * 3. A run that begins to wait is set to the service of those who are served (start-time fair queueing, Goyal, Vin and
 *    Cheng, 1996), so that no run saves up.
 */
export class RunShare {
  readonly weight: number
  /** How long its calls take, for those whose tools have not been measured. */
  readonly expected: ExpectedDuration = new ExpectedDuration()
  /** Its calls that hold permits. */
  inFlight = 0
  #served = 0
  /** The sum of the moments since when its calls hold permits. */
  #since = 0
  #want = 0
  /** Its calls that wait, by what they need. */
  readonly flows: Map<Demands, Flow[]> = new Map()
  /** The one that was asked for last. */
  lastFlow: Flow | undefined
  /** Those that are not empty. */
  parked = 0
  /** Where they are parked. */
  readonly queues: Map<Level, RunQueue> = new Map()

  /** @param weight how much service it is to have, beside others */
  constructor(weight: number) {
    this.weight = weight
  }

  /** One of its calls holds permits from `now` on. */
  began(now: number): void {
    this.inFlight++
    this.#since += now
  }

  /** It has given them back that it held since `since`. */
  ended(since: number, now: number): void {
    this.inFlight--
    this.#since -= since
    this.#served += now - since
    if (this.parked > 0 && this.queues.size <= FEW) this.#comeForward(now)
  }

  /** Where it waits it may come sooner now, having less under way. */
  #comeForward(now: number): void {
    for (const queue of this.queues.values())
      if (queue.heapIndex !== -1 && queue.level.runs.size > 1 && queue.refresh(now)) queue.level.runs.update(queue)
  }

  /** Its service, in milliseconds. */
  service(now: number): number {
    return (this.#served + this.inFlight * now - this.#since) / this.weight
  }

  /** Its calls under way, over its weight: of two runs with the same service the one with less of that comes first. */
  get load(): number {
    return this.inFlight / this.weight
  }

  /**
   * It waits from `now` on.
   *
   * @param want the number of the present time of want
   * @param wantSince when that began
   * @param floor the service of who was served last
   */
  joins(want: number, wantSince: number, floor: number, now: number): void {
    if (this.#want !== want) {
      this.#want = want
      this.#served = this.#since - this.inFlight * wantSince
    }
    const lacking = floor - this.service(now)
    if (lacking > 0) this.#served += lacking * this.weight
  }
}
