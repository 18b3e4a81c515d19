import type { ToolResult } from '../../../src/index.ts'
import { type BatchPlan, type CallPlan, type EffectPlan, SCOPE, SET, type ToolName } from './plan.ts'

export interface BatchFacts {
  /** Which executor has it. */
  readonly site: number
  /** The run to which its effects are private that say so. */
  readonly run: string
  readonly way: BatchPlan['way']
  /** Whose calls its calls are. */
  readonly parent: CallFacts | undefined
  readonly calls: CallFacts[]
  /** Its place among all. */
  order: number
  openedAt: number
  isClosed: boolean
  isAborted: boolean
}

/**
 * - `coming`: the executor has not said that it has a place
 * - `placed`: it has one; whether it has its arguments says `isComplete`
 * - `granted`: its effects are its own, and it waits for a permit
 */
export type CallState = 'coming' | 'placed' | 'granted' | 'running' | 'settled'

export interface CallFacts {
  /** Unlike that of any other. */
  readonly mark: string
  readonly plan: CallPlan
  readonly batch: BatchFacts
  readonly index: number
  state: CallState
  acceptedAt: number
  isComplete: boolean
  /** Whether its effects were known when the present move began. */
  isKnown: boolean
  waitsFor: string | undefined
  isSuspended: boolean
  attempts: number
  /** Attempts that were abandoned and have not ended. */
  abandoned: number
  /** Those that count still. */
  kept: number
  /** When those of them were abandoned that still keep permits. */
  keptPermits: number[]
  /** Whether it was said that one counts no more. */
  isUncertain: boolean
  /** Names that it was given, and the calls that they have been found to be. */
  readonly found: Map<string | number, CallFacts>
  result: ToolResult | undefined
}

export function newBatch(
  site: number,
  plan: Pick<BatchPlan, 'run' | 'way'>,
  parent: CallFacts | undefined,
  mark: string,
): BatchFacts {
  return {
    site,
    run: plan.run ?? parent?.batch.run ?? `batch ${mark}`,
    way: plan.way,
    parent,
    calls: [],
    order: -1,
    openedAt: -1,
    isClosed: false,
    isAborted: false,
  }
}

export function newCall(batch: BatchFacts, plan: CallPlan, mark: string): CallFacts {
  const call: CallFacts = {
    mark,
    plan,
    batch,
    index: batch.calls.length,
    state: 'coming',
    acceptedAt: -1,
    isComplete: false,
    isKnown: false,
    waitsFor: undefined,
    isSuspended: false,
    attempts: 0,
    abandoned: 0,
    kept: 0,
    keptPermits: [],
    isUncertain: false,
    found: new Map(),
    result: undefined,
  }
  batch.calls.push(call)
  return call
}

export function namesOf({ plan }: CallFacts): (string | number)[] {
  return [...plan.dependsOn, ...plan.refersTo]
}

/** Whether its arguments are as its tool will have them: they are filled in once all that it depends on is there. */
export function isFilled(call: CallFacts): boolean {
  return call.plan.refersTo.length === 0 || isMet(call)
}

/** Whether all that it depends on has succeeded. */
export function isMet(call: CallFacts): boolean {
  return namesOf(call).every((name) => call.found.get(name)?.result?.success === true)
}

export function hasEffects({ plan }: CallFacts): boolean {
  return plan.tool !== 'free'
}

/** What it reads and writes, where that is known; else what it may. */
export function effectsOf(call: CallFacts): readonly EffectPlan[] {
  if (call.isComplete && isFilled(call)) return exactEffects(call)
  const { tool } = call.plan
  switch (tool) {
    case 'free':
      return []
    case 'sets':
    case 'gets':
      return exactEffects(call).map((effect) => ({ ...effect, scope: 'run' as const }))
    case 'scoped':
      return SCOPE.map((resource) => ({ resource, mode: 'write', scope: 'run' }))
    case 'touch':
    case 'again':
      return [{ resource: '/', mode: 'write', scope: 'run' }]
  }
}

export function exactEffects({ plan }: CallFacts): readonly EffectPlan[] {
  const byTool: Partial<Record<ToolName, readonly EffectPlan[]>> = {
    sets: [{ resource: SET, mode: 'write' }],
    gets: [{ resource: SET, mode: 'read' }],
  }
  return byTool[plan.tool] ?? plan.effects
}

/** Whether what one of them does concerns what the other does. */
export function areInConflict(
  one: CallFacts,
  effects: readonly EffectPlan[],
  other: CallFacts,
  others: readonly EffectPlan[],
): boolean {
  const isSameRun = one.batch.run === other.batch.run
  return effects.some((a) =>
    others.some(
      (b) =>
        (a.mode === 'write' || b.mode === 'write') &&
        (isSameRun || (a.scope === undefined && b.scope === undefined)) &&
        (isWithin(a.resource, b.resource) || isWithin(b.resource, a.resource)),
    ),
  )
}

export function isWithin(resource: string, above: string): boolean {
  return above === '/' || resource === above || resource.startsWith(`${above}/`)
}

/** Whether `above` is among the calls that made `call`. */
export function isMadeBy(call: CallFacts, above: CallFacts): boolean {
  for (let { parent } = call.batch; parent !== undefined; { parent } = parent.batch) if (parent === above) return true
  return false
}

/** Its place in the order, as numbers to be compared one after the other. */
export function keyOf(call: CallFacts): readonly number[] {
  const { place, depth } = placeOf(call, new Set())
  const at = place === Infinity ? Infinity : (call.batch.calls[place]?.acceptedAt ?? Infinity)
  return [at, call.batch.order, place, depth, call.index]
}

function placeOf(call: CallFacts, above: Set<CallFacts>): { readonly place: number; readonly depth: number } {
  let place = call.index
  let depth = 0
  if (!call.isComplete || above.has(call)) return { place, depth }
  above.add(call)
  for (const name of namesOf(call)) {
    const producer = call.found.get(name)
    if (producer === undefined) place = Infinity
    else {
      const its = placeOf(producer, above)
      place = Math.max(place, its.place)
      depth = Math.max(depth, its.depth + 1)
    }
  }
  above.delete(call)
  return { place, depth }
}

export function comesBefore(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, one] of a.entries()) if (one !== b[i]) return one < (b[i] ?? 0)
  return false
}
