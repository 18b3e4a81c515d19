import type { Attempt } from '../attempt/attempt.ts'
import { tellRatePaused } from './call-events.ts'
import { type CallFailure, mayRepeat } from './call-failure.ts'
import type { CallRecord } from './call-record.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { failureKind } from '../contract/failure-kind.ts'
import { retryDelay } from '../contract/retry.ts'

/** How long a call whose attempt has failed waits for another one; undefined where there is none. */
export function delayBeforeRetry(
  call: CallRecord,
  { tool, number, nesting }: Attempt,
  failure: CallFailure,
  now: number,
): number | undefined {
  const { batch, engine } = call
  const { retry } = tool
  if (retry === undefined || !mayRepeat(tool.tool, failure)) return undefined
  const delayMs = retryDelay(retry, number, failure.thrown, engine.random)
  if (delayMs === undefined || batch.isAborted || !tool.guard.isOpenTo(now + delayMs)) return undefined
  if (now + delayMs >= batch.deadlineOf(call)) return undefined
  // What the attempt has made shares the effects of the call: the next one would write beside it.
  if (call.precedence?.claim !== undefined && nesting?.mayStillWrite === true) return undefined
  return (batch.budget?.takeRetry() ?? true) ? delayMs : undefined
}

/** Whoever asks to be left alone is left alone by all calls of the same key, or of the tool. */
export function pauseRate(call: CallRecord, { demands, tool }: Attempt, thrown: unknown, now: number): void {
  const { retryAfterMs, isTooMany } = failureKind(thrown)
  const [rate] = demands.rates
  if (rate === undefined || (retryAfterMs === undefined && isTooMany !== true)) return
  const forMs = Math.min(MAX_DELAY_MS, retryAfterMs ?? rate.perMs)
  call.engine.admission.pause(rate, forMs, now)
  const key = tool.tool.ratePerKey === undefined ? undefined : call.batch.particularsOf(call)?.key
  tellRatePaused(call, now, forMs, key)
}
