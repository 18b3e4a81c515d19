import type { ToolEvent } from '../../../packages/aof-runtime/src/index.ts'
import { isPermanent, RETRY_AFTER_MS } from '../values.ts'
import { type AttemptFacts, deadlineAt } from './facts.ts'
import type { Stage } from './stage.ts'

/** Says what is wrong with another attempt of a call after one that failed (I11, I20, I33). */
export function judgeRetry(
  stage: Stage,
  { call, ended }: AttemptFacts,
  { at, attempt: number, error: { code }, retryInMs }: Extract<ToolEvent, { type: 'attempt_failed' }>,
): void {
  const { mark, tool } = call
  const wrong = (invariant: string, what: string): void =>
    stage.fault(invariant, `${mark} is to be tried again after attempt ${number}: ${what}`)
  if (tool?.retry === undefined || tool.repeatable === 'no' || number >= tool.retry.maxAttempts)
    return wrong('I20', 'its tool may not be')
  if (ended === undefined && tool.repeatable !== 'read-only') wrong('I20', 'its tool runs')
  const isTimeout = code === 'timeout' || code === 'idle_timeout'
  if (!isTimeout && (code !== 'tool_error' || (ended?.kind !== undefined && isPermanent(ended.kind))))
    wrong('I20', `${code} comes out the same way again`)
  const least = !isTimeout && ended?.kind === 'http_429' ? RETRY_AFTER_MS : 0
  const most = least + tool.retry.initialDelayMs
  if (retryInMs < least || retryInMs > most) wrong('I33', `in ${retryInMs} ms, not ${least} to ${most}`)
  if (at + retryInMs >= deadlineAt(call)) wrong('I11', 'beyond its deadline')
}
