import { BinaryHeap, type HeapEntry } from '../collections/binary-heap.ts'
import { comesFirst, type RunDurations, type Waiter } from './waiter.ts'

/** A run, as the queues of demands know it. */
export interface QueuedRun extends RunDurations {
  /** Its place among all runs, by arrival. */
  readonly order: number
  /** Its running calls over its weight. */
  readonly load: number
  /** The time for which its calls have held permits, over its weight. */
  service(now: number): number
  /** Its queue in a level, if it remembers one. */
  queueIn(level: Level): RunQueue | undefined
  /** It has begun to wait in that queue. */
  entered(queue: RunQueue): void
  /** It has stopped waiting in that queue. */
  left(queue: RunQueue): void
}

/** A flow, as the queues of demands know it. */
export interface QueuedFlow {
  readonly run: QueuedRun
  readonly priority: number
  /** All its lines, empty ones included. */
  lines(): Iterable<Line>
}

/** Waiting calls of one flow. Only the first can be next: none of the others is older, or ranks higher. */
export interface Line extends HeapEntry {
  readonly flow: QueuedFlow
  /** How many calls wait. */
  readonly size: number
  /** The first call, which stays; it has also waited longest. */
  peek(): Waiter | undefined
  /** Its place in the queue of the demand on which its flow is parked. */
  place: RunQueue | undefined
  /** The next rise of its priority; undefined where priorities do not rise. */
  ageing: Ageing | undefined
}

/** The waiting calls of one demand with the same priority, ageing included. */
export interface Level extends HeapEntry {
  readonly priority: number
  readonly runs: BinaryHeap<RunQueue>
}

/** The next rise of a line's priority: at this time, or later. */
export interface Ageing extends HeapEntry {
  readonly line: Line
  at: number
}

/** Up to this many lines are compared one by one, so that changed estimates count at once. */
const FEW = 8

/** The lines of one run in one level of one demand. */
export class RunQueue implements HeapEntry {
  readonly run: QueuedRun
  readonly level: Level
  readonly lines: BinaryHeap<Line>
  heapIndex = -1
  /** The service and load of the run at the last {@link refresh}: the heap of runs is ordered by them. */
  service = 0
  load = 0

  constructor(run: QueuedRun, level: Level) {
    this.run = run
    this.level = level
    this.lines = new BinaryHeap((a, b) => lineComesFirst(a, b, run))
  }

  /** @returns whether its service or load has changed, so that its place in the heap has to be updated */
  refresh(now: number): boolean {
    const service = this.run.service(now)
    const { load } = this.run
    if (service === this.service && load === this.load) return false
    this.service = service
    this.load = load
    return true
  }

  firstLine(): Line | undefined {
    const { lines, run } = this
    const first = lines.peek()
    if (first === undefined || lines.size === 1 || lines.size > FEW) return first
    let best = first
    for (const line of lines) if (line !== best && lineComesFirst(line, best, run)) best = line
    return best
  }
}

function lineComesFirst(a: Line, b: Line, run: QueuedRun): boolean {
  const [one, other] = [a.peek(), b.peek()]
  return one !== undefined && other !== undefined && comesFirst(one, other, run)
}
