import type { ExpectedDuration } from './expected-duration.ts'
import { isEarlier, type Waiter } from './waiter.ts'

/**
 * Calls that differ in nothing but their order: of one flow, one tool, one depth.
 *
 * 1. They are kept in the order of calls, whatever order they come in: a call that is tried again has its place. So the
 *    first has waited longest.
 * 2. Those who withdrew are passed over, and swept out when they are more than half.
 */
export class Lane {
  readonly expected: ExpectedDuration
  readonly depth: number
  #waiters: (Waiter | undefined)[] = []
  #head = 0
  #withdrawn = 0
  /** The last in the order of calls that ever came: who is later than that, as nearly all are, comes behind all others. */
  #latestAt = -Infinity
  #latestBatch = -1
  #latestIndex = -1

  constructor(expected: ExpectedDuration, depth: number) {
    this.expected = expected
    this.depth = depth
  }

  /** Those that still wait. */
  get size(): number {
    return this.#waiters.length - this.#head - this.#withdrawn
  }

  /** @returns whether it is the first now */
  add(waiter: Waiter): boolean {
    const { acceptedAt, batchOrder, index } = waiter
    if (acceptedAt === this.#latestAt) {
      const isLater = batchOrder === this.#latestBatch ? index > this.#latestIndex : batchOrder > this.#latestBatch
      if (!isLater) return this.#addAmong(waiter)
    } else if (acceptedAt < this.#latestAt) return this.#addAmong(waiter)
    this.#latestAt = acceptedAt
    this.#latestBatch = batchOrder
    this.#latestIndex = index
    return this.#waiters.push(waiter) === this.#head + 1
  }

  /** Takes those in that come right after `first`, which is here: `waiters` from `first.index + 1` to before `end`. */
  addBehind(first: Waiter, waiters: readonly Waiter[], end: number): void {
    const from = first.index + 1
    if (this.#latestIndex !== first.index || this.#latestBatch !== first.batchOrder) {
      for (let i = from; i < end; i++) this.add(waiters[i] as Waiter)
      return
    }
    for (let i = from; i < end; i++) this.#waiters.push(waiters[i] as Waiter)
    this.#latestIndex = end - 1
  }

  #addAmong(waiter: Waiter): boolean {
    const waiters = this.#waiters
    let place = waiters.length
    while (place > this.#head && isEarlier(waiter, waiters[place - 1] as Waiter)) place--
    waiters.splice(place, 0, waiter)
    return place === this.#head
  }

  /** The first that still waits, which stays. */
  peek(): Waiter | undefined {
    for (; this.#head < this.#waiters.length; this.#drop()) {
      const waiter = this.#waiters[this.#head]
      if (waiter?.wantsPermit === true) return waiter
      this.#withdrawn--
    }
    return undefined
  }

  /** Takes out the one that {@link peek} gave. */
  shift(): void {
    this.#drop()
  }

  /** One of them, whose `wantsPermit` is false from now on, is not to be admitted. */
  withdraw(): void {
    this.#withdrawn++
    if (this.#withdrawn > 32 && this.#withdrawn * 2 > this.#waiters.length - this.#head) this.#sweep()
  }

  /** One of them waits elsewhere from now on. */
  remove(waiter: Waiter): void {
    const place = this.#waiters.indexOf(waiter, this.#head)
    if (place === this.#head) this.#drop()
    else if (place !== -1) this.#waiters.splice(place, 1)
  }

  /** Those that still wait, in order. */
  *[Symbol.iterator](): Generator<Waiter, void, undefined> {
    for (let i = this.#head; i < this.#waiters.length; i++) {
      const waiter = this.#waiters[i]
      if (waiter?.wantsPermit === true) yield waiter
    }
  }

  #drop(): void {
    this.#waiters[this.#head++] = undefined
    if (this.#head === this.#waiters.length) {
      this.#waiters = []
      this.#head = 0
    } else if (this.#head > 1024 && this.#head * 2 > this.#waiters.length) this.#sweep()
  }

  #sweep(): void {
    this.#waiters = this.#waiters.slice(this.#head).filter((waiter) => waiter?.wantsPermit === true)
    this.#head = 0
    this.#withdrawn = 0
  }
}
