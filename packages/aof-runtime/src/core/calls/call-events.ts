import type { Cut, LateOutcome } from '../attempt/attempt-owner.ts'
import type { CallEventBase, CallPlace, ParkedEvent, ToolEvent } from '../contract/events.ts'
import type { ToolError, ToolResult } from '../contract/result.ts'
import type { Clock } from '../host/clock.ts'

/** The batch of a call, as its events see it. */
export interface EventBatch {
  readonly run: string
  readonly turn: number
  readonly number: number
  readonly clock: Clock
  /** Whether anyone listens; no event is built otherwise. */
  readonly isObserved: boolean
  emit(event: ToolEvent): void
}

/** A call with its place. */
export interface PlacedCall {
  readonly batch: EventBatch
  readonly index: number
  readonly id: string
  readonly name: string
}

/** A call, as its events see it. */
export interface EventCall extends PlacedCall {
  readonly acceptedAt: number
  readonly isSettled: boolean
}

export function emitAccepted(call: EventCall): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, call.acceptedAt), type: 'accepted' })
}

export function emitParked(call: EventCall, waitsFor: ParkedEvent['waitsFor'], behind?: PlacedCall): void {
  // A listener may have ended the call in the step that parks it.
  if (!call.batch.isObserved || call.isSettled) return
  const event = { ...about(call, call.batch.clock.now()), type: 'parked', waitsFor } as const
  call.batch.emit(behind === undefined ? event : { ...event, behind: placeOf(behind) })
}

export function emitSuspended(call: EventCall, at: number): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, at), type: 'suspended' })
}

export function emitResumed(call: EventCall, at: number): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, at), type: 'resumed' })
}

export function emitHoldEnded(call: EventCall): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, call.batch.clock.now()), type: 'hold_ended' })
}

export function emitRatePaused(call: EventCall, at: number, forMs: number, key: string | undefined): void {
  if (!call.batch.isObserved) return
  call.batch.emit({ ...about(call, at), type: 'rate_paused', forMs, ...(key !== undefined && { key }) })
}

export function emitStarted(call: EventCall, startedAt: number, attempt: number): void {
  if (!call.batch.isObserved) return
  const queuedMs = startedAt - call.acceptedAt
  call.batch.emit({ ...about(call, startedAt), type: 'started', attempt, queuedMs })
}

export function emitAttemptFailed(
  call: EventCall,
  attempt: number,
  { error, thrown }: { readonly error: ToolError; readonly thrown: unknown },
  retryInMs: number,
  at: number,
): void {
  if (!call.batch.isObserved) return
  const event = { ...about(call, at), type: 'attempt_failed', attempt, error, retryInMs } as const
  call.batch.emit(thrown === undefined ? event : { ...event, thrown })
}

export function emitProgress(call: EventCall, value: unknown): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, call.batch.clock.now()), type: 'progress', value })
}

export function emitAbandoned(call: EventCall, at: number, reason: Cut): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, at), type: 'abandoned', reason })
}

export function emitSettled(call: EventCall, at: number, result: ToolResult, thrown: unknown): void {
  if (!call.batch.isObserved) return
  const event = { ...about(call, at), type: 'settled', result } as const
  call.batch.emit(thrown === undefined ? event : { ...event, thrown })
}

export function emitEndedLate(call: EventCall, abandonedAt: number, outcome: LateOutcome): void {
  if (!call.batch.isObserved) return
  const at = call.batch.clock.now()
  call.batch.emit({ ...about(call, at), type: 'ended_late', lateMs: at - abandonedAt, outcome })
}

/** The place of a call. */
export function placeOf({ batch, index, id, name }: PlacedCall): CallPlace {
  return { run: batch.run, turn: batch.turn, batch: batch.number, index, id, name }
}

/** The place of a call as a path: the run of its nested calls, unless they are given one. */
export function pathOf({ batch, index }: PlacedCall): string {
  return `${batch.run}/${batch.turn}/${index}`
}

function about({ batch, index, id, name }: PlacedCall, at: number): CallEventBase {
  return { at, run: batch.run, turn: batch.turn, batch: batch.number, index, id, name }
}
