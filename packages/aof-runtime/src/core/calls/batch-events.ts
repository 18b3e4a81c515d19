import type { EventBase } from '../contract/events.ts'
import { type EventBatch, placeOf } from './call-events.ts'
import type { LogLines } from './log-lines.ts'
import type { Nesting } from './nesting.ts'

/** A batch, as its own events and log lines see it. */
interface ReportedBatch extends EventBatch {
  readonly calls: readonly unknown[]
  readonly openedAt: number
  readonly nesting: Nesting | undefined
  readonly log: LogLines | undefined
  readonly results: { readonly succeeded: number }
}

export function reportOpened(batch: ReportedBatch, size: number | undefined): void {
  const { nesting } = batch
  const event = { type: 'batch_opened', ...about(batch, batch.openedAt), ...(size !== undefined && { size }) } as const
  batch.emit(nesting === undefined ? event : { ...event, madeBy: placeOf(nesting.parent.call) })
}

export function reportClosed(batch: ReportedBatch, at: number): void {
  batch.emit({ type: 'batch_closed', ...about(batch, at), size: batch.calls.length })
}

export function reportSettled(batch: ReportedBatch, at: number): void {
  const { calls, openedAt, log, results } = batch
  const size = calls.length
  const { succeeded } = results
  const wallMs = at - openedAt
  if (size > 1) log?.batchSettled(size, wallMs, succeeded)
  if (!batch.isObserved) return
  batch.emit({ type: 'batch_settled', ...about(batch, at), size, succeeded, failed: size - succeeded, wallMs })
}

function about({ run, turn, number }: EventBatch, at: number): EventBase {
  return { at, run, turn, batch: number }
}
