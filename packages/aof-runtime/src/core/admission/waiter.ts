import type { ExpectedDuration } from './expected-duration.ts'

/** The kinds of demands that a call may need before it can start, in the order in which they are checked. */
export type DemandKind = 'rate' | 'key' | 'tool' | 'executor' | 'process'

/** A call that waits for its permits, to start or to resume. */
export interface Waiter {
  /** Whether it still waits; false once it was aborted. */
  readonly wantsPermit: boolean
  /** The time at which it was accepted. */
  readonly acceptedAt: number
  /** The depth of its nesting in other calls, from 0. */
  readonly depth: number
  /** The place of its batch among all batches of the controller, and its own place in the batch. */
  readonly batchOrder: number
  readonly index: number
  /** The expected duration of its tool. */
  readonly expected: ExpectedDuration
  /** The expected duration of the longest chain of calls that can only start after its end, in milliseconds; 0 without any. */
  readonly remainingMs: number
  /** Whether a listener wants to know the kind of demand that it waits for. */
  readonly isObserved: boolean
  /**
   * The call has all that it needs.
   *
   * @param now the clock's time, if it has just been read
   */
  admit(now: number | undefined): void
  /** The call waits for another kind of demand than before. */
  parked(kind: DemandKind): void
}

/** The expected durations of a run: in one busy period, the same values count for all its calls. */
export interface RunDurations {
  readonly period: number
  /** For calls of tools that are not known well enough. */
  readonly expected: ExpectedDuration
}

/** Whether `a` comes before `b` in the order of calls: by time of acceptance, then by batch, then by place in the batch. */
export function isEarlier(a: Waiter, b: Waiter): boolean {
  if (a.acceptedAt !== b.acceptedAt) return a.acceptedAt < b.acceptedAt
  return a.batchOrder === b.batchOrder ? a.index < b.index : a.batchOrder < b.batchOrder
}

/** Whether `a` comes before `b`, of the same run. */
export function comesFirst(a: Waiter, b: Waiter, run: RunDurations): boolean {
  if (a.depth !== b.depth) return a.depth > b.depth
  const difference = aheadMs(a, run) - aheadMs(b, run)
  return difference === 0 ? isEarlier(a, b) : difference > 0
}

/** The expected time from the start of a call to the end of all calls that can only start after it. */
export function aheadMs({ expected, remainingMs }: Waiter, run: RunDurations): number {
  return expectedMs(expected, run) + remainingMs
}

/** The expected duration of a call: of its tool, or, where that is not known well enough, of the calls of its run. */
export function expectedMs(expected: ExpectedDuration, run: RunDurations): number {
  return expected.msIn(run.period) ?? run.expected.ms ?? 0
}
