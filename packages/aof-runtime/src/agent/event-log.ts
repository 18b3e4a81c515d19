interface Link<T> {
  next: Entry<T> | undefined
}

interface Entry<T> extends Link<T> {
  readonly event: T
}

/**
 * The events of a run, for readers that come at any time.
 *
 * Duty: every reader gets the events that are still kept when it begins, in order, then all further ones, then the end.
 * Boundary: readers never delay the run.
 * 1. At most `capacity` events, the newest, are kept for late readers, which get the number of the missed ones.
 * 2. A slow reader misses no event: events are linked, so its unread events stay in memory while it reads.
 */
export class EventLog<T> {
  readonly #capacity: number
  readonly #missed: (count: number) => T
  /** Its `next` is the oldest event that is kept. */
  #start: Link<T> = { next: undefined }
  #newest: Link<T> = this.#start
  #kept = 0
  #gone = 0
  #ended = false
  #waiting: (() => void)[] = []

  /**
   * @param capacity at least 1
   * @param missed creates the event that stands for `count` missed ones
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
