import type { ToolCall } from '../../../packages/aof-runtime/src/index.ts'
import { type CallFacts, hasOptions } from './facts.ts'
import type { TimeLimits } from './plan.ts'

const SHARED = { by: 'all' }

/** How the calls of a plan look to an executor. */

/** The id that its events and its result carry. */
export function shownId({ batch, plan }: CallFacts): string {
  return batch.plan.way === 'single' ? 'call-0' : plan.id
}

export function nameOf({ plan }: CallFacts): string {
  return plan.tool === undefined ? 'nowhere' : `tool${plan.tool}`
}

export function toolCall(call: CallFacts): ToolCall {
  const { id, priority, dependsOn, limits } = call.plan
  return {
    id,
    name: nameOf(call),
    arguments: argumentsOf(call),
    ...(hasOptions(call) && given(limits)),
    ...(priority !== undefined && { priority }),
    ...(dependsOn.length > 0 && { dependsOn }),
  }
}

/** Arguments that the application itself gives are a value. */
export function valueOf(call: CallFacts): unknown {
  const { mark, plan } = call
  const value = {
    of: mark,
    mark: plan.args === 'misfit' ? 7 : mark,
    // The same object in all calls: none of them may see what another does to it.
    shared: SHARED,
    refs: plan.refersTo.map((name) => ({ $result: name })),
  }
  return plan.args === 'cycle' ? Object.assign(value, { self: value }) : value
}

export function argumentsOf(call: CallFacts): unknown {
  const { args } = call.plan
  const value = valueOf(call)
  if (args === 'text') return JSON.stringify(value)
  return args === 'truncated' ? JSON.stringify(value).slice(0, -1) : value
}

/** The options that are there. */
export function given(limits: TimeLimits): Partial<Record<keyof TimeLimits, number>> {
  return Object.fromEntries(Object.entries(limits).filter(([, ms]) => ms !== undefined))
}
