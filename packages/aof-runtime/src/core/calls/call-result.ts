import type { CallRecord } from './call-record.ts'
import { MAX_MESSAGE_LENGTH } from '../values/failure.ts'
import type { Output } from '../values/output.ts'
import type { Execution, SucceededResult, ToolError, ToolTiming, UnsuccessfulResult } from '../contract/result.ts'
import { printable } from '../contract/text.ts'

/** The timing of a call that was first started at `startedAt` and ends now. */
export function startedTiming(
  { acceptedAt }: CallRecord,
  startedAt: number,
  now: number,
  attempts: number,
): ToolTiming {
  return { queuedMs: startedAt - acceptedAt, runMs: now - startedAt, totalMs: now - acceptedAt, attempts }
}

/** The timing of a call that never started and ends now. */
export function unstartedTiming({ acceptedAt }: CallRecord, now: number): ToolTiming {
  const waitedMs = now - acceptedAt
  return { queuedMs: waitedMs, runMs: 0, totalMs: waitedMs, attempts: 0 }
}

export function succeeded(
  call: CallRecord,
  output: Output & { readonly ok: true },
  timing: ToolTiming,
): SucceededResult {
  const { index, id, name } = call
  const { data, content, spilled } = output
  if (content === undefined) {
    return { index, id, name, status: 'succeeded', success: true, data, execution: 'ended', timing, source: 'run' }
  }
  return {
    index,
    id,
    name,
    status: 'succeeded',
    success: true,
    data,
    content,
    ...(spilled !== undefined && { spilled }),
    execution: 'ended',
    timing,
    source: 'run',
  }
}

export function unsuccessful(
  call: CallRecord,
  status: UnsuccessfulResult['status'],
  error: ToolError,
  execution: Execution,
  timing: ToolTiming,
): UnsuccessfulResult {
  const { index, id, name } = call
  return {
    index,
    id,
    name,
    status,
    success: false,
    error: shown(call, status, error),
    execution,
    timing,
    source: 'run',
  }
}

/** Messages quote what others wrote: at any length, and with secrets. */
function shown(call: CallRecord, status: UnsuccessfulResult['status'], error: ToolError): ToolError {
  const { message } = error
  const bounded = message.length <= MAX_MESSAGE_LENGTH ? message : printable(message, MAX_MESSAGE_LENGTH)
  const redacted = call.engine.redaction.redact(bounded, status === 'invalid')
  if (redacted === message) return error
  return {
    ...error,
    message: redacted.length <= MAX_MESSAGE_LENGTH ? redacted : printable(redacted, MAX_MESSAGE_LENGTH),
  }
}
