interface Link<T> {
  next: Entry<T> | undefined
}

interface Entry<T> extends Link<T> {
  readonly event: T
}

/**
 * The past of a run, for readers who come at any time.
 *
 * Duty: every reader gets the events that are still kept when it begins, in order, then all that come, then the end.
 * Boundary: nothing waits for a reader; the run goes on whether or not anyone reads.
 * 1. At most `capacity` events are kept, the newest, for those who come late; they are told how many are gone.
 * 2. A reader that falls behind misses nothing: events are linked, so what it has yet to read stays while it does.
 */
export class EventLog<T> {
  readonly #capacity: number
  readonly #missed: (count: number) => T
  /** Its next is the oldest event that is kept. */
  #start: Link<T> = { next: undefined }
  #newest: Link<T> = this.#start
  #kept = 0
  #gone = 0
  #ended = false
  #waiting: (() => void)[] = []

  /**
   * @param capacity at least 1
   * @param missed makes the event that stands for `count` lost ones
   */
  constructor(capacity: number, missed: (count: number) => T) {
    this.#capacity = capacity
    this.#missed = missed
  }

  push(event: T): void {
    const entry: Entry<T> = { event, next: undefined }
    this.#newest.next = entry
    this.#newest = entry
    if (this.#kept < this.#capacity) this.#kept++
    else {
      this.#start = this.#start.next ?? entry
      this.#gone++
    }
    if (this.#waiting.length > 0) this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  async *read(): AsyncGenerator<T, void, undefined> {
    let link = this.#start
    if (this.#gone > 0) yield this.#missed(this.#gone)
    for (;;) {
      const entry = link.next
      if (entry !== undefined) {
        link = entry
        yield entry.event
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
