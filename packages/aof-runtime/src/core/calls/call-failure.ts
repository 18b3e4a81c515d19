import type { Attempt, Cut } from '../attempt/attempt.ts'
import {
  ABORTED_UNSTARTED,
  abortedBetween,
  abortedRunning,
  deadlinePassed,
  type HowEnded,
  timedOut,
  wentIdle,
  workerLost,
} from './call-words.ts'
import type { WorkerLost } from '../contract/isolation.ts'
import type { Tried } from './particulars.ts'
import type { Execution, ToolError, UnsuccessfulResult } from '../contract/result.ts'
import { type Layers, sourceOf, type TimeLimit } from '../contract/time-limits.ts'
import type { AnyTool } from '../tool/tool.ts'

/** How a call comes out that does not succeed. */
export interface CallFailure {
  readonly status: UnsuccessfulResult['status']
  readonly error: ToolError
  readonly execution: Execution
  /** What was thrown, whole. */
  readonly thrown: unknown
}

/**
 * A running tool was cut short.
 *
 * @param reason what its signal gave
 */
export function cutFailure(
  name: string,
  attempt: Attempt,
  cut: Cut,
  execution: 'ended' | 'unknown',
  layers: Layers,
  reason: unknown,
): CallFailure {
  const ended = execution === 'ended' ? (attempt.endedByForce ?? execution) : execution
  const said = attempt.lastWords === undefined ? '' : ` It said: ${attempt.lastWords}`
  if (cut === 'abort') {
    const error: ToolError = { code: 'aborted', message: `${abortedRunning(ended)}${said}`, retryable: false }
    return { status: 'aborted', error, execution, thrown: undefined }
  }
  const error = overTime(name, attempt, cut, ended, layers)
  return { status: 'timed_out', error: { ...error, message: `${error.message}${said}` }, execution, thrown: reason }
}

function overTime(
  name: string,
  { timeoutMs, idleTimeoutMs, cutBy }: Attempt,
  cut: 'timeout' | 'idle' | 'deadline',
  ended: HowEnded,
  layers: Layers,
): ToolError {
  switch (cut) {
    case 'timeout': {
      const limit = { ms: timeoutMs, source: sourceOf('timeoutMs', layers) }
      return { code: 'timeout', message: timedOut(name, limit, ended), retryable: true }
    }
    case 'idle': {
      const limit = { ms: idleTimeoutMs, source: sourceOf('idleTimeoutMs', layers) }
      return { code: 'idle_timeout', message: wentIdle(name, limit, ended), retryable: true }
    }
    case 'deadline':
      return { code: 'deadline', message: deadlinePassed(name, cutBy, ended), retryable: true }
  }
}

/** A call was stopped before it started, or between two attempts. */
export function stoppedFailure(
  name: string,
  cut: Cut,
  limit: TimeLimit | undefined,
  tried: Tried | undefined,
): CallFailure {
  const execution = tried?.execution ?? 'none'
  if (cut === 'abort') {
    const message = tried === undefined ? ABORTED_UNSTARTED : abortedBetween(tried.error)
    return { status: 'aborted', error: { code: 'aborted', message, retryable: false }, execution, thrown: undefined }
  }
  const message = deadlinePassed(name, limit, execution)
  return { status: 'timed_out', error: { code: 'deadline', message, retryable: true }, execution, thrown: undefined }
}

/** The worker died that ran a tool, or was to run it. */
export function lostFailure(lost: WorkerLost): CallFailure {
  return {
    status: 'lost',
    error: { code: 'worker_lost', message: workerLost(lost), retryable: !lost.began },
    execution: lost.began ? 'unknown' : 'none',
    thrown: lost,
  }
}

/**
 * Whether a tool asks to be tried again, and never is: it may have acted whenever it failed. One in isolation may have failed
 * before it began.
 */
export function retriesInVain({ retry, isolation, annotations = {} }: AnyTool): boolean {
  const { readOnlyHint, idempotentHint } = annotations
  const wants = retry !== undefined && retry.maxAttempts > 1
  return wants && isolation === undefined && readOnlyHint !== true && idempotentHint !== true
}

/** Whether running a tool once more can do no harm (I20). */
export function mayRepeat({ annotations = {} }: AnyTool, { error, execution, status }: CallFailure): boolean {
  const { readOnlyHint, idempotentHint } = annotations
  if (execution === 'none') return true
  // A value that JSON cannot hold will be the same the next time.
  if (status === 'failed' && error.code !== 'tool_error') return false
  if (readOnlyHint === true) return true
  // An attempt that goes on would overlap with the next one; a worker that was lost has stopped.
  return idempotentHint === true && (execution === 'ended' || status === 'lost')
}
