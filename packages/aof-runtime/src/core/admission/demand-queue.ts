import type { Clock } from '../host/clock.ts'
import { BinaryHeap, type HeapEntry } from '../collections/binary-heap.ts'
import { comesFirst, type Flow } from './flow.ts'
import type { Line } from './line.ts'
import type { RunShare } from './run-share.ts'
import type { Waiter } from './waiter.ts'

/** Who is next: a flow, and the first of its calls. */
export interface Next {
  readonly flow: Flow
  readonly waiter: Waiter
  /** Its priority, raised by how long it has waited. */
  readonly priority: number
}

/** The calls that wait for one demand with one priority, raised by how long they have waited. */
export interface Level extends HeapEntry {
  readonly priority: number
  readonly runs: BinaryHeap<RunQueue>
}

/** When the priority of a line rises next, or earlier. */
export interface Ageing extends HeapEntry {
  readonly line: Line
  at: number
}

/** The lines of one run that are in one level of one demand. */
export class RunQueue implements HeapEntry {
  readonly run: RunShare
  readonly level: Level
  readonly lines: BinaryHeap<Line>
  heapIndex = -1
  /** As they were when it was last looked at: the heap of runs is in order by these. */
  service = 0
  load = 0

  constructor(run: RunShare, level: Level) {
    this.run = run
    this.level = level
    this.lines = new BinaryHeap((a, b) => lineComesFirst(a, b, run))
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

/** Up to so many lines are compared one by one, so that estimates which change count at once. */
const FEW = 8

/** A rise is looked for by so much too early, as a part of the time: the sums that tell its moment are rounded. */
const ROUNDING = 2 ** -50

/**
 * The calls that wait for one demand, in rank: priority, raised by one for each `ageMs` that a call has waited; then the
 * least service of its run; then the run that came first; then, within the run, as a flow has it.
 *
 * 1. A run stands where its service was when it was last looked at. Service only grows, so the first of the heap, once its
 *    service is as it stands, is the one that has had least.
 * 2. A line is never in a level below that of its first call: when its moment in `#ageing` has come it is raised, before
 *    anything is compared. It may be in one above, since a line whose first call has left moves down only when it is the
 *    first of all. So a call costs the logarithm of those that wait, and again that for each `ageMs` that it waits.
 */
export class DemandQueue {
  /** Those that are in use, and at most one other; the highest priority first. */
  readonly #levels = new BinaryHeap<Level>((a, b) => a.priority > b.priority)
  readonly #levelOf = new Map<number, Level>()
  readonly #ageing = new BinaryHeap<Ageing>((a, b) => a.at < b.at)
  /** Lines. */
  #size = 0

  get isEmpty(): boolean {
    return this.#size === 0
  }

  park(flow: Flow, now: number, ageMs: number): void {
    for (const line of flow.lines()) if (line.size > 0) this.#enter(line, now, ageMs)
  }

  unpark(flow: Flow): void {
    for (const line of flow.lines()) this.#leave(line)
  }

  /** A line of a flow that is parked here has another first call now. */
  joined(line: Line, clock: Clock, ageMs: number): void {
    if (line.place === undefined) this.#enter(line, clock.now(), ageMs)
    else this.#hasOtherFirst(line, line.place, ageMs)
  }

  /** A line of a flow that is parked here has lost a call, and may have no other. */
  lost(line: Line, ageMs: number): void {
    if (line.size === 0) this.#leave(line)
    else if (line.place !== undefined) this.#hasOtherFirst(line, line.place, ageMs)
  }

  /** Who is next; undefined where nobody waits. */
  next(now: number, ageMs: number): Next | undefined {
    this.#raise(now, ageMs)
    for (let level = this.#levels.peek(); level !== undefined; level = this.#levels.peek()) {
      const place = firstRun(level.runs, now)
      const line = place && firstLine(place)
      if (line === undefined) {
        if (this.#levels.size === 1) return undefined
        this.#forget(level)
        continue
      }
      const waiter = line.peek() as Waiter
      const { flow } = line
      const priority = flow.priority + steps(waiter, now, ageMs)
      if (priority === level.priority) return { flow, waiter, priority }
      this.#move(line, priority, now, ageMs)
    }
    return undefined
  }

  #enter(line: Line, now: number, ageMs: number): void {
    this.#size++
    this.#stand(line, line.flow.priority, now)
    this.#agesFrom(line, ageMs)
  }

  #leave(line: Line): void {
    const { place, ageing } = line
    if (place === undefined) return
    this.#size--
    this.#stepOut(line, place)
    if (ageing !== undefined) this.#ageing.remove(ageing)
    line.ageing = undefined
  }

  #hasOtherFirst(line: Line, place: RunQueue, ageMs: number): void {
    if (place.lines.size > 1) place.lines.update(line)
    this.#agesFrom(line, ageMs)
  }

  /** It rises no later than its first call does, from the level in which it is. */
  #agesFrom(line: Line, ageMs: number): void {
    const { ageing, flow } = line
    if (ageMs === Infinity || flow.priority === Infinity) return
    const at = riseOf(line, ageMs)
    if (ageing === undefined) this.#ageing.push((line.ageing = { line, at, heapIndex: -1 }))
    else if (at < ageing.at) {
      ageing.at = at
      this.#ageing.update(ageing)
    }
  }

  /** Raises the lines whose moment has come. */
  #raise(now: number, ageMs: number): void {
    const first = this.#ageing.peek()
    if (first === undefined || first.at > now) return
    const due: Ageing[] = []
    for (let each = this.#ageing.peek(); each !== undefined && each.at <= now; each = this.#ageing.peek()) {
      this.#ageing.remove(each)
      due.push(each)
    }
    for (const each of due) {
      const { line } = each
      this.#move(line, line.flow.priority + steps(line.peek() as Waiter, now, ageMs), now, ageMs)
    }
  }

  /** Its priority is that from now on. */
  #move(line: Line, priority: number, now: number, ageMs: number): void {
    const place = line.place as RunQueue
    if (place.level.priority !== priority) {
      this.#stepOut(line, place)
      this.#stand(line, priority, now)
    }
    const ageing = line.ageing as Ageing
    ageing.at = riseOf(line, ageMs)
    if (ageing.heapIndex === -1) this.#ageing.push(ageing)
    else this.#ageing.update(ageing)
  }

  #stand(line: Line, priority: number, now: number): void {
    const { run } = line.flow
    const level = this.#level(priority)
    const place = run.queueIn(level) ?? new RunQueue(run, level)
    place.lines.push(line)
    line.place = place
    if (place.heapIndex !== -1) return
    place.refresh(now)
    // While it was alone its service was not looked at.
    if (level.runs.size === 1) level.runs.peek()?.refresh(now)
    level.runs.push(place)
    run.entered(place)
  }

  #stepOut(line: Line, place: RunQueue): void {
    place.lines.remove(line)
    line.place = undefined
    if (place.lines.size > 0) return
    const { level, run } = place
    level.runs.remove(place)
    run.left(place)
    if (level.runs.size === 0 && this.#levels.size > 1) this.#forget(level)
  }

  #level(priority: number): Level {
    let level = this.#levelOf.get(priority)
    if (level !== undefined) return level
    level = { priority, runs: new BinaryHeap(runComesFirst), heapIndex: -1 }
    this.#levelOf.set(priority, level)
    this.#levels.push(level)
    return level
  }

  #forget(level: Level): void {
    this.#levels.remove(level)
    this.#levelOf.delete(level.priority)
  }
}

/** When its first call has waited for long enough to be in the level above. */
function riseOf(line: Line, ageMs: number): number {
  const risen = (line.place as RunQueue).level.priority - line.flow.priority
  return ((line.peek() as Waiter).acceptedAt + (risen + 1) * ageMs) * (1 - ROUNDING)
}

/** By how much its priority has risen. */
function steps({ acceptedAt }: Waiter, now: number, ageMs: number): number {
  return Math.max(0, Math.floor((now - acceptedAt) / ageMs))
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

function firstLine({ lines, run }: RunQueue): Line | undefined {
  const first = lines.peek()
  if (first === undefined || lines.size === 1 || lines.size > FEW) return first
  let best = first
  for (const line of lines) if (line !== best && lineComesFirst(line, best, run)) best = line
  return best
}

function runComesFirst(a: RunQueue, b: RunQueue): boolean {
  if (a.service !== b.service) return a.service < b.service
  return a.load === b.load ? a.run.order < b.run.order : a.load < b.load
}

function lineComesFirst(a: Line, b: Line, run: RunShare): boolean {
  const [one, other] = [a.peek(), b.peek()]
  return one !== undefined && other !== undefined && comesFirst(one, other, run)
}
