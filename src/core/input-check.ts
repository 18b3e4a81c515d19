import type { Engine } from './engine.ts'
import type { Expiring, TimeoutList } from './timeouts.ts'

/** The time in which an asynchronous input schema works on a call's arguments; it may not take for ever. */
export class InputCheck implements Expiring {
  readonly phase = 'checking'
  readonly expire: () => void

  timeoutList: TimeoutList | undefined
  addedAt = 0
  before: Expiring | undefined
  after: Expiring | undefined

  /** @param expire ends the call whose schema gave no answer in time */
  constructor(expire: () => void) {
    this.expire = expire
  }

  /** The schema has answered, or the call needs no answer any more. */
  end(engine: Engine): void {
    engine.timeouts.remove(this)
  }
}
