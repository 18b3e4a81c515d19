import { withinScope } from './draw-batches.ts'
import { type CallFacts, hasOptions, isMadeBy, parentOf } from './facts.ts'
import { type EffectPlan, SCOPE, SET } from './plan.ts'

/** The rules of order, implemented again, simply and slowly: dependencies, conflicts, and the order of calls. */

export function namesOf(call: CallFacts): readonly (string | number)[] {
  const { dependsOn, refersTo } = call.plan
  return hasOptions(call) ? [...dependsOn, ...refersTo] : refersTo
}

/** Whether all that it depends on has succeeded. */
export function isMet(call: CallFacts): boolean {
  return namesOf(call).every((name) => call.found.get(name)?.result?.success === true)
}

/** Whether its arguments are as its tool will have them: they are filled in once all that it depends on is there. */
function isFilled(call: CallFacts): boolean {
  return call.plan.refersTo.length === 0 || isMet(call)
}

/** Whether its effects are known: its tool has been asked for them, where it says them for each call. */
export function isReady(call: CallFacts): boolean {
  const { tool, plan, isComplete, hasPassed, hasNamed, waitsFor } = call
  if (tool?.effects === 'named' || tool?.effects === 'scoped') return hasNamed
  if (tool === undefined || !isComplete || !isFilled(call)) return false
  // A result that was kept in a file is read before it is filled in.
  const isFilling = plan.refersTo.length > 0 && waitsFor === 'dependency'
  return !isFilling && (hasPassed || tool.inputSchema === 'none')
}

export function hasEffects({ tool }: CallFacts): boolean {
  return tool !== undefined && tool.effects !== 'none'
}

/** Its effects if they are known, otherwise its possible effects. */
function effectsOf(call: CallFacts): readonly EffectPlan[] {
  if (isReady(call)) return exactEffects(call)
  switch (call.tool?.effects) {
    case 'sets':
    case 'gets':
      return exactEffects(call).map((effect) => ({ ...effect, scope: 'run' as const }))
    case 'scoped':
      return SCOPE.map((resource) => ({ resource, mode: 'write', scope: 'run' }))
    case 'named':
      return [{ resource: '/', mode: 'write', scope: 'run' }]
    default:
      return []
  }
}

export function exactEffects({ tool, plan }: CallFacts): readonly EffectPlan[] {
  switch (tool?.effects) {
    case 'sets':
      return [{ resource: SET, mode: 'write' }]
    case 'gets':
      return [{ resource: SET, mode: 'read' }]
    case 'scoped':
      return withinScope(plan.effects)
    case 'named':
      return plan.effects
    default:
      return []
  }
}

/** Whether what one of them does concerns what the other does. */
function areInConflict(
  one: CallFacts,
  effects: readonly EffectPlan[],
  other: CallFacts,
  others: readonly EffectPlan[],
): boolean {
  const isSameRun = privacyOf(one) === privacyOf(other)
  return effects.some((a) =>
    others.some(
      (b) =>
        (a.mode === 'write' || b.mode === 'write') &&
        (isSameRun || (a.scope === undefined && b.scope === undefined)) &&
        (isWithin(a.resource, b.resource) || isWithin(b.resource, a.resource)),
    ),
  )
}

/** The run to which effects are private that say so: the one that was named, else that of the maker. */
export function privacyOf({ batch }: CallFacts): string {
  const { maker, plan, run } = batch
  return plan.run === undefined && maker !== undefined ? privacyOf(maker.call) : run
}

export function isWithin(resource: string, above: string): boolean {
  return above === '/' || resource === above || resource.startsWith(`${above}/`)
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
    // A callback may open a batch while the producer is being added: this call has no place in the order yet.
    if (producer === undefined || producer.isArriving) place = Infinity
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

/** Which calls hold effects, and who stands against whom. */
export class EffectHolders {
  readonly #unsettled: ReadonlySet<CallFacts>
  readonly #holders = new Map<CallFacts, readonly EffectPlan[]>()

  constructor(unsettled: ReadonlySet<CallFacts>) {
    this.#unsettled = unsettled
  }

  grant(call: CallFacts): void {
    this.#holders.set(call, exactEffects(call))
  }

  /** Releases the effects of a settled call, except the writes of an abandoned attempt until its hold ends. */
  settle(call: CallFacts): void {
    const held = this.#holders.get(call)
    if (held === undefined || call.state !== 'settled') return
    const writes = call.attempts.some(({ keepsWrites }) => keepsWrites)
      ? held.filter(({ mode }) => mode === 'write')
      : []
    if (writes.length > 0) this.#holders.set(call, writes)
    else this.#holders.delete(call)
  }

  /** The holder whose effects keep the call from starting, if any. */
  against(call: CallFacts, isMeant: (other: CallFacts) => boolean = () => true): CallFacts | undefined {
    const effects = exactEffects(call)
    for (const [holder, held] of this.#holders) {
      const isFree = holder === call || isMadeBy(call, holder) || !isMeant(holder)
      if (!isFree && areInConflict(call, effects, holder, held)) return holder
    }
    const key = keyOf(call)
    for (const other of this.#unsettled) {
      if (other === call || other.isGranted || other.state === 'coming') continue
      if (parentOf(other.batch) !== parentOf(call.batch) || !hasEffects(other) || !isMeant(other)) continue
      if (!comesBefore(keyOf(other), key)) continue
      // Other runs do not mind what it may do, only what it does.
      const isMinded = other.isKnown || privacyOf(other) === privacyOf(call)
      if (isMinded && areInConflict(call, effects, other, effectsOf(other))) return other
    }
    return undefined
  }

  /** Whether a call that waits for another waits, by way of calls that it made, for one that made this one. */
  wouldWaitForEver(call: CallFacts): boolean {
    const seen = new Set<CallFacts>()
    const leadsBack = (waiter: CallFacts): boolean => {
      const effects = exactEffects(waiter)
      for (const [holder, held] of this.#holders) {
        if (holder === waiter || isMadeBy(waiter, holder) || !areInConflict(waiter, effects, holder, held)) continue
        if (waiter !== call && isMadeBy(call, holder)) return true
        if (seen.has(holder)) continue
        seen.add(holder)
        for (const nested of this.#unsettled)
          if (nested !== call && nested.waitsFor === 'conflict' && isMadeBy(nested, holder) && leadsBack(nested))
            return true
      }
      return false
    }
    return leadsBack(call)
  }
}
