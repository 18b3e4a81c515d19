import { isDeepStrictEqual } from 'node:util'
import type { ToolResult } from '../../src/index.ts'
import { refusalOf, shownId, nameOf, timeoutOf } from './calls.ts'
import type { CallFacts } from './facts.ts'
import type { Stage } from './stage.ts'
import type { ExpectedOutput } from './values.ts'

/** Says what is wrong with a call's result, given what its tool really did, at the moment of the result. */
export function judge(stage: Stage, call: CallFacts, result: ToolResult): void {
  const wrong = (invariant: string, what: string): void =>
    stage.fault(invariant, `${call.mark} is ${result.status}, ${result.execution}: ${what}`)
  judgeIdentity(call, result, wrong)
  judgeTiming(stage, call, result, wrong)
  judgeExecution(stage, call, result, wrong)
  judgeStatus(stage, call, result, wrong)
}

type Wrong = (invariant: string, what: string) => void

const CODES: Readonly<Record<ToolResult['status'], readonly string[]>> = {
  succeeded: [],
  failed: ['tool_error', 'unserializable_result', 'result_too_large', 'invalid_output', 'content_failed'],
  invalid: ['malformed_call', 'unknown_tool', 'unparsable_arguments', 'invalid_arguments', 'incomplete_call'],
  timed_out: ['timeout'],
  aborted: ['aborted'],
  rejected: ['closed'],
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
  if (queuedMs + runMs !== totalMs || queuedMs < 0 || runMs < 0) wrong('S1', `its timing is ${JSON.stringify(timing)}`)
  if (attempts !== (execution === 'none' ? 0 : call.began.length))
    wrong('I20', `it was begun ${call.began.length} times`)
  // Where nobody watches, a result is seen only some time after it was decided.
  if (!call.batch.executor.plan.observed) return
  if (totalMs !== stage.now - (call.acceptedAt?.at ?? 0)) wrong('S1', `it took ${totalMs} ms`)
  if (execution !== 'none' && queuedMs !== (call.startedAt?.at ?? 0) - (call.acceptedAt?.at ?? 0))
    wrong('S1', `it queued ${queuedMs} ms`)
}

/** I14: what a result says of the tool is what the tool did. */
function judgeExecution(stage: Stage, call: CallFacts, { execution }: ToolResult, wrong: Wrong): void {
  const { began, ended, abandonedAt, plan, batch } = call
  const { observed } = batch.executor.plan
  switch (execution) {
    case 'none':
      if (began.length > 0) wrong('I14', 'its tool was begun')
      return
    case 'ended':
      if (ended === undefined) wrong('I14', 'its tool has not ended')
      if (abandonedAt !== undefined) wrong('I14', 'it was abandoned')
      return
    case 'unknown':
      if (began.length === 0) wrong('I14', 'its tool was never begun')
      if (!observed) return
      if (abandonedAt === undefined) wrong('I14', 'it was not abandoned')
      if (ended !== undefined && ended.move !== stage.move && plan.tool !== 'output_later')
        wrong('I14', `its tool ended at ${ended.at} ms`)
  }
}

function judgeStatus(stage: Stage, call: CallFacts, result: ToolResult, wrong: Wrong): void {
  const { abortedAt } = call.batch
  const refusal = refusalOf(call)
  if (result.execution === 'none') {
    const told = result.success ? 'succeeded' : `${result.status} ${result.error.code}`
    if (told === 'aborted aborted' && abortedAt !== undefined) return
    // A schema that takes its time may take too much.
    const isUnchecked =
      told === 'timed_out timeout' &&
      call.plan.tool === 'later' &&
      (call.checkedAt === undefined || !call.batch.executor.plan.observed)
    if (told !== refusal && !isUnchecked) wrong('I14', `it should be ${refusal ?? 'run'}`)
    if (told === 'timed_out timeout') judgeTimeout(stage, call, result, call.completedAt?.at, wrong)
    return
  }
  if (refusal !== undefined) wrong('I37', `it ran, and should be ${refusal}`)
  switch (result.status) {
    case 'succeeded':
    case 'failed':
      return judgeOutput(stage, call, result, wrong)
    case 'timed_out':
      return judgeTimeout(stage, call, result, call.began[0]?.at, wrong)
    case 'aborted':
      if (abortedAt === undefined) wrong('I13', 'nobody aborted it')
      if (isDecidedBefore(call, abortedAt?.order ?? 0, stage)) wrong('I13', 'it had ended before the abort')
      return
    default:
      wrong('I14', 'its tool was begun')
  }
}

/** Whether its tool had ended, and the executor had time to notice, before something else happened. */
function isDecidedBefore({ ended, judgedAt, plan, batch }: CallFacts, order: number, stage: Stage): boolean {
  if (!batch.executor.plan.observed) return false
  const end = plan.tool === 'output_later' && ended?.by === 'return' ? judgedAt : ended
  return end !== undefined && end.order < order && end.move < stage.move
}

function judgeOutput(stage: Stage, call: CallFacts, result: ToolResult, wrong: Wrong): void {
  const { ended, batch, began } = call
  if (ended === undefined) return wrong('I14', 'its tool has not ended')
  if (batch.abortedAt !== undefined && batch.abortedAt.order < ended.order)
    wrong('I13', 'it was aborted before it ended')
  const limit = stage.fires((began[0]?.at ?? 0) + timeoutOf(call).ms)
  if (ended.at > limit) wrong('I11', `it ended at ${ended.at} ms, after its timeout`)
  const { expected } = ended
  if (!fits(result, expected)) wrong('I7', `it should be ${JSON.stringify(expected)}, and is ${JSON.stringify(result)}`)
  if (result.success && (call.plan.tool === 'content') !== (result.content !== undefined)) wrong('I7', 'its content')
}

function fits(result: ToolResult, expected: ExpectedOutput): boolean {
  if ('data' in expected) return result.success && isDeepStrictEqual(result.data, expected.data)
  if (result.success || result.error.code !== expected.code) return false
  return expected.says === undefined || result.error.message.includes(expected.says)
}

function judgeTimeout(
  stage: Stage,
  call: CallFacts,
  result: ToolResult,
  since: number | undefined,
  wrong: Wrong,
): void {
  const { ms, source } = timeoutOf(call)
  const dueAt = (since ?? 0) + ms
  const { ended, batch } = call
  if (!batch.executor.plan.observed) return
  if (stage.now < dueAt) wrong('I11', `its timeout is due at ${dueAt} ms`)
  if (ended !== undefined && ended.at < dueAt && call.plan.tool !== 'output_later')
    wrong('I11', `it ended at ${ended.at} ms, in time`)
  if (batch.abortedAt !== undefined && batch.abortedAt.at < dueAt) wrong('I13', 'it had been aborted before')
  if (!result.success && !result.error.message.includes(`${ms} ms (${source}`))
    wrong('I11', `it names ${result.error.message}`)
}
