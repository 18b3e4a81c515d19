import type { Attempt, Cut, LateOutcome } from '../attempt/attempt.ts'
import type { CallRecord } from './call-record.ts'
import type { CallEventBase, CallPlace, ParkedEvent } from '../contract/events.ts'
import type { ToolError, ToolResult } from '../contract/result.ts'

/** The events of one call. Nothing is made up unless somebody listens. */

export function tellAccepted(call: CallRecord): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, call.acceptedAt), type: 'accepted' })
}

export function tellParked(call: CallRecord, waitsFor: ParkedEvent['waitsFor'], behind?: CallRecord): void {
  // A listener may have ended the call in the step that parks it.
  if (!call.batch.isObserved || call.isSettled) return
  const event = { ...about(call, call.engine.clock.now()), type: 'parked', waitsFor } as const
  call.batch.emit(behind === undefined ? event : { ...event, behind: placeOf(behind) })
}

export function tellSuspended(call: CallRecord, at: number): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, at), type: 'suspended' })
}

export function tellResumed(call: CallRecord, at: number): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, at), type: 'resumed' })
}

export function tellHoldEnded(call: CallRecord): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, call.engine.clock.now()), type: 'hold_ended' })
}

export function tellRatePaused(call: CallRecord, at: number, forMs: number, key: string | undefined): void {
  if (!call.batch.isObserved) return
  call.batch.emit({ ...about(call, at), type: 'rate_paused', forMs, ...(key !== undefined && { key }) })
}

export function tellStarted(call: CallRecord, { startedAt, number }: Attempt): void {
  if (!call.batch.isObserved) return
  const queuedMs = startedAt - call.acceptedAt
  call.batch.emit({ ...about(call, startedAt), type: 'started', attempt: number, queuedMs })
}

export function tellAttemptFailed(
  call: CallRecord,
  { number }: Attempt,
  { error, thrown }: { readonly error: ToolError; readonly thrown: unknown },
  retryInMs: number,
  at: number,
): void {
  if (!call.batch.isObserved) return
  const event = { ...about(call, at), type: 'attempt_failed', attempt: number, error, retryInMs } as const
  call.batch.emit(thrown === undefined ? event : { ...event, thrown })
}

export function tellProgress(call: CallRecord, value: unknown): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, call.engine.clock.now()), type: 'progress', value })
}

export function tellAbandoned(call: CallRecord, at: number, reason: Cut): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, at), type: 'abandoned', reason })
}

export function tellSettled(call: CallRecord, at: number, result: ToolResult, thrown: unknown): void {
  if (!call.batch.isObserved) return
  const event = { ...about(call, at), type: 'settled', result } as const
  call.batch.emit(thrown === undefined ? event : { ...event, thrown })
}

export function tellEndedLate(call: CallRecord, abandonedAt: number, outcome: LateOutcome): void {
  if (!call.batch.isObserved) return
  const at = call.engine.clock.now()
  call.batch.emit({ ...about(call, at), type: 'ended_late', lateMs: at - abandonedAt, outcome })
}

/** Where a call is to be found. */
export function placeOf({ batch, index, id, name }: CallRecord): CallPlace {
  return { run: batch.run, turn: batch.turn, batch: batch.number, index, id, name }
}

function about({ batch, index, id, name }: CallRecord, at: number): CallEventBase {
  return { at, run: batch.run, turn: batch.turn, batch: batch.number, index, id, name }
}
