import type { Expiring, TimeoutList } from './timeouts.ts'

/** Something that happens unless it is removed from its timeouts in time. */
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
