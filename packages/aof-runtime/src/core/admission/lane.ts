import { BinaryHeap, type HeapEntry } from '../collections/binary-heap.ts'
import type { ExpectedDuration } from './expected-duration.ts'
import type { Ageing, Line, QueuedFlow, RunQueue } from './line.ts'
import { isEarlier, type Waiter } from './waiter.ts'

/** A call that came after later calls. */
interface Straggler extends HeapEntry {
  readonly waiter: Waiter
}

/**
 * Waiting calls that differ only in their order: of one flow, one tool, one depth.
 *
 * 1. Its first call is the first in the order of calls, in whatever order they came: a retried call keeps its place. So the
 *    first has waited longest. Nearly all calls come in order, and are in an array; the others are in a heap.
 * 2. Calls that stopped waiting, or wait elsewhere, are skipped, and removed when they are more than half.
 */
export class Lane implements Line {
  readonly flow: QueuedFlow
  place: RunQueue | undefined
  ageing: Ageing | undefined
  heapIndex = -1
  readonly expected: ExpectedDuration
  readonly depth: number
  /** How many calls wait. */
  size = 0
  #waiters: (Waiter | undefined)[] = []
  #head = 0
  #stragglers: BinaryHeap<Straggler> | undefined
  /** Calls in the array or the heap that wait elsewhere now. */
  #moved: Set<Waiter> | undefined
  /** The latest call that ever came, in the order of calls. A call after it, as nearly all are, comes behind all others. */
  #latestAt = -Infinity
  #latestBatch = -1
  #latestIndex = -1

  constructor(flow: QueuedFlow, expected: ExpectedDuration, depth: number) {
    this.flow = flow
    this.expected = expected
    this.depth = depth
  }

  /** @returns whether it is the first now */
  add(waiter: Waiter): boolean {
    if (this.#moved?.has(waiter) === true) this.#sweep()
    this.size++
    const { acceptedAt, batchOrder, index } = waiter
    if (acceptedAt === this.#latestAt) {
      const isLater = batchOrder === this.#latestBatch ? index > this.#latestIndex : batchOrder > this.#latestBatch
      if (!isLater) return this.#addStraggler(waiter)
    } else if (acceptedAt < this.#latestAt) return this.#addStraggler(waiter)
    this.#latestAt = acceptedAt
    this.#latestBatch = batchOrder
    this.#latestIndex = index
    this.#waiters.push(waiter)
    return this.size === 1
  }

  /** Adds the calls right after `first`, which waits here: `waiters` from `first.index + 1` to before `end`. */
  addBehind(first: Waiter, waiters: readonly Waiter[], end: number): void {
    const from = first.index + 1
    if (this.#latestIndex !== first.index || this.#latestBatch !== first.batchOrder) {
      for (let i = from; i < end; i++) this.add(waiters[i] as Waiter)
      return
    }
    for (let i = from; i < end; i++) this.#waiters.push(waiters[i] as Waiter)
    this.size += end - from
    this.#latestIndex = end - 1
  }

  #addStraggler(waiter: Waiter): boolean {
    this.#stragglers ??= new BinaryHeap((a, b) => isEarlier(a.waiter, b.waiter))
    this.#stragglers.push({ waiter, heapIndex: -1 })
    return this.peek() === waiter
  }

  /** The first call that still waits, which stays. */
  peek(): Waiter | undefined {
    const first = this.#firstOfRow()
    if (this.#stragglers === undefined || this.#stragglers.size === 0) return first
    const straggler = this.#firstStraggler(this.#stragglers)
    if (first === undefined || straggler === undefined) return first ?? straggler
    return isEarlier(straggler, first) ? straggler : first
  }

  #firstOfRow(): Waiter | undefined {
    for (; this.#head < this.#waiters.length; this.#drop()) {
      const waiter = this.#waiters[this.#head] as Waiter
      if (waiter.wantsPermit && this.#moved === undefined) return waiter
      if (this.#isHere(waiter)) return waiter
      this.#moved?.delete(waiter)
    }
    return undefined
  }

  #firstStraggler(stragglers: BinaryHeap<Straggler>): Waiter | undefined {
    for (let first = stragglers.peek(); first !== undefined; first = stragglers.peek()) {
      if (this.#isHere(first.waiter)) return first.waiter
      this.#moved?.delete(first.waiter)
      stragglers.pop()
    }
    return undefined
  }

  #isHere(waiter: Waiter): boolean {
    return waiter.wantsPermit && this.#moved?.has(waiter) !== true
  }

  /** Removes the call that {@link peek} returned. */
  shift(waiter: Waiter): void {
    this.size--
    if (this.#waiters[this.#head] === waiter) this.#drop()
    else this.#stragglers?.pop()
  }

  /** A call stops waiting; its `wantsPermit` is false from now on. */
  withdraw(): void {
    this.size--
    this.#sweepIfWorthIt()
  }

  /** Removes a call, which will wait in another flow. */
  remove(waiter: Waiter): void {
    this.size--
    if (this.peek() === waiter) {
      this.size++
      return this.shift(waiter)
    }
    ;(this.#moved ??= new Set()).add(waiter)
    this.#sweepIfWorthIt()
  }

  /** The calls that still wait, in order. */
  *[Symbol.iterator](): Generator<Waiter, void, undefined> {
    const stragglers = [...(this.#stragglers ?? [])].map(({ waiter }) => waiter).filter((each) => this.#isHere(each))
    stragglers.sort((a, b) => (isEarlier(a, b) ? -1 : 1))
    let next = 0
    for (let i = this.#head; i < this.#waiters.length; i++) {
      const waiter = this.#waiters[i] as Waiter
      if (!this.#isHere(waiter)) continue
      for (; next < stragglers.length && isEarlier(stragglers[next] as Waiter, waiter); next++)
        yield stragglers[next] as Waiter
      yield waiter
    }
    yield* stragglers.slice(next)
  }

  #drop(): void {
    this.#waiters[this.#head++] = undefined
    if (this.#head === this.#waiters.length) {
      this.#waiters = []
      this.#head = 0
    } else if (this.#head > 1024 && this.#head * 2 > this.#waiters.length) {
      this.#waiters = this.#waiters.slice(this.#head)
      this.#head = 0
    }
  }

  #sweepIfWorthIt(): void {
    const kept = this.#waiters.length - this.#head + (this.#stragglers?.size ?? 0)
    if (kept > 64 && kept > this.size * 2) this.#sweep()
  }

  /** Removes the calls that {@link peek} would skip. */
  #sweep(): void {
    this.#waiters = this.#waiters.slice(this.#head).filter((waiter) => this.#isHere(waiter as Waiter))
    this.#head = 0
    const stragglers = Array.from(this.#stragglers ?? [])
    for (const straggler of stragglers) if (!this.#isHere(straggler.waiter)) this.#stragglers?.remove(straggler)
    this.#moved = undefined
  }
}
