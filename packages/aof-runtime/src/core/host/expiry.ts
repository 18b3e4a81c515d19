import type { Expiring, TimeoutList } from './timeouts.ts'

/** A function that runs when its time is over, unless it is removed from its timeouts before. */
export class Expiry implements Expiring {
  readonly expire: () => void

  timeoutList: TimeoutList | undefined
  addedAt = 0
  before: Expiring | undefined
  after: Expiring | undefined

  constructor(expire: () => void) {
    this.expire = expire
  }
}
