import type { CallFacts } from './facts.ts'
import { TIMED_MS } from './tools.ts'

/** How calls of the plan look to the executor, and what it must make of them before any tool is run. */

export function idOf({ plan, batch }: CallFacts): unknown {
  return batch.plan.way === 'single' ? 'call-0' : plan.id
}

/** The id that its results carry. */
export function shownId(call: CallFacts): string {
  const id = idOf(call)
  return typeof id === 'string' ? id : `call-${call.index}`
}

/** What the application itself names cannot be nameless. */
export function nameOf({ plan, batch }: CallFacts): unknown {
  if (plan.tool !== 'nameless') return plan.tool
  return batch.plan.way === 'single' ? 'nowhere' : 7
}

export function argumentsOf({ plan, mark, batch }: CallFacts): unknown {
  const value = { mark, shared: { n: 0 } }
  // Text that the application gives as input is a value, not the model's JSON.
  const args = batch.plan.way === 'single' && (plan.args === 'text' || plan.args === 'truncated') ? 'value' : plan.args
  switch (args) {
    case 'value':
      return value
    case 'text':
      return JSON.stringify(value)
    case 'truncated':
      return JSON.stringify(value).slice(0, -3)
    case 'misfit':
      return { mark: 7 }
    case 'cycle':
      return Object.assign(value, { self: value })
    case 'getter':
      return Object.defineProperty({}, 'mark', {
        enumerable: true,
        get: () => {
          throw new Error('not to be read')
        },
      })
  }
}

/** Whether it came with all its parts at once: only then has it options of its own. */
function isWhole({ batch, droppedAt, plan }: CallFacts): boolean {
  if (batch.plan.way !== 'open') return batch.plan.way === 'whole'
  return droppedAt === undefined && plan.arrival.by === 'add'
}

/** How a call ends whose tool never starts, as far as the call itself decides; undefined where its tool may start. */
export function refusalOf(call: CallFacts): string | undefined {
  const { plan, droppedAt, completedAt, batch } = call
  if (droppedAt !== undefined) return 'invalid incomplete_call'
  if (completedAt === undefined) return batch.closedAt === undefined ? undefined : 'invalid incomplete_call'
  const { closedAt } = batch.executor
  if (isWhole(call) && (plan.tool === 'nameless' || isImpossible(plan.timeoutMs))) return 'invalid malformed_call'
  if (closedAt !== undefined && closedAt.order < completedAt.order) return 'rejected closed'
  if (plan.tool === 'nowhere' || plan.tool === 'nameless') return 'invalid unknown_tool'
  return badArguments(call)
}

function badArguments({ plan, batch }: CallFacts): string | undefined {
  const { args, tool, schema } = plan
  if (args === 'truncated' && batch.plan.way !== 'single') return 'invalid unparsable_arguments'
  if (args === 'cycle' || args === 'getter') return 'invalid invalid_arguments'
  if (tool === 'later') {
    if (args === 'misfit' || schema.does === 'misfits') return 'invalid invalid_arguments'
    if (schema.does === 'rejects' || schema.does === 'throws') return 'failed tool_error'
    return schema.does === 'hangs' ? 'timed_out timeout' : undefined
  }
  return args === 'misfit' && tool !== 'plain' && tool !== 'timed' ? 'invalid invalid_arguments' : undefined
}

function isImpossible(ms: number | undefined): boolean {
  return ms !== undefined && !(ms >= 1 && (ms < 2 ** 31 || ms === Infinity))
}

/** The timeout of the call's attempt, and the words for where it comes from. */
export function timeoutOf(call: CallFacts): { readonly ms: number; readonly source: string } {
  const { plan, batch } = call
  if (plan.timeoutMs !== undefined && isWhole(call)) return { ms: plan.timeoutMs, source: "the call's timeoutMs" }
  if (batch.plan.timeoutMs !== undefined) return { ms: batch.plan.timeoutMs, source: "the batch's timeoutMs" }
  if (plan.tool === 'timed') return { ms: TIMED_MS, source: "the tool's timeoutMs" }
  return { ms: batch.executor.plan.timeoutMs, source: "the executor's timeoutMs" }
}
