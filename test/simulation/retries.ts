import type { ToolError, UnsuccessfulResult } from '../../packages/aof-runtime/src/index.ts'
import { deadlineAt } from './calls.ts'
import { type AttemptFacts, doneAt } from './facts.ts'
import type { Stage } from './stage.ts'
import { maxAttemptsOf, RETRIES } from './tool-settings.ts'
import { isPermanent, RETRY_AFTER_MS } from './values.ts'

/** Whether a tool may, and wants to, be tried again after an attempt that came out like this (I20, I33). */
function isWorthIt(attempt: AttemptFacts, { code }: ToolError): boolean {
  const { call, number, ended } = attempt
  if (number >= maxAttemptsOf(call)) return false
  if (code === 'tool_error') return ended?.kind === undefined || !isPermanent(ended.kind)
  // One that goes on must not overlap with the next, unless it changes nothing.
  return (
    (code === 'timeout' || code === 'idle_timeout') && (call.plan.tool === 'reads' || attempt.abandonedAt === undefined)
  )
}

/** Whether nothing can be said against another attempt. */
export function mustRetry(attempt: AttemptFacts, { error }: UnsuccessfulResult): boolean {
  const { batch } = attempt.call
  const isFree =
    batch.abortedAt === undefined && batch.plan.budget === undefined && deadlineAt(attempt.call) === Infinity
  return isFree && isWorthIt(attempt, error)
}

/** Says what is wrong with another attempt in `retryInMs`. */
export function judgeRetry(stage: Stage, attempt: AttemptFacts, error: ToolError, retryInMs: number): void {
  const { call, number, ended } = attempt
  const wrong = (invariant: string, what: string): void =>
    stage.fault(invariant, `${call.mark} is tried again: ${what}`)
  if (!isWorthIt(attempt, error)) wrong('I20', `after attempt ${number} with ${error.code}`)
  if (doneAt(attempt) === undefined && call.plan.tool !== 'reads') wrong('I20', 'its tool has not ended')
  if (call.batch.abortedAt !== undefined && call.batch.abortedAt.order < (ended?.order ?? 0))
    wrong('I13', 'it was aborted')
  if (stage.now + retryInMs >= deadlineAt(call)) wrong('I11', 'beyond its deadline')
  const { tool } = call.plan
  if (tool !== 'repeats' && tool !== 'reads') return wrong('I20', 'its tool may not be')
  const { initialDelayMs, factor, maxDelayMs } = { factor: 2, maxDelayMs: 30_000, ...RETRIES[tool] }
  const least = error.code === 'tool_error' && ended?.kind === 'http_429' ? RETRY_AFTER_MS : 0
  const most = Math.ceil(least + Math.min(maxDelayMs, initialDelayMs * factor ** (number - 1)))
  if (retryInMs < least || retryInMs > most) wrong('I33', `in ${retryInMs} ms, not ${least} to ${most}`)
}
