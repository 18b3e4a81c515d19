import { BinaryHeap, type HeapEntry } from '../binary-heap.ts'
import { comesFirst, type Flow } from './flow.ts'
import type { RunShare } from './run-share.ts'
import type { Waiter } from './waiter.ts'

/** Who is next: a flow, and the first of its calls. */
export interface Next {
  readonly flow: Flow
  readonly waiter: Waiter
  /** Its priority, raised by how long it has waited. */
  readonly priority: number
}

/** Who waits for one demand and has one priority. */
export interface Level {
  readonly priority: number
  readonly runs: BinaryHeap<RunQueue>
}

/** The flows of one run that are parked on one demand with one priority. */
export class RunQueue implements HeapEntry {
  readonly run: RunShare
  readonly level: Level
  readonly flows: BinaryHeap<Flow>
  heapIndex = -1
  /** As they were when it was last looked at: the heap of runs is in order by these. */
  service = 0
  load = 0

  constructor(run: RunShare, level: Level) {
    this.run = run
    this.level = level
    this.flows = new BinaryHeap((a, b) => flowComesFirst(a, b, run))
  }

  /** @returns whether it comes later than it stands */
  refresh(now: number): boolean {
    const service = this.run.service(now)
    const { load } = this.run
    if (service === this.service && load === this.load) return false
    this.service = service
    this.load = load
    return true
  }
}

/** Up to so many flows are compared one by one, so that estimates which change count at once. */
const FEW = 8

/**
 * Who waits for one demand, in rank: priority, raised by one for each `ageMs` that a call has waited; then the least
 * service of its run; then the run that came first; then, within the run, as a flow has it.
 *
 * 1. A run stands where its service was when it was last looked at. Service only grows, so the first of the heap, once its
 *    service is as it stands, is the one that has had least.
 * 2. While nobody has waited for `ageMs`, which is nearly always, priorities are as they were given and nothing is searched.
 */
export class DemandQueue {
  /** Highest priority first. */
  readonly #levels: Level[] = []
  /** No call waits here that was accepted earlier. */
  #oldest = Infinity
  /** Flows. */
  #size = 0

  get isEmpty(): boolean {
    return this.#size === 0
  }

  park(flow: Flow, now: number): void {
    const level = this.#level(flow.priority)
    const place = flow.run.queueIn(level) ?? new RunQueue(flow.run, level)
    place.flows.push(flow)
    flow.place = place
    if (place.heapIndex === -1) {
      place.refresh(now)
      // While it was alone it mattered to nobody where it stands.
      if (level.runs.size === 1) level.runs.peek()?.refresh(now)
      level.runs.push(place)
      flow.run.entered(place)
    }
    this.#size++
    this.#oldest = Math.min(this.#oldest, flow.oldest)
  }

  unpark(flow: Flow): void {
    const { place } = flow
    if (place === undefined) return
    place.flows.remove(flow)
    flow.place = undefined
    this.#size--
    if (place.flows.size === 0) {
      place.level.runs.remove(place)
      flow.run.left(place)
    }
    if (this.#size === 0) this.#oldest = Infinity
  }

  /** A flow's first call is another one now. */
  changed(flow: Flow): void {
    const { place } = flow
    if (place === undefined) return
    if (place.flows.size > 1) place.flows.update(flow)
  }

  /** A call has come into a flow that is parked here. */
  joined(flow: Flow, acceptedAt: number, isFirst: boolean): void {
    if (acceptedAt < this.#oldest) this.#oldest = acceptedAt
    if (isFirst) this.changed(flow)
  }

  /** Who is next; undefined where nobody waits. */
  next(now: number, ageMs: number): Next | undefined {
    if (now - this.#oldest >= ageMs && this.#isOverdue(now, ageMs)) return this.#search(now, ageMs)
    const levels = this.#levels
    for (let i = 0; i < levels.length; i++) {
      const { priority, runs } = levels[i] as Level
      const place = firstRun(runs, now)
      const flow = place && firstFlow(place)
      const waiter = flow?.peek()
      if (flow !== undefined && waiter !== undefined) return { flow, waiter, priority }
    }
    return undefined
  }

  *flows(): Generator<Flow, void, undefined> {
    for (const { runs } of this.#levels) for (const { flows } of runs) yield* flows
  }

  #level(priority: number): Level {
    const levels = this.#levels
    let place = 0
    for (; place < levels.length; place++) {
      const level = levels[place] as Level
      if (level.priority === priority) return level
      if (level.priority < priority) break
    }
    const level: Level = { priority, runs: new BinaryHeap(runComesFirst) }
    levels.splice(place, 0, level)
    return level
  }

  #isOverdue(now: number, ageMs: number): boolean {
    let oldest = Infinity
    for (const flow of this.flows()) oldest = Math.min(oldest, flow.oldest)
    this.#oldest = oldest
    return now - oldest >= ageMs
  }

  #search(now: number, ageMs: number): Next | undefined {
    let best: Next | undefined
    for (const flow of this.flows()) {
      for (const waiter of flow.heads()) {
        const priority = flow.priority + Math.floor((now - waiter.acceptedAt) / ageMs)
        const candidate = { flow, waiter, priority }
        if (best === undefined || isBefore(candidate, best, now)) best = candidate
      }
    }
    return best
  }
}

/** Whether `a` is admitted before `b`. */
export function isBefore(a: Next, b: Next, now: number): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority
  const [one, other] = [a.flow.run, b.flow.run]
  if (one === other) return comesFirst(a.waiter, b.waiter, one)
  const difference = one.service(now) - other.service(now)
  if (difference !== 0) return difference < 0
  return one.load === other.load ? one.order < other.order : one.load < other.load
}

function firstRun(runs: BinaryHeap<RunQueue>, now: number): RunQueue | undefined {
  for (;;) {
    const first = runs.peek()
    if (first === undefined || runs.size === 1 || !first.refresh(now)) return first
    runs.update(first)
  }
}

function firstFlow({ flows, run }: RunQueue): Flow | undefined {
  const first = flows.peek()
  if (first === undefined || flows.size === 1 || flows.size > FEW) return first
  let best = first
  for (const flow of flows) if (flow !== best && flowComesFirst(flow, best, run)) best = flow
  return best
}

function runComesFirst(a: RunQueue, b: RunQueue): boolean {
  if (a.service !== b.service) return a.service < b.service
  return a.load === b.load ? a.run.order < b.run.order : a.load < b.load
}

function flowComesFirst(a: Flow, b: Flow, run: RunShare): boolean {
  const [one, other] = [a.peek(), b.peek()]
  return one !== undefined && other !== undefined && comesFirst(one, other, run)
}
