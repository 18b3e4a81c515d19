import type { AttemptFacts, CallFacts } from './facts.ts'
import type { TimeLimits } from './plan.ts'
import { DUE_MS, TIMED } from './tool-settings.ts'

/** How calls of the plan look to the executor, and what it must make of them before any tool is run. */

export function idOf({ plan, batch }: CallFacts): unknown {
  return batch.plan.way === 'single' ? 'call-0' : plan.id
}

/** The id that its results carry. */
export function shownId(call: CallFacts): string {
  const id = idOf(call)
  return typeof id === 'string' ? id : `call-${call.index}`
}

/** The name of a call; one that the application itself gives is always a string. */
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
function isWhole({ batch, plan }: CallFacts): boolean {
  return batch.plan.way === 'whole' || (batch.plan.way === 'open' && plan.arrival.by === 'add')
}

/** How a call ends whose tool never starts, as far as the call itself decides; undefined where its tool may start. */
export function refusalOf(call: CallFacts): string | undefined {
  const { plan, droppedAt, completedAt, batch } = call
  if (droppedAt !== undefined) return 'invalid incomplete_call'
  if (completedAt === undefined) return batch.closedAt === undefined ? undefined : 'invalid incomplete_call'
  const { closedAt } = batch.executor
  if (isWhole(call) && (plan.tool === 'nameless' || Object.values(plan.limits).some(isImpossible)))
    return 'invalid malformed_call'
  if (closedAt !== undefined && closedAt.order < completedAt.order) return 'rejected closed'
  if (plan.tool === 'nowhere' || plan.tool === 'nameless' || (plan.tool === 'due' && !batch.executor.plan.hasDue))
    return 'invalid unknown_tool'
  return badArguments(call)
}

/** Tools that check their arguments at once. */
const CHECKED: ReadonlySet<string> = new Set(['json', 'output', 'output_later', 'content'])

function badArguments({ plan, batch }: CallFacts): string | undefined {
  const { args, tool, schema } = plan
  if (args === 'truncated' && batch.plan.way !== 'single') return 'invalid unparsable_arguments'
  if (args === 'cycle' || args === 'getter') return 'invalid invalid_arguments'
  if (tool === 'later') {
    if (args === 'misfit' || schema.does === 'misfits') return 'invalid invalid_arguments'
    if (schema.does === 'rejects' || schema.does === 'throws') return 'failed tool_error'
    return schema.does === 'hangs' ? 'timed_out timeout' : undefined
  }
  return args === 'misfit' && CHECKED.has(tool) ? 'invalid invalid_arguments' : undefined
}

function isImpossible(ms: number | undefined): boolean {
  return ms !== undefined && !(ms >= 1 && (ms < 2 ** 31 || ms === Infinity))
}

/** A limit in time, and the words for where it comes from. */
export interface Limit {
  readonly ms: number
  readonly source: string
}

type Layered = { readonly [Name in keyof TimeLimits]: readonly Limit[] }

const layered = new WeakMap<CallFacts, Layered>()

/** The values of a limit in all layers, the nearest first. */
function layersOf(call: CallFacts, option: keyof TimeLimits): readonly Limit[] {
  let layers = layered.get(call)
  if (layers === undefined) {
    const of = (each: keyof TimeLimits): readonly Limit[] => readLayers(call, each)
    layers = { timeoutMs: of('timeoutMs'), idleTimeoutMs: of('idleTimeoutMs'), deadlineMs: of('deadlineMs') }
    layered.set(call, layers)
  }
  return layers[option]
}

function readLayers(call: CallFacts, option: keyof TimeLimits): Limit[] {
  const { plan, batch } = call
  const { tool } = plan
  const ofTool =
    tool === 'timed' && option !== 'deadlineMs'
      ? TIMED[option]
      : tool === 'due' && option === 'deadlineMs' && batch.executor.plan.hasDue
        ? DUE_MS
        : undefined
  const layers = [
    [isWhole(call) ? plan.limits[option] : undefined, 'call'],
    [batch.plan.limits[option], 'batch'],
    [ofTool, 'tool'],
    [batch.executor.plan.limits[option], 'executor'],
  ] as const
  return layers.flatMap(([ms, layer]) => (ms === undefined ? [] : [{ ms, source: `the ${layer}'s ${option}` }]))
}

/** The timeout of the call's attempts, or how long they may be silent: the nearest wins. */
export function limitOf(call: CallFacts, option: 'timeoutMs' | 'idleTimeoutMs'): Limit {
  return layersOf(call, option)[0] ?? { ms: Infinity, source: '' }
}

/** When an attempt has run for too long. */
export function timeoutAt({ call, began }: AttemptFacts): number {
  return (began?.at ?? 0) + limitOf(call, 'timeoutMs').ms
}

/** When an attempt has been silent for too long: at the earliest, or at the latest where it spoke at that very moment. */
export function idleAt(attempt: AttemptFacts, which: 'earliest' | 'latest' = 'earliest'): number {
  const { call, began, progressedAt, heardAt } = attempt
  const since = which === 'latest' ? heardAt : progressedAt
  return (since ?? began?.at ?? 0) + limitOf(call, 'idleTimeoutMs').ms
}

/** The deadlines of a call, as moments. */
export function deadlinesOf(call: CallFacts): (Limit & { readonly at: number })[] {
  const { batch, acceptedAt } = call
  return layersOf(call, 'deadlineMs')
    .filter(({ ms }) => ms !== Infinity)
    .map((limit) => {
      const since = limit.source.includes('batch') ? batch.openedAt : (acceptedAt ?? batch.openedAt)
      return { ...limit, at: (since?.at ?? 0) + limit.ms }
    })
}

/** When a call must have its result; of an unobserved call the acceptance may be later than known. */
export function deadlineAt(call: CallFacts): number {
  if (layersOf(call, 'deadlineMs').every(({ ms }) => ms === Infinity)) return Infinity
  return Math.min(Infinity, ...deadlinesOf(call).map(({ at }) => at))
}
