import type { ToolResult } from '../../../packages/aof-runtime/src/index.ts'
import type { CallFacts } from './facts.ts'

/** The parts of the oracle that a judgement needs. */
interface Court {
  readonly now: number
  fault(invariant: string, what: string): void
  isCut(call: CallFacts): boolean
}

/** Says what is wrong with how a call ended. */
export function judgeCall(court: Court, call: CallFacts, result: ToolResult): void {
  const { batch, plan, state, depth, mark } = call
  const { executor } = batch
  const wrong = (invariant: string, what: string): void =>
    court.fault(invariant, `${mark} is ${result.status}, and ${what}`)
  const attempt = call.attempts.at(-1)
  if (result.id !== mark || result.index !== call.index) wrong('I2', `has the id ${result.id}`)
  if (result.execution !== 'none' && attempt === undefined) wrong('I14', 'never started')
  switch (result.success ? 'succeeded' : result.error.code) {
    case 'succeeded':
      if (plan.ends !== 'return' || attempt?.endedIn === undefined) wrong('I7', 'its tool did not return')
      return
    case 'tool_error':
      if (attempt?.endedIn === undefined) wrong('I7', 'its tool did not end')
      return
    case 'aborted':
      if (!court.isCut(call)) wrong('I13', 'nobody aborted it')
      return
    case 'timeout':
      if (attempt === undefined) return wrong('I11', 'never started')
      if (
        attempt.ranMs + (attempt.heldSince === undefined ? 0 : court.now - attempt.heldSince) <
        call.tool.plan.timeoutMs
      )
        wrong('I11', 'had time left')
      return
    case 'queue_full':
      if (executor.plan.queue.policy !== 'reject') wrong('I27', 'should wait outside')
      return
    case 'queue_timeout':
      if (state !== 'waiting' || court.now < call.waitsSince + executor.plan.queue.deadlineMs)
        wrong('I27', 'may wait longer')
      return
    case 'too_deep':
      if (depth <= executor.plan.maxDepth) wrong('I27', `is only ${depth} deep`)
      return
    case 'too_many_calls':
      if ((batch.attempt?.taken ?? 0) <= executor.plan.maxNestedCalls) wrong('I27', 'there were not that many')
      return
    default:
      wrong('S1', `says ${result.success ? '' : result.error.code}`)
  }
}
