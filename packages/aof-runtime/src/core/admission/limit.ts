import { DemandQueue } from './demand-queue.ts'
import type { DemandKind } from './waiter.ts'

/** A permit of a limit, or a start within a rate, that a call needs before it can start. */
export interface Demand {
  readonly kind: DemandKind
  /** The calls that wait for it. */
  readonly queue: DemandQueue
  /** Whether a call can take it now. */
  hasRoom(now: number): boolean
}

/**
 * The permits of one limit.
 *
 * 1. `inUse` grows only while there is room, so it exceeds `max` only after `max` was lowered.
 */
export class Limit implements Demand {
  readonly kind: Exclude<DemandKind, 'rate'>
  readonly queue: DemandQueue = new DemandQueue()
  /** At least 1, or Infinity. */
  max: number
  /** Permits that calls hold. */
  inUse = 0
  /** Whether one free permit is set aside for the flow with the reservation. */
  isReserved = false
  /** Whether a hand-over still has to look at its queue. */
  isFreed = false

  constructor(kind: Exclude<DemandKind, 'rate'>, max: number) {
    this.kind = kind
    this.max = max
  }

  hasRoom(): boolean {
    return this.inUse + (this.isReserved ? 1 : 0) < this.max
  }
}
