import { isDeepStrictEqual } from 'node:util'
import type { ToolResult, UnsuccessfulResult } from '../../../packages/aof-runtime/src/index.ts'
import type { Breakers } from './breakers.ts'
import { type EffectHolders, hasEffects, namesOf } from './conflicts.ts'
import { type BatchFacts, type CallFacts, deadlineAt, hasImpossibleLimit, isCut, layerOf, limitOf } from './facts.ts'
import type { Feature } from './features.ts'
import { shownId } from './call-arguments.ts'
import type { Stage } from './stage.ts'

/** The feature that an error code shows. */
const HAPPENED: Readonly<Record<string, Feature>> = {
  queue_full: 'full queues reject',
  queue_timeout: 'queue deadlines',
  timeout: 'timeouts',
  idle_timeout: 'idle timeouts',
  deadline: 'deadlines',
  too_deep: 'caps',
  too_many_calls: 'caps',
  budget_exceeded: 'budgets',
  incomplete_call: 'unfilled slots',
  unknown_tool: 'odd calls',
  invalid_arguments: 'odd calls',
  unparsable_arguments: 'odd calls',
  invalid_dependency: 'odd calls',
}

/** Says what is wrong with how a call ended, given what its tool really did. */
export function judge(
  stage: Stage,
  call: CallFacts,
  result: ToolResult,
  holders: EffectHolders,
  breakers: Breakers,
): void {
  const wrong = (invariant: string, what: string): void =>
    stage.fault(invariant, `${call.mark} is ${endOf(result)}, ${result.execution}: ${what}`)
  stage.seen.add(endOf(result))
  if (result.index !== call.index) wrong('I2', `its place is ${result.index}`)
  if (result.id !== shownId(call)) wrong('I3', `its id is ${result.id}`)
  judgeExecution(call, result, wrong)
  judgeTiming(stage, call, result, wrong)
  if (result.success) return judgeSuccess(stage, call, result, wrong)
  const feature = HAPPENED[result.error.code]
  if (feature !== undefined) stage.happened.add(feature)
  const why = reasonAgainst(stage, call, result, holders, breakers)
  if (why !== undefined) wrong(...why)
}

function endOf(result: ToolResult): string {
  return result.success ? result.status : `${result.status} ${result.error.code}`
}

type Wrong = (invariant: string, what: string) => void

/** I14: what a result says of the tool is what the tool did. */
function judgeExecution({ attempts, tool }: CallFacts, { execution, timing }: ToolResult, wrong: Wrong): void {
  const begun = attempts.filter(({ ctx }) => ctx !== undefined)
  if (timing.attempts !== begun.length)
    wrong('I20', `it tells of ${timing.attempts} attempts, and made ${begun.length}`)
  const last = begun.at(-1)
  if (execution === 'none') {
    if (last !== undefined) wrong('I14', 'its tool was run')
    return
  }
  if (last === undefined) return wrong('I14', 'its tool was not run')
  if (execution === 'unknown') {
    if (last.abandonedAt === undefined) wrong('I14', 'it was not abandoned')
  } else if (last.abandonedAt !== undefined) wrong('I14', 'it was abandoned')
  else if (last.ended === undefined && tool !== undefined) wrong('I14', 'its tool has not ended')
}

/** Judges the timing of a result: its acceptance, first start, and end. */
function judgeTiming({ now }: Stage, { acceptedAt, attempts }: CallFacts, { timing }: ToolResult, wrong: Wrong): void {
  const { queuedMs, runMs, totalMs } = timing
  const startedAt = attempts.find(({ ctx }) => ctx !== undefined)?.startedAt ?? acceptedAt + totalMs
  const isRight = queuedMs + runMs === totalMs && totalMs <= now - acceptedAt && queuedMs === startedAt - acceptedAt
  if (!isRight)
    wrong('S1', `its timing is ${JSON.stringify(timing)}, accepted at ${acceptedAt}, started at ${startedAt}`)
}

function judgeSuccess(stage: Stage, call: CallFacts, result: ToolResult & { success: true }, wrong: Wrong): void {
  const ended = call.attempts.at(-1)?.ended
  if (ended === undefined || 'code' in ended.expected)
    return wrong('I7', `it should be ${JSON.stringify(ended?.expected)}`)
  if (result.spilled !== undefined) return void stage.happened.add('spills')
  if (!isDeepStrictEqual(result.data, ended.expected.data)) wrong('I2', `its data is ${JSON.stringify(result.data)}`)
  if (result.content !== undefined) stage.happened.add('contents')
}

/** The fault in the reason that a result gives. */
function reasonAgainst(
  stage: Stage,
  call: CallFacts,
  { error: { code, message }, execution }: UnsuccessfulResult,
  holders: EffectHolders,
  breakers: Breakers,
): [string, string] | undefined {
  const { batch, plan, tool, attempts } = call
  const { site } = batch
  const ended = attempts.at(-1)?.ended
  const only = (isRight: boolean, invariant: string, what: string): [string, string] | undefined =>
    isRight ? undefined : [invariant, what]
  switch (code) {
    case 'tool_error': {
      if (ended === undefined)
        return only(execution === 'none' && tool?.inputSchema !== 'none', 'I7', 'its tool has not ended')
      const { expected } = ended
      const isRight = 'code' in expected && expected.code === code && message.includes(expected.says ?? '')
      return only(isRight, 'I7', `it says ${message}`)
    }
    case 'invalid_output':
    case 'content_failed':
    case 'result_too_large':
    case 'unserializable_result':
      return only(ended?.by === 'return', 'I7', 'its tool did not return')
    case 'aborted':
      return only(isCut(call) || batch.isDisposed, 'I13', 'nothing has aborted it')
    case 'timeout':
    case 'idle_timeout': {
      const option = code === 'timeout' ? 'timeoutMs' : 'idleTimeoutMs'
      if (!message.includes(`the ${layerOf(call, option)}'s ${option}`)) return ['I11', `it names ${message}`]
      return only(hasPassed(stage, call, option), 'I11', 'it had time left')
    }
    case 'deadline':
      return only(stage.now >= deadlineAt(call), 'I11', `its deadline is at ${deadlineAt(call)} ms`)
    case 'closed':
      return only(site.closing, 'I27', 'its executor is open')
    case 'queue_full':
      return only(site.plan.queue.policy === 'reject' && site.plan.queue.max < 100, 'I27', 'its queue is not bounded')
    case 'queue_timeout':
      return only(stage.now >= call.waitsSince + site.plan.queue.deadlineMs, 'I27', 'it may wait longer')
    case 'too_deep':
      return only(batch.maker !== undefined && site.plan.maxDepth < 8, 'I27', 'there is no such limit')
    case 'too_many_calls':
      return only(
        site.plan.maxNestedCalls < 100 || call.index >= batch.plan.maxCalls,
        'I27',
        'there were not that many',
      )
    case 'budget_exceeded':
      return only(mayBeOverBudget(stage, call), 'I27', 'its budget is not used up')
    case 'breaker_open': {
      const what = breakers.refuses(call)
      return what === undefined ? undefined : ['I20', what]
    }
    case 'incomplete_call':
      return only(!call.isComplete || call.isCompletedAtEnd, 'I37', 'its arguments came')
    case 'unknown_tool':
      return only(tool === undefined, 'I47', 'its tool is there')
    case 'unparsable_arguments':
      return only(plan.args === 'truncated', 'I37', 'its arguments can be read')
    case 'invalid_arguments':
      return only(plan.args === 'misfit' || plan.args === 'cycle', 'I37', 'its arguments fit')
    case 'dependency_failed':
      return only(
        namesOf(call).some((name) => call.found.get(name)?.result?.success === false),
        'I6',
        'what it depends on has not failed',
      )
    case 'invalid_dependency':
      return only(isImpossible(call), 'I6', 'what it depends on can be')
    case 'deadlock':
      return only(hasEffects(call) && holders.wouldWaitForEver(call), 'I26', 'it would not wait for ever')
    case 'uncertain_effects':
      return only(hasEffects(call) && stage.plan.features.has('uncertain effects'), 'I32', 'nothing is uncertain')
    case 'key_failed':
    case 'effects_failed':
      return only(stage.plan.features.has('throw'), 'I7', 'its tool has not thrown')
    case 'spill_failed':
      return only(
        stage.plan.features.has('failing spills') || stage.plan.features.has('acting stores'),
        'I7',
        'its file is there',
      )
    case 'malformed_call':
      return only(hasImpossibleLimit(call), 'I37', 'it can be read')
    case 'too_many_abandoned':
      return only(site.plan.maxAbandoned !== Infinity, 'I27', 'any number may be abandoned')
    default:
      return ['I36', `its code is ${code}`]
  }
}

/** Whether a timeout of a call has passed; a schema that takes its time has the call's own. */
function hasPassed(stage: Stage, call: CallFacts, option: 'timeoutMs' | 'idleTimeoutMs'): boolean {
  const { state, acceptedAt } = call
  const attempt = call.attempts.at(-1)
  const limit = limitOf(call, option)
  if (attempt === undefined) return option === 'timeoutMs' && stage.now - acceptedAt >= limit
  if (option === 'idleTimeoutMs') return stage.now - attempt.progressedAt >= limit
  return attempt.ranMs + (state === 'running' ? stage.now - attempt.runsSince : Infinity) >= limit
}

/** How many calls of the budget that a call is counted in have started, and how many may. */
export function budgetUse({ byMark }: Stage, call: CallFacts): { readonly started: number; readonly limit: number } {
  const owner = budgetOwner(call.batch)
  const limit = owner?.plan.budget?.toolCalls ?? Infinity
  if (limit === Infinity) return { started: 0, limit }
  const counted = [...byMark.values()].filter(
    ({ attempts, batch }) => attempts.length > 0 && budgetOwner(batch) === owner,
  )
  return { started: counted.length, limit }
}

/** Whether so many other calls may have taken from its budget as that has. */
function mayBeOverBudget({ byMark }: Stage, call: CallFacts): boolean {
  const owner = budgetOwner(call.batch)
  const limit = owner?.plan.budget?.toolCalls ?? Infinity
  let others = 0
  for (const other of byMark.values())
    if (other !== call && other.isComplete && other.tool !== undefined && budgetOwner(other.batch) === owner) others++
  return others >= limit
}

/** The batch whose budget counts: where a batch has none, that of the call by whose own executor it is opened. */
function budgetOwner(batch: BatchFacts): BatchFacts | undefined {
  if (batch.plan.budget !== undefined) return batch
  return batch.maker === undefined || !batch.isByContext ? undefined : budgetOwner(batch.maker.call.batch)
}

/** Whether a name of it stands for no call, or for several, or it depends on itself. */
function isImpossible(call: CallFacts): boolean {
  const isBad = namesOf(call).some((name) => {
    const { length } = call.batch.calls.filter(
      ({ state, index, plan }) => state !== 'coming' && (typeof name === 'number' ? index === name : plan.id === name),
    )
    return length > 1 || (length === 0 && call.batch.isClosed)
  })
  return isBad || dependsOn(call, call, new Set())
}

function dependsOn(call: CallFacts, on: CallFacts, seen: Set<CallFacts>): boolean {
  if (seen.has(call)) return false
  seen.add(call)
  for (const producer of call.found.values()) if (producer === on || dependsOn(producer, on, seen)) return true
  return false
}
