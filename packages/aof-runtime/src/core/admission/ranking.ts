import { BinaryHeap, type HeapEntry } from '../collections/binary-heap.ts'
import type { Ageing, Line, QueuedFlow, RunQueue } from './line.ts'
import { isEarlier, type Waiter } from './waiter.ts'

/**
 * Waiting calls that other calls wait for, of one flow and accepted at one moment: the longest expected path behind their
 * start comes first (critical path scheduling: Hu, "Parallel Sequencing and Assembly Line Problems", 1961; Kohler, 1975).
 *
 * 1. A call keeps the rank that it came with; a call whose rank changes is removed and added again.
 */
export class Ranking implements Line {
  readonly flow: QueuedFlow
  readonly acceptedAt: number
  place: RunQueue | undefined
  ageing: Ageing | undefined
  heapIndex = -1
  readonly #heap = new BinaryHeap<Ranked>(comesFirst)

  constructor(flow: QueuedFlow, acceptedAt: number) {
    this.flow = flow
    this.acceptedAt = acceptedAt
  }

  get size(): number {
    return this.#heap.size
  }

  /** @param aheadMs the expected time from its start to the end of all calls that can only start after it */
  add(waiter: Waiter, aheadMs: number): Ranked {
    const entry = { waiter, aheadMs, ranking: this, heapIndex: -1 }
    this.#heap.push(entry)
    return entry
  }

  remove(entry: Ranked): void {
    this.#heap.remove(entry)
  }

  peek(): Waiter | undefined {
    return this.#heap.peek()?.waiter
  }
}

/** A call in a ranking. */
export interface Ranked extends HeapEntry {
  readonly waiter: Waiter
  readonly aheadMs: number
  readonly ranking: Ranking
}

function comesFirst(a: Ranked, b: Ranked): boolean {
  if (a.waiter.depth !== b.waiter.depth) return a.waiter.depth > b.waiter.depth
  return a.aheadMs === b.aheadMs ? isEarlier(a.waiter, b.waiter) : a.aheadMs > b.aheadMs
}
