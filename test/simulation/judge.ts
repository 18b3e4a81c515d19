import { breakerRefuses } from './breaker-model.ts'
import { isDeepStrictEqual } from 'node:util'
import type { ToolResult } from '../../packages/aof-runtime/src/index.ts'
import { deadlineAt, deadlinesOf, idleAt, type Limit, limitOf, nameOf, refusalOf, shownId, timeoutAt } from './calls.ts'
import { type AttemptFacts, begunOf, type CallFacts, doneAt } from './facts.ts'
import { mustRetry } from './retries.ts'
import type { Stage } from './stage.ts'
import type { ExpectedOutput } from './values.ts'

type Wrong = (invariant: string, what: string) => void

/** Says what is wrong with a call's result, given what its tool really did, at the moment of the result. */
export function judge(stage: Stage, call: CallFacts, result: ToolResult): void {
  const wrong = (invariant: string, what: string): void =>
    stage.fault(invariant, `${call.mark} is ${result.status}, ${result.execution}: ${what}`)
  judgeIdentity(call, result, wrong)
  judgeTiming(stage, call, result, wrong)
  const last = begunOf(call).at(-1)
  if (result.execution === 'none') return judgeUnrun(stage, call, result, wrong)
  if (last === undefined) return wrong('I14', 'its tool was never begun')
  const refusal = refusalOf(call)
  if (refusal !== undefined) wrong('I37', `it ran, and should be ${refusal}`)
  judgeExecution(last, result, wrong)
  judgeOutcome(stage, last, result, wrong)
}

const CODES: Readonly<Record<ToolResult['status'], readonly string[]>> = {
  succeeded: [],
  failed: ['tool_error', 'unserializable_result', 'result_too_large', 'invalid_output', 'content_failed'],
  invalid: ['malformed_call', 'unknown_tool', 'unparsable_arguments', 'invalid_arguments', 'incomplete_call'],
  timed_out: ['timeout', 'idle_timeout', 'deadline'],
  aborted: ['aborted'],
  rejected: ['closed', 'budget_exceeded', 'breaker_open', 'too_many_abandoned'],
  skipped: [],
  lost: [],
}

function judgeIdentity(call: CallFacts, result: ToolResult, wrong: Wrong): void {
  const { index, id, name, source, success, status } = result
  const asked = nameOf(call)
  if (index !== call.index) wrong('I2', `its place is ${index}`)
  if (id !== shownId(call)) wrong('I3', `its id is ${id}`)
  if (name !== (typeof asked === 'string' ? asked : '')) wrong('I3', `its name is ${name}`)
  if (source !== 'run' || success !== (status === 'succeeded')) wrong('I1', `it says ${source}, ${String(success)}`)
  if (result.success) return
  const { code, message } = result.error
  if (!CODES[status].includes(code)) wrong('I36', `its code is ${code}`)
  if (message === '' || message.length > 4_000 || !message.isWellFormed()) wrong('I36', `its message is '${message}'`)
}

function judgeTiming(stage: Stage, call: CallFacts, { timing, execution }: ToolResult, wrong: Wrong): void {
  const { queuedMs, runMs, totalMs, attempts } = timing
  const begun = begunOf(call)
  if (queuedMs + runMs !== totalMs || queuedMs < 0 || runMs < 0) wrong('S1', `its timing is ${JSON.stringify(timing)}`)
  if (attempts !== begun.length) wrong('I20', `it tells of ${attempts} attempts, there were ${begun.length}`)
  // Without a listener, a result is seen only some time after its decision.
  if (!call.batch.executor.plan.observed) return
  const acceptedAt = call.acceptedAt?.at ?? 0
  if (totalMs !== stage.now - acceptedAt) wrong('S1', `it took ${totalMs} ms`)
  if (execution !== 'none' && queuedMs !== (begun[0]?.startedAt?.at ?? 0) - acceptedAt)
    wrong('S1', `it queued ${queuedMs} ms`)
}

/** How a call ends whose tool was never begun. */
function judgeUnrun(stage: Stage, call: CallFacts, result: ToolResult, wrong: Wrong): void {
  const { attempts, batch, plan, completedAt, checkedAt } = call
  const { executor } = batch
  const { observed, maxAbandoned } = executor.plan
  if (attempts.some(({ began }) => began !== undefined)) wrong('I14', 'its tool was begun')
  const told = result.success ? 'succeeded' : `${result.status} ${result.error.code}`
  switch (told) {
    case 'aborted aborted':
      if (batch.abortedAt === undefined) wrong('I13', 'nobody aborted it')
      return
    case 'timed_out deadline':
      return judgeDeadline(stage, call, result, wrong)
    case 'timed_out timeout': {
      const limit = limitOf(call, 'timeoutMs')
      const isLate = plan.tool === 'later' && (checkedAt === undefined || !observed)
      if (!isLate) return wrong('I14', 'it did not wait for its schema')
      if (observed && stage.now < (completedAt?.at ?? 0) + limit.ms) wrong('I11', 'it had time left')
      return checkWords(result, limit, wrong)
    }
    case 'rejected budget_exceeded':
      if (batch.plan.budget === undefined) wrong('I27', 'it had no budget')
      return
    case 'rejected breaker_open':
      if (plan.tool !== 'fragile') wrong('I20', 'its tool has no breaker')
      else if (observed) breakerRefuses(stage, call)
      return
    case 'rejected too_many_abandoned':
      if (observed && abandonedOf(call) < maxAbandoned) wrong('I27', `${abandonedOf(call)} of its tool are abandoned`)
      return
    default: {
      const refusal = refusalOf(call)
      if (told !== refusal) wrong('I14', `it should be ${refusal ?? 'run'}`)
    }
  }
}

/** How many attempts of the call's tool are abandoned and go on. */
export function abandonedOf({ plan, batch }: CallFacts): number {
  return [...batch.executor.abandoned].filter(({ call }) => call.plan.tool === plan.tool).length
}

/** I14: what a result says of the tool is what the tool did. */
function judgeExecution(last: AttemptFacts, { execution }: ToolResult, wrong: Wrong): void {
  const { ended, abandonedAt, call } = last
  if (execution === 'ended') {
    if (ended === undefined) wrong('I14', 'its tool has not ended')
    if (abandonedAt !== undefined) wrong('I14', 'it was abandoned')
    return
  }
  if (!call.batch.executor.plan.observed) return
  if (abandonedAt === undefined) wrong('I14', 'it was not abandoned')
  const done = doneAt(last)
  if (done !== undefined && abandonedAt !== undefined && done.order < abandonedAt.order && done.move < abandonedAt.move)
    wrong('I14', `its tool ended at ${done.at} ms`)
}

function judgeOutcome(stage: Stage, last: AttemptFacts, result: ToolResult, wrong: Wrong): void {
  const { call } = last
  const { abortedAt, executor } = call.batch
  const { observed } = executor.plan
  const isBetween = observed && (call.state !== 'started' || call.attempts.at(-1) !== last)
  switch (result.status) {
    case 'succeeded':
    case 'failed':
      judgeOutput(stage, last, result, wrong)
      break
    case 'aborted':
      if (abortedAt === undefined) return wrong('I13', 'nobody aborted it')
      if (!observed || isBetween) return
      if (wasDone(last, abortedAt.at) && (doneAt(last)?.move ?? 0) < abortedAt.move)
        wrong('I13', 'it had ended before the abort')
      if (cutsAt(stage, last) < abortedAt.at) wrong('I11', 'its time had run out before the abort')
      return
    case 'timed_out':
      if (!result.success && result.error.code === 'deadline') return judgeDeadline(stage, call, result, wrong)
      judgeTimeout(stage, last, result, wrong)
      break
    default:
      wrong('I14', 'its tool was begun')
  }
  if (observed && !isBetween && !result.success && mustRetry(last, result)) wrong('I33', 'it should be tried again')
}

/** The latest moment at which a limit in time cuts an attempt. */
function cutsAt(stage: Stage, last: AttemptFacts): number {
  return stage.fires(Math.min(timeoutAt(last), idleAt(last, 'latest'), deadlineAt(last.call)))
}

function wasDone(last: AttemptFacts, before: number): boolean {
  const done = doneAt(last)
  return done !== undefined && done.at < before
}

function judgeOutput(stage: Stage, last: AttemptFacts, result: ToolResult, wrong: Wrong): void {
  const { ended, call } = last
  const { abortedAt } = call.batch
  if (ended === undefined) return wrong('I14', 'its tool has not ended')
  if (abortedAt !== undefined && abortedAt.order < ended.order) wrong('I13', 'it was aborted before it ended')
  if (ended.at > cutsAt(stage, last)) wrong('I11', `it ended at ${ended.at} ms, after its time`)
  const { expected } = ended
  if (!fits(result, expected)) wrong('I7', `it should be ${JSON.stringify(expected)}, and is ${JSON.stringify(result)}`)
  if (result.success && (call.plan.tool === 'content') !== (result.content !== undefined)) wrong('I7', 'its content')
}

function fits(result: ToolResult, expected: ExpectedOutput): boolean {
  if ('data' in expected) return result.success && isDeepStrictEqual(result.data, expected.data)
  if (result.success || result.error.code !== expected.code) return false
  return expected.says === undefined || result.error.message.includes(expected.says)
}

function judgeTimeout(stage: Stage, last: AttemptFacts, result: ToolResult, wrong: Wrong): void {
  const { call } = last
  if (result.success) return
  const isIdle = result.error.code === 'idle_timeout'
  const dueAt = isIdle ? idleAt(last) : timeoutAt(last)
  checkWords(result, limitOf(call, isIdle ? 'idleTimeoutMs' : 'timeoutMs'), wrong)
  if (!call.batch.executor.plan.observed) return
  const { abortedAt } = call.batch
  if (stage.now < dueAt) wrong('I11', `its time runs until ${dueAt} ms`)
  if (wasDone(last, dueAt)) wrong('I11', 'it ended in time')
  if (call.state === 'started' && abortedAt !== undefined && abortedAt.at < dueAt)
    wrong('I13', 'it had been aborted before')
}

function judgeDeadline(stage: Stage, call: CallFacts, result: ToolResult, wrong: Wrong): void {
  const { observed } = call.batch.executor.plan
  const due = deadlinesOf(call).filter(({ at }) => at <= stage.now)
  if (due.length === 0) return wrong('I11', 'no deadline has passed')
  if (result.success || !due.some((limit) => speaksOf(result.error.message, limit)))
    wrong('I11', 'it names another deadline')
  const last = begunOf(call).at(-1)
  if (observed && last !== undefined && call.state === 'started' && wasDone(last, deadlineAt(call)))
    wrong('I11', 'it ended in time')
  const { abortedAt } = call.batch
  if (observed && abortedAt !== undefined && abortedAt.at < deadlineAt(call)) wrong('I13', 'it had been aborted before')
}

function checkWords(result: ToolResult, limit: Limit, wrong: Wrong): void {
  if (!result.success && !speaksOf(result.error.message, limit)) wrong('I11', `it names ${result.error.message}`)
}

function speaksOf(message: string, { ms, source }: Limit): boolean {
  return message.includes(`${ms} ms (${source}`)
}
