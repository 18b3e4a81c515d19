import type { Clock } from '../host/clock.ts'
import { BinaryHeap } from '../collections/binary-heap.ts'
import { type Ageing, type Level, type Line, type QueuedFlow, RunQueue } from './line.ts'
import { comesFirst, type Waiter } from './waiter.ts'

/** The call that is next, and its flow. */
export interface Next {
  readonly flow: QueuedFlow
  readonly waiter: Waiter
  /** Its priority, ageing included. */
  readonly priority: number
}

/** The time of a rise is rounded down by this share of it, since its sum is rounded: a rise must not come late. */
const ROUNDING = 2 ** -50

/**
 * The calls that wait for one demand, in rank: by priority, raised by one for each `ageMs` that a call has waited; then by
 * the least service of the run; then by the least load of the run; then by the arrival of the run; then, within the run, as
 * in a flow.
 *
 * 1. The heap orders runs by their service at the last look. Service only grows, so the first run of the heap has the least
 *    service once its own is up to date.
 * 2. A line is never in a level below that of its first call: it is raised at its time in `#ageing`, before any comparison.
 *    It may be in a level above, since a line whose first call has left moves down only when it is the first of all. So each
 *    call costs time logarithmic in the number of waiting calls, and the same again for each `ageMs` that it waits.
 */
export class DemandQueue {
  /** The levels in use, and at most one empty level; the highest priority first. */
  readonly #levels = new BinaryHeap<Level>((a, b) => a.priority > b.priority)
  readonly #levelOf = new Map<number, Level>()
  readonly #ageing = new BinaryHeap<Ageing>((a, b) => a.at < b.at)
  /** How many lines wait. */
  #size = 0

  get isEmpty(): boolean {
    return this.#size === 0
  }

  park(flow: QueuedFlow, now: number, ageMs: number): void {
    for (const line of flow.lines()) if (line.size > 0) this.#enter(line, now, ageMs)
  }

  unpark(flow: QueuedFlow): void {
    for (const line of flow.lines()) this.#leave(line)
  }

  /** A line of a flow parked here has a new first call. */
  joined(line: Line, clock: Clock, ageMs: number): void {
    if (line.place === undefined) this.#enter(line, clock.now(), ageMs)
    else this.#hasOtherFirst(line, line.place, ageMs)
  }

  /** A line of a flow parked here has lost a call, perhaps its last. */
  lost(line: Line, ageMs: number): void {
    if (line.size === 0) this.#leave(line)
    else if (line.place !== undefined) this.#hasOtherFirst(line, line.place, ageMs)
  }

  /** The next call; undefined where none waits. */
  next(now: number, ageMs: number): Next | undefined {
    this.#raise(now, ageMs)
    for (let level = this.#levels.peek(); level !== undefined; level = this.#levels.peek()) {
      const place = firstRun(level.runs, now)
      const line = place && place.firstLine()
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

  /** Sets its next rise to that of its first call, if that is earlier. */
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

  /** Raises the lines whose time has come. */
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

  /** Moves a line to the level of a priority, and sets its next rise. */
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
    // A run that was alone in the level was not refreshed.
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

/** The time at which its first call belongs into the level above. */
function riseOf(line: Line, ageMs: number): number {
  const risen = (line.place as RunQueue).level.priority - line.flow.priority
  return ((line.peek() as Waiter).acceptedAt + (risen + 1) * ageMs) * (1 - ROUNDING)
}

/** How much waiting has raised the priority of a call. */
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

function runComesFirst(a: RunQueue, b: RunQueue): boolean {
  if (a.service !== b.service) return a.service < b.service
  return a.load === b.load ? a.run.order < b.run.order : a.load < b.load
}
