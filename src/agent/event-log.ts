/**
 * The bounded past of a run, for readers who come at any time.
 *
 * Duty: every reader gets the events that are still kept, in order, then those to come, then the end.
 * Boundary: nothing waits for a reader; the run goes on whether or not anyone reads.
 * 1. At most `capacity` events are kept, the newest.
 * 2. A reader that finds some gone is told how many, once for each gap.
 */
export class EventLog<T> {
  readonly #capacity: number
  readonly #kept: T[] = []
  /** Number of the event at `#kept[#first]`. */
  #oldest = 0
  #first = 0
  #ended = false
  #waiting: (() => void)[] = []
  readonly #missed: (count: number) => T

  /**
   * @param capacity at least 1
   * @param missed makes the event that stands for `count` lost ones
   */
  constructor(capacity: number, missed: (count: number) => T) {
    this.#capacity = capacity
    this.#missed = missed
  }

  push(event: T): void {
    if (this.#kept.length < this.#capacity) this.#kept.push(event)
    else {
      this.#kept[this.#first] = event
      this.#first = (this.#first + 1) % this.#capacity
      this.#oldest++
    }
    if (this.#waiting.length > 0) this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  async *read(): AsyncGenerator<T, void, undefined> {
    for (let next = 0; ;) {
      if (next < this.#oldest) {
        const count = this.#oldest - next
        next = this.#oldest
        yield this.#missed(count)
      } else if (next < this.#oldest + this.#kept.length) {
        yield this.#kept[(this.#first + next - this.#oldest) % this.#kept.length] as T
        next++
      } else if (this.#ended) return
      else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resume of waiting) resume()
  }
}
