import { BinaryHeap, type HeapEntry } from '../collections/binary-heap.ts'
import type { Ageing, RunQueue } from './demand-queue.ts'
import type { Flow } from './flow.ts'
import type { Line } from './line.ts'
import { isEarlier, type Waiter } from './waiter.ts'

/**
 * Waiting calls that others can only start after, of one flow and accepted at one moment, by the time that is still to come
 * once they start: the longest first (critical path scheduling: Hu, "Parallel Sequencing and Assembly Line Problems", 1961;
 * Kohler, 1975).
 *
 * 1. Each has the rank that it had when it came; one whose rank changes comes anew.
 */
export class Ranking implements Line {
  readonly flow: Flow
  readonly acceptedAt: number
  place: RunQueue | undefined
  ageing: Ageing | undefined
  heapIndex = -1
  readonly #heap = new BinaryHeap<Ranked>(comesFirst)

  constructor(flow: Flow, acceptedAt: number) {
    this.flow = flow
    this.acceptedAt = acceptedAt
  }

  get size(): number {
    return this.#heap.size
  }

  /** @param aheadMs from its start until all have ended that can only start after it */
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
