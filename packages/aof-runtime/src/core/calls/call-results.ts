import type { SucceededResult, ToolError, ToolTiming, UnsuccessfulResult } from '../contract/result.ts'
import { printable } from '../contract/text.ts'
import { MAX_MESSAGE_LENGTH } from '../values/failure.ts'
import type { Output } from '../values/output.ts'
import type { Redaction } from '../values/redaction.ts'
import type { Call } from './call.ts'
import type { CallFailure } from './failures.ts'

/** The timing of a call that was first started at `startedAt` and ends now. */
export function startedTiming({ acceptedAt }: Call, startedAt: number, now: number, attempts: number): ToolTiming {
  return { queuedMs: startedAt - acceptedAt, runMs: now - startedAt, totalMs: now - acceptedAt, attempts }
}

/** The timing of a call that ends now while none of its attempts runs. */
export function idleTiming(call: Call, now: number): ToolTiming {
  const { tried } = call.extra ?? {}
  if (tried !== undefined) return startedTiming(call, tried.firstStartedAt, now, tried.attempts)
  const waitedMs = now - call.acceptedAt
  return { queuedMs: waitedMs, runMs: 0, totalMs: waitedMs, attempts: 0 }
}

export function succeeded(
  { index, id, name }: Call,
  { data, content, spilled }: Output & { readonly ok: true },
  timing: ToolTiming,
): SucceededResult {
  if (content === undefined)
    return { index, id, name, status: 'succeeded', success: true, data, execution: 'ended', timing, source: 'run' }
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
  { index, id, name }: Call,
  { status, error: given, execution }: CallFailure,
  timing: ToolTiming,
  redaction: Redaction,
): UnsuccessfulResult {
  const error = shown(status, given, redaction)
  return { index, id, name, status, success: false, error, execution, timing, source: 'run' }
}

/** Bounds and redacts the message: it quotes texts of tools and models, of any length and with secrets. */
function shown(status: UnsuccessfulResult['status'], error: ToolError, redaction: Redaction): ToolError {
  const { message } = error
  const bounded = message.length <= MAX_MESSAGE_LENGTH ? message : printable(message, MAX_MESSAGE_LENGTH)
  const redacted = redaction.redact(bounded, status === 'invalid')
  if (redacted === message) return error
  return {
    ...error,
    message: redacted.length <= MAX_MESSAGE_LENGTH ? redacted : printable(redacted, MAX_MESSAGE_LENGTH),
  }
}
