import type { Clock } from '../host/clock.ts'
import { Expiry } from '../host/expiry.ts'
import type { Expiring, Timeouts } from '../host/timeouts.ts'

/** The longest time of an attempt without progress. */
export class IdleTimeout {
  readonly #entry: Expiry
  readonly #ms: number
  readonly #timeouts: Timeouts
  /** The time that was left when its attempt was suspended. */
  #leftMs: number | undefined

  /** Begins at `since`. */
  constructor(ms: number, timeouts: Timeouts, since: number, expire: () => void) {
    this.#entry = new Expiry(expire)
    this.#ms = ms
    this.#timeouts = timeouts
    timeouts.addSince(this.#entry, ms, since)
  }

  /** The tool has reported progress. */
  extend(clock: Clock): void {
    if (this.#leftMs !== undefined) return
    this.end()
    this.#timeouts.add(this.#entry, this.#ms, clock.now())
  }

  pause(now: number): void {
    this.#leftMs = leftOf(this.#entry, now)
    this.end()
  }

  resume(now: number): void {
    if (this.#leftMs !== undefined) this.#timeouts.add(this.#entry, this.#leftMs, now)
    this.#leftMs = undefined
  }

  end(): void {
    this.#timeouts.remove(this.#entry)
  }
}

/** The time that an entry has left, in whole milliseconds. */
export function leftOf({ timeoutList, addedAt }: Expiring, now: number): number {
  return timeoutList === undefined ? Infinity : Math.max(1, Math.ceil(timeoutList.durationMs - (now - addedAt)))
}
