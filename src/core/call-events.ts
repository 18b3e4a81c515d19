import type { Cut, LateOutcome } from './attempt.ts'
import type { CallRecord } from './call-record.ts'
import type { CallEventBase } from './events.ts'
import type { ToolResult } from './result.ts'

/** The events of one call. Nothing is made up unless somebody listens. */

export function tellAccepted(call: CallRecord): void {
  if (call.batch.isObserved) call.batch.emit({ ...about(call, call.acceptedAt), type: 'accepted' })
}

export function tellParked(call: CallRecord): void {
  if (!call.batch.isObserved) return
  call.batch.emit({ ...about(call, call.engine.clock.now()), type: 'parked', waitsFor: 'executor' })
}

export function tellStarted(call: CallRecord, at: number): void {
  if (!call.batch.isObserved) return
  call.batch.emit({ ...about(call, at), type: 'started', attempt: 1, queuedMs: at - call.acceptedAt })
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

function about({ batch, index, id, name }: CallRecord, at: number): CallEventBase {
  return { at, run: batch.run, turn: batch.turn, batch: batch.number, index, id, name }
}
