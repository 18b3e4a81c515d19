import type { Demands } from './demands.ts'
import { ExpectedDuration } from './expected-duration.ts'
import type { Level, RunQueue } from './demand-queue.ts'
import { Flow } from './flow.ts'

/** What all runs of a controller share: the time of want, from the moment at which the first call had to wait until none does. */
export interface Want {
  /** Runs so far. */
  runs: number
  /** Times of want so far. */
  number: number
  since: number
  /** The service of who was admitted last. */
  floor: number
}

/** So many calls of a run are all measured; of those after, one of eight. */
const EXACT_RUNS = 64
const MEASURED_OF = 8

/** Who waits in more places than these, for many keys, is looked at again only when its turn has come. */
const FEW = 16

/**
 * What one run has had of the permits, for as long as several want them.
 *
 * Duty: count its service, the time for which it has held permits, over its weight; keep its flows.
 * Boundary: knows no limits and no calls.
 * 1. Service never falls, and grows by itself while calls run: who has long ones under way is not taken for one that has
 *    had nothing.
 * 2. It is counted within a time of want: what was taken while there was enough for all is held against nobody.
 * 3. A run that begins to wait is set to the service of those who are served (start-time fair queueing, Goyal, Vin and
 *    Cheng, 1996), so that no run saves up.
 */
export class RunShare {
  readonly weight: number
  /** Its place among all runs: who came first goes first, where all else is the same. */
  readonly order: number
  /** How long its calls take, for those whose tools have not been measured. */
  readonly expected: ExpectedDuration = new ExpectedDuration()
  /** Calls that have ended. */
  #ran = 0
  /** Its flows that are not empty. */
  parked = 0
  readonly #want: Want
  #wantNumber = 0
  /** Its calls that hold permits. */
  #inFlight = 0
  // Not 0, which is an integer to V8: each run's fields would have to be made over when the first fraction comes.
  #served: number = -0
  /** The sum of the moments since when its calls hold permits. */
  #since: number = -0
  #lastFlow: Flow | undefined
  #flows: Map<Demands, Flow[]> | undefined
  /** Where it waits, or waited last. */
  #queue: RunQueue | undefined
  /** Where else it waits. */
  #queues: Map<Level, RunQueue> | undefined

  /** @param weight how much service it is to have, beside others */
  constructor(weight: number, want: Want) {
    this.weight = weight
    this.order = want.runs++
    this.#want = want
  }

  /** The present time of want: what is measured in it is trusted later than what was known before. */
  get period(): number {
    return this.#want.number
  }

  /** One of its calls has taken that long. Of many only some are measured: they tell as much. */
  ran(ms: number): void {
    if (this.#ran < EXACT_RUNS || this.#ran % MEASURED_OF === 0) this.expected.add(ms)
    this.#ran++
  }

  /** One of its calls holds permits from `now` on. */
  began(now: number): void {
    if (this.#wantNumber !== this.#want.number) this.#restart()
    this.#inFlight++
    this.#since += now
  }

  /** It has given them back that it held since `since`. */
  ended(since: number, now: number): void {
    if (this.#wantNumber !== this.#want.number) this.#restart()
    this.#inFlight--
    this.#since -= since
    this.#served += now - since
    if (this.parked > 0) this.#comeForward(now)
  }

  /** Its service, in milliseconds. */
  service(now: number): number {
    return (this.#served + this.#inFlight * now - this.#since) / this.weight
  }

  /** Its calls under way, over its weight: of two runs with the same service the one with less of that comes first. */
  get load(): number {
    return this.#inFlight / this.weight
  }

  /** It waits from `now` on, and did not before. */
  joins(now: number): void {
    if (this.#wantNumber !== this.#want.number) this.#restart()
    const lacking = this.#want.floor - this.service(now)
    if (lacking > 0) this.#served += lacking * this.weight
  }

  /** Where its calls wait that need all of `demands`. Nearly all calls of a run need the same. */
  flow(demands: Demands, priority: number): Flow {
    const last = this.#lastFlow
    if (last === undefined) return (this.#lastFlow = new Flow(this, demands, priority))
    if (last.demands === demands && last.priority === priority) return last
    this.#flows ??= new Map([[last.demands, [last]]])
    let flows = this.#flows.get(demands)
    if (flows === undefined) this.#flows.set(demands, (flows = []))
    let flow = flows.find((each) => each.priority === priority)
    if (flow === undefined) flows.push((flow = new Flow(this, demands, priority)))
    return (this.#lastFlow = flow)
  }

  /** A flow is empty. Runs that go on for long, with ever new keys, must not keep them all. */
  forget({ demands }: Flow): void {
    const flows = this.#flows
    if (flows === undefined || flows.size <= 32 || flows.get(demands)?.some(({ size }) => size > 0) === true) return
    flows.delete(demands)
    this.#lastFlow = undefined
    const [first] = flows.values()
    this.#lastFlow = first?.[0]
  }

  /** Where it stands in a level; undefined where it does not, as far as that is known. */
  queueIn(level: Level): RunQueue | undefined {
    return this.#queue?.level === level ? this.#queue : this.#queues?.get(level)
  }

  /** It waits there now. */
  entered(queue: RunQueue): void {
    if (this.#queue === queue) return
    if (this.#queue === undefined || this.#queue.heapIndex === -1) this.#queue = queue
    else (this.#queues ??= new Map()).set(queue.level, queue)
  }

  /** It does not wait there any more. The levels of keys come and go: none is kept but the last. */
  left(queue: RunQueue): void {
    if (this.#queue !== queue) this.#queues?.delete(queue.level)
  }

  /** What it has under way began before the present time of want. */
  #restart(): void {
    this.#wantNumber = this.#want.number
    this.#served = this.#since - this.#inFlight * this.#want.since
  }

  /** Where it waits it may come sooner now, having less under way. */
  #comeForward(now: number): void {
    if (this.#queue !== undefined) comeForward(this.#queue, now)
    if (this.#queues === undefined || this.#queues.size > FEW) return
    for (const queue of this.#queues.values()) comeForward(queue, now)
  }
}

function comeForward(queue: RunQueue, now: number): void {
  const { runs } = queue.level
  if (runs.size > 1 && queue.heapIndex !== -1 && queue.refresh(now)) runs.update(queue)
}
