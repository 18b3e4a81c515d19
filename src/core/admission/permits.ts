/** A call that waits for a permit. */
export interface Waiter {
  /** Whether it still wants one; a call that was aborted while waiting does not. */
  readonly wantsPermit: boolean
  /**
   * It holds a permit now.
   *
   * @param now the clock's time, where whoever gave the permit back has just read it
   */
  admit(now: number | undefined): void
}

/**
 * The permits of one limit, and those who wait for them.
 *
 * Duty: at most `limit` permits are out, and none is free while somebody waits.
 * Boundary: knows nothing of tools or batches; who is admitted gives its permit back exactly once, with `release`.
 * 1. A freed permit goes to the first waiter in the same step; who comes later cannot overtake (no barging).
 * 2. Waiters are admitted one after the other, never one inside the other, however many settle at once: the stack stays
 *    flat when a hundred thousand tools return without waiting.
 * 3. Those who withdrew are passed over, and swept out when they are more than half of the queue.
 */
export class Permits {
  readonly limit: number
  #inUse = 0
  #queue: (Waiter | undefined)[] = []
  #head = 0
  #withdrawn = 0
  #handing = false

  /** @param limit at least 1, or Infinity */
  constructor(limit: number) {
    this.limit = limit
  }

  /** Permits that are out. */
  get inUse(): number {
    return this.#inUse
  }

  /** Waiters that still want a permit. */
  get waiting(): number {
    return this.#queue.length - this.#head - this.#withdrawn
  }

  /** Takes a permit if one is free and nobody waits for it. Who gets false may {@link wait}. */
  take(): boolean {
    if (this.#inUse >= this.limit || this.waiting > 0) return false
    this.#inUse++
    return true
  }

  /** Queues up behind everyone who waits. */
  wait(waiter: Waiter): void {
    this.#queue.push(waiter)
  }

  /** A waiter, whose `wantsPermit` is false from now on, is not to be admitted. */
  withdraw(): void {
    this.#withdrawn++
    const length = this.#queue.length - this.#head
    if (this.#withdrawn > 32 && this.#withdrawn * 2 > length) this.#sweep()
  }

  /** Gives a permit back; the first waiter has it before this returns, or when the hand-over that is under way gets to it. */
  release(now: number | undefined): void {
    this.#inUse--
    if (!this.#handing) this.#handOver(now)
  }

  #handOver(now: number | undefined): void {
    this.#handing = true
    while (this.#head < this.#queue.length && this.#inUse < this.limit) {
      const waiter = this.#queue[this.#head]
      this.#queue[this.#head++] = undefined
      if (waiter?.wantsPermit !== true) {
        this.#withdrawn--
        continue
      }
      this.#inUse++
      waiter.admit(now)
      now = undefined
    }
    this.#handing = false
    if (this.#head === this.#queue.length) {
      this.#queue = []
      this.#head = 0
    } else if (this.#head > 1024 && this.#head * 2 > this.#queue.length) this.#sweep()
  }

  #sweep(): void {
    this.#queue = this.#queue.slice(this.#head).filter((waiter) => waiter?.wantsPermit === true)
    this.#head = 0
    this.#withdrawn = 0
  }
}
