import type { DemandKind } from './limit.ts'
import type { ExpectedDuration } from './expected-duration.ts'

/** A call that waits for what it needs to start, or to go on. */
export interface Waiter {
  /** Whether it still wants that; a call that was aborted while waiting does not. */
  readonly wantsPermit: boolean
  /** When it was accepted. */
  readonly acceptedAt: number
  /** How deep it is nested in other calls, from 0. */
  readonly depth: number
  /** The place of its batch among those of the controller, and its own in the batch. */
  readonly batchOrder: number
  readonly index: number
  /** How long its tool takes. */
  readonly expected: ExpectedDuration
  /** From its end until all are expected to have ended that can only start after it, in milliseconds; 0 where there are none. */
  readonly remainingMs: number
  /** Whether anybody wants to know what it waits for. */
  readonly isObserved: boolean
  /**
   * It has all that it needs now.
   *
   * @param now the clock's time, where it has just been read
   */
  admit(now: number | undefined): void
  /** It waits for something else than before. */
  parked(kind: DemandKind): void
}

/** Whether `a` comes before `b` in the order of calls: who was accepted first, and of one moment by batch and place. */
export function isEarlier(a: Waiter, b: Waiter): boolean {
  if (a.acceptedAt !== b.acceptedAt) return a.acceptedAt < b.acceptedAt
  return a.batchOrder === b.batchOrder ? a.index < b.index : a.batchOrder < b.batchOrder
}
