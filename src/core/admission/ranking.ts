import { BinaryHeap, type HeapEntry } from '../binary-heap.ts'
import { isEarlier, type Waiter } from './waiter.ts'

/**
 * Waiting calls that others can only start after, by what is still to come once they start: the longest first (critical
 * path scheduling: Hu, "Parallel Sequencing and Assembly Line Problems", 1961; Kohler, 1975).
 *
 * 1. Each has the rank that it had when it came; one whose rank changes comes anew.
 */
export class Ranking {
  readonly #entries = new Map<Waiter, Ranked>()
  readonly #heap = new BinaryHeap<Ranked>(comesFirst)

  get size(): number {
    return this.#heap.size
  }

  /** @param aheadMs from its start until all have ended that can only start after it */
  add(waiter: Waiter, aheadMs: number): void {
    const entry = { waiter, aheadMs, heapIndex: -1 }
    this.#entries.set(waiter, entry)
    this.#heap.push(entry)
  }

  /** @returns whether it was there */
  remove(waiter: Waiter): boolean {
    const entry = this.#entries.get(waiter)
    if (entry === undefined) return false
    this.#entries.delete(waiter)
    return this.#heap.remove(entry)
  }

  peek(): Waiter | undefined {
    return this.#heap.peek()?.waiter
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#entries.keys()
  }
}

interface Ranked extends HeapEntry {
  readonly waiter: Waiter
  readonly aheadMs: number
}

function comesFirst(a: Ranked, b: Ranked): boolean {
  if (a.waiter.depth !== b.waiter.depth) return a.waiter.depth > b.waiter.depth
  return a.aheadMs === b.aheadMs ? isEarlier(a.waiter, b.waiter) : a.aheadMs > b.aheadMs
}
