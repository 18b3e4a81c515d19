import type { Demands } from './demands.ts'
import { ExpectedDuration } from './expected-duration.ts'
import { Flow, type FlowRun } from './flow.ts'
import type { Level, RunQueue } from './line.ts'

/** The busy period of a controller, from the first call that has to wait until no call waits. All its runs share this. */
export interface BusyPeriod {
  /** How many runs there have been. */
  runs: number
  /** How many busy periods there have been. */
  number: number
  since: number
  /** The greatest service that a run had when one of its calls was admitted: runs that begin to wait start from there. */
  virtualTime: number
}

/** The first calls of a run are all measured, up to this many; of later ones, one in eight. */
const EXACT_RUNS = 64
const MEASURED_OF = 8

/** A run that waits in more queues than this, for many keys, is not moved in each: its place is updated when it is first. */
const FEW = 16

/**
 * The share of the permits that one run has had, while calls wait.
 *
 * Duty: count its service, the time for which its calls have held permits, over its weight; find its flows.
 * Boundary: knows no limits and no calls.
 * 1. Service never falls, and grows while calls run: a run with long calls under way counts as served.
 * 2. Only usage during a busy period counts.
 * 3. A run that begins to wait gets at least the virtual time as its service (start-time fair queueing, Goyal, Vin and
 *    Cheng, 1996), so that no run saves up service.
 */
export class RunShare implements FlowRun {
  readonly weight: number
  /** Its place among all runs, by arrival: it decides where all else is equal. */
  readonly order: number
  /** The expected duration of its calls, for tools that have not been measured. */
  readonly expected: ExpectedDuration = new ExpectedDuration()
  /** How many of its calls have ended. */
  #ran = 0
  /** How many of its flows wait. */
  parked = 0
  readonly #busyPeriod: BusyPeriod
  #periodNumber = 0
  /** How many of its calls hold permits. */
  #inFlight = 0
  // -0 makes V8 store a float from the start: with 0, the fields of each run would be converted at the first fraction.
  #served: number = -0
  /** The sum of the times at which the calls that hold permits took them. */
  #since: number = -0
  #lastFlow: Flow | undefined
  #flows: Map<Demands, Flow[]> | undefined
  /** A queue in which it waits, or waited last. */
  #queue: RunQueue | undefined
  /** The other queues in which it waits. */
  #queues: Map<Level, RunQueue> | undefined

  /** @param weight its share of the service, in proportion to the weights of other runs */
  constructor(weight: number, busyPeriod: BusyPeriod) {
    this.weight = weight
    this.order = busyPeriod.runs++
    this.#busyPeriod = busyPeriod
  }

  /** The number of the busy period: values that are measured in it count less than earlier ones. */
  get period(): number {
    return this.#busyPeriod.number
  }

  /** Adds the duration of a call. After many calls only some are measured, which is enough for an estimate. */
  ran(ms: number): void {
    if (this.#ran < EXACT_RUNS || this.#ran % MEASURED_OF === 0) this.expected.add(ms)
    this.#ran++
  }

  /** A call holds permits from `now` on. */
  began(now: number): void {
    if (this.#periodNumber !== this.#busyPeriod.number) this.#restart()
    this.#inFlight++
    this.#since += now
  }

  /** A call has returned the permits that it took at `since`. */
  ended(since: number, now: number): void {
    if (this.#periodNumber !== this.#busyPeriod.number) this.#restart()
    this.#inFlight--
    this.#since -= since
    this.#served += now - since
    if (this.parked > 0) this.#comeForward(now)
  }

  /** Its service, in milliseconds. */
  service(now: number): number {
    return (this.#served + this.#inFlight * now - this.#since) / this.weight
  }

  /** Its running calls over its weight: among runs with the same service, the least load comes first. */
  get load(): number {
    return this.#inFlight / this.weight
  }

  /** It begins to wait at `now`. */
  joins(now: number): void {
    if (this.#periodNumber !== this.#busyPeriod.number) this.#restart()
    const lacking = this.#busyPeriod.virtualTime - this.service(now)
    if (lacking > 0) this.#served += lacking * this.weight
  }

  /** The flow of its calls with these demands and this priority. Nearly all calls of a run have the same. */
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

  /** A flow is empty, and is forgotten once there are many: long runs use ever new keys. */
  forget({ demands }: Flow): void {
    const flows = this.#flows
    if (flows === undefined || flows.size <= 32 || flows.get(demands)?.some(({ size }) => size > 0) === true) return
    flows.delete(demands)
    this.#lastFlow = undefined
    const [first] = flows.values()
    this.#lastFlow = first?.[0]
  }

  queueIn(level: Level): RunQueue | undefined {
    return this.#queue?.level === level ? this.#queue : this.#queues?.get(level)
  }

  entered(queue: RunQueue): void {
    if (this.#queue === queue) return
    if (this.#queue === undefined || this.#queue.heapIndex === -1) this.#queue = queue
    else (this.#queues ??= new Map()).set(queue.level, queue)
  }

  /** Forgets the queue, unless it is the last one: the levels of keys come and go. */
  left(queue: RunQueue): void {
    if (this.#queue !== queue) this.#queues?.delete(queue.level)
  }

  /** Begins a new busy period: of the running calls, only the time within it counts. */
  #restart(): void {
    this.#periodNumber = this.#busyPeriod.number
    this.#served = this.#since - this.#inFlight * this.#busyPeriod.since
  }

  /** Moves it forward in its queues, since its load has fallen. */
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
