import { DemandQueue } from './demand-queue.ts'

/** What a call may need before it can start, in the order in which it is asked for. */
export type DemandKind = 'rate' | 'key' | 'tool' | 'executor' | 'process'

/** Something that a call needs to start. */
export interface Demand {
  readonly kind: DemandKind
  /** Who waits for it. */
  readonly queue: DemandQueue
  /** Whether there is something left of it. */
  hasRoom(now: number): boolean
}

/**
 * The permits of one limit.
 *
 * 1. `inUse` grows only while there is room, so it exceeds `max` only where that has shrunk.
 */
export class Limit implements Demand {
  readonly kind: Exclude<DemandKind, 'rate'>
  readonly queue: DemandQueue = new DemandQueue()
  /** At least 1, or Infinity. */
  max: number
  /** Permits that are out. */
  inUse = 0
  /** Whether a free one is kept for the call that has a reservation. */
  isReserved = false
  /** Whether it is among those whose waiters are to be looked at. */
  isFreed = false

  constructor(kind: Exclude<DemandKind, 'rate'>, max: number) {
    this.kind = kind
    this.max = max
  }

  hasRoom(): boolean {
    return this.inUse + (this.isReserved ? 1 : 0) < this.max
  }
}
