import { failureKind } from '../contract/failure-kind.ts'
import { retryDelay } from '../contract/retry.ts'
import { captureAsyncContext } from '../host/async-context.ts'
import { MAX_DELAY_MS, type TimerHandle } from '../host/clock.ts'
import type { AnyTool } from '../tool/tool.ts'
import { copyJson } from '../values/json-copy.ts'
import type { Call } from './call.ts'
import { emitAttemptFailed, emitParked, emitRatePaused } from './call-events.ts'
import type { CallState } from './call-state.ts'
import type { Execution } from './execution.ts'
import type { CallFailure } from './failures.ts'
import type { Services } from './services.ts'

type RetryingServices = Services<'admission' | 'clock' | 'random'>

/** The wait for the next attempt; it holds no permit. */
class BackingOff implements CallState<Call> {
  readonly phase = 'backing_off'
  readonly #timer: TimerHandle

  constructor(timer: TimerHandle) {
    this.#timer = timer
  }

  leave(_call: Call, settle: () => void): void {
    try {
      this.#timer.clear()
    } finally {
      // A clock of the application that throws must not cost the call its result.
      settle()
    }
  }
}

/**
 * Retries of calls whose executions have failed.
 *
 * Duty: decide whether there is another attempt, wait for its time, and bring the call back to the intake, with its arguments
 * as they came. Tell the tool's gate, and pause the rate that a server asked to respect.
 * Boundary: the failures of all attempts but the last reach only events.
 * 1. A call that may have acted is tried again only if its tool is read-only or idempotent (I20).
 */
export class Retrying {
  readonly #services: RetryingServices
  readonly #again: (call: Call, given: unknown) => void

  /** @param again gives a call new arguments, of which no earlier attempt has had any part */
  constructor(services: RetryingServices, again: (call: Call, given: unknown) => void) {
    this.#services = services
    this.#again = again
  }

  /** Keeps the arguments and the async context of a call for further attempts. */
  static prepare(call: Call, given: unknown): void {
    const extra = call.rare()
    extra.arguments = copyJson(given, { maxBytes: Infinity })
    extra.context = captureAsyncContext()
  }

  /** An execution has failed. @returns whether the call is tried again */
  after(execution: Execution, failed: CallFailure, now: number): boolean {
    const { tool, ticket, demands } = execution
    const isHealthy = ticket.breaker !== undefined && failureKind(failed.thrown).lasting === 'permanent'
    tool.gate.left(ticket, isHealthy ? 'success' : 'failure', now)
    if (demands.rates.length > 0) this.#pauseRate(execution, failed.thrown, now)
    const delayMs = this.#delayMs(execution, failed, now)
    if (delayMs === undefined) return false
    this.#backOff(execution, failed, delayMs, now)
    return true
  }

  #delayMs({ call, tool, number, nesting }: Execution, failed: CallFailure, now: number): number | undefined {
    const { batch } = call
    const { retry } = tool
    if (retry === undefined || !mayRepeat(tool.tool, failed)) return undefined
    const delayMs = retryDelay(retry, number, failed.thrown, this.#services.random)
    if (delayMs === undefined || batch.isAborted || !tool.gate.isOpenTo(now + delayMs)) return undefined
    if (now + delayMs >= batch.times.deadlineOf(call)) return undefined
    // Nested calls share the effects of the call: the next attempt would write beside them.
    if (call.extra?.prerequisites?.claim !== undefined && nesting?.mayStillWrite === true) return undefined
    return (batch.budget?.takeRetry() ?? true) ? delayMs : undefined
  }

  #backOff(execution: Execution, failed: CallFailure, delayMs: number, now: number): void {
    const { call, tool, number, startedAt } = execution
    const extra = call.rare()
    const firstStartedAt = extra.tried?.firstStartedAt ?? startedAt
    extra.tried = { ...failed, firstStartedAt, attempts: number }
    call.tool = tool
    const backoff = new BackingOff(this.#services.clock.setTimer(() => this.#tryAgain(call), delayMs))
    call.state = backoff
    emitAttemptFailed(call, number, failed, delayMs, now)
    // A listener may have ended the call.
    if (call.state === backoff) emitParked(call, 'retry')
  }

  #tryAgain(call: Call): void {
    const again = (given: unknown): void => {
      if (call.state.phase === 'backing_off') this.#again(call, copyJson(given, { maxBytes: Infinity }))
    }
    call.extra?.context?.runInAsyncScope(again, undefined, call.extra.arguments)
  }

  /** A server that asks for fewer requests gets none from any call of the same key, or of the tool. */
  #pauseRate({ call, demands, tool }: Execution, thrown: unknown, now: number): void {
    const { retryAfterMs, isTooMany } = failureKind(thrown)
    const [rate] = demands.rates
    if (rate === undefined || (retryAfterMs === undefined && isTooMany !== true)) return
    const forMs = Math.min(MAX_DELAY_MS, retryAfterMs ?? rate.perMs)
    this.#services.admission.pause(rate, forMs, now)
    emitRatePaused(call, now, forMs, tool.tool.ratePerKey === undefined ? undefined : call.extra?.key)
  }
}

/**
 * Whether the `retry` of a tool can never act, since the tool may have acted whenever it failed. An isolated tool may have
 * failed before it began.
 */
export function retriesInVain({ retry, isolation, annotations = {} }: AnyTool): boolean {
  const { readOnlyHint, idempotentHint } = annotations
  const wants = retry !== undefined && retry.maxAttempts > 1
  return wants && isolation === undefined && readOnlyHint !== true && idempotentHint !== true
}

/** Whether it does no harm to run a tool once more after a failure (I20). */
function mayRepeat({ annotations = {} }: AnyTool, { error, execution, status }: CallFailure): boolean {
  const { readOnlyHint, idempotentHint } = annotations
  if (execution === 'none') return true
  // The next attempt would return the same unusable value.
  if (status === 'failed' && error.code !== 'tool_error') return false
  if (readOnlyHint === true) return true
  // An abandoned attempt would overlap with the next one; a lost worker has stopped.
  return idempotentHint === true && (execution === 'ended' || status === 'lost')
}
