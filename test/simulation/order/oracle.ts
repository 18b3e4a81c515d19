import type { ToolEvent } from '../../../src/index.ts'
import type { Simulation } from '../../../src/testing/index.ts'
import {
  areInConflict,
  type BatchFacts,
  type CallFacts,
  comesBefore,
  effectsOf,
  exactEffects,
  hasEffects,
  isFilled,
  isMadeBy,
  isMet,
  keyOf,
  namesOf,
} from './facts.ts'
import { isForPermits, Permits } from './permits.ts'
import type { EffectPlan, OrderPlan } from './plan.ts'

/**
 * Watches a play of effects and dependencies, by the rules said anew and slowly: who may start, who has to wait, and that
 * nobody waits for nothing.
 */
export class OrderOracle {
  readonly faults: string[] = []
  /** The batch that is being opened. */
  opening: BatchFacts | undefined
  readonly #simulation: Simulation
  readonly #plan: OrderPlan
  readonly #permits: Permits
  readonly #calls = new Set<CallFacts>()
  /** Those whose tools have been abandoned, and have not ended. */
  readonly #abandoned = new Set<CallFacts>()
  /** By executor and number. */
  readonly #byNumber = new Map<string, BatchFacts>()
  /** Whose effects are their own: held from being granted until they have ended, or count no more. */
  readonly #holders = new Map<CallFacts, readonly EffectPlan[]>()
  /** Those that come with their arguments. */
  readonly #complete = new Set<CallFacts>()
  #batches = 0

  constructor(simulation: Simulation, plan: OrderPlan) {
    this.#simulation = simulation
    this.#plan = plan
    this.#permits = new Permits(plan)
  }

  fault(invariant: string, what: string): void {
    this.faults.push(`${invariant}: ${what} (at ${this.#simulation.clock.now()} ms)`)
  }

  /** A call will have its arguments as soon as it has its place. */
  comesComplete(call: CallFacts): void {
    this.#complete.add(call)
  }

  /** A call gets its arguments. */
  completes(call: CallFacts): void {
    if (call.state === 'settled') return
    call.isComplete = true
    for (const name of namesOf(call)) {
      const named = this.#named(call, name)
      if (named.length === 1) call.found.set(name, named[0] as CallFacts)
    }
  }

  /** @param site whose event it is */
  sees(site: number, event: ToolEvent): void {
    if (!('batch' in event)) return
    const name = `${site}: ${event.batch}`
    if (event.type === 'batch_opened') return this.#opened(name, event.at)
    const batch = this.#byNumber.get(name)
    if (batch === undefined) return this.fault('I2', `${event.type} of a batch that there is not`)
    if (event.type === 'batch_closed') batch.isClosed = true
    if (!('index' in event)) return
    const call = batch.calls[event.index]
    if (call === undefined) return this.fault('I2', `${event.type} of a call that there is not`)
    switch (event.type) {
      case 'accepted':
        return this.#accepted(call)
      case 'parked':
        return this.#parked(call, event.waitsFor)
      case 'started':
        return this.#started(call)
      case 'suspended':
      case 'resumed':
        call.isSuspended = event.type === 'suspended'
        call.waitsFor = undefined
        return
      case 'abandoned':
        call.abandoned++
        call.kept++
        this.#abandoned.add(call)
        if (!call.isSuspended) call.keptPermits.push(event.at)
        return
      case 'ended_late':
        call.abandoned--
        if (call.kept > 0) call.kept--
        if (call.abandoned === 0) {
          call.isUncertain = false
          this.#abandoned.delete(call)
        }
        this.#endKeeping(call, event.at - event.lateMs)
        return this.#reckon(call)
      case 'hold_ended':
        this.#endKeeping(call, event.at - this.#plan.abandonedHoldMs)
        if (this.#plan.onUncertain === 'reject') call.isUncertain = true
        else {
          call.kept--
          this.#reckon(call)
        }
        return
      case 'settled':
        return this.#settled(call, event.result.status, event.result.success ? '' : event.result.error.code)
      case 'attempt_failed':
        call.isSuspended = false
        return
      case 'progress':
      case 'rate_paused':
        return
    }
  }

  /** All that can happen at this moment has happened. */
  atRest(): void {
    for (const call of this.#calls) call.isKnown = call.isComplete && isFilled(call)
    const used = this.#permits.inUse(new Set([...this.#calls, ...this.#abandoned]))
    for (const { limit, count } of used.values())
      if (count > limit.max) this.fault('I25', `${count} permits of ${limit.name} are in use`)
    for (const call of this.#calls) {
      const wantsToGoOn = isForPermits(call.waitsFor) && !isCut(call) && !this.#hasNested(call)
      if (call.state === 'granted' || (call.state === 'running' && wantsToGoOn)) {
        const wrong = this.#permits.waits(call, used, this.#simulation.clock.now())
        if (wrong !== undefined) this.fault('I51', wrong)
      }
      if (call.state === 'placed' && call.isComplete) this.#waitsRightly(call)
    }
  }

  atEnd(): void {
    for (const { mark, state } of this.#calls) this.fault('I1', `${mark} is ${state} for ever`)
  }

  #opened(name: string, at: number): void {
    const batch = this.opening
    if (batch === undefined) return this.fault('I2', 'a batch opens that nobody has opened')
    this.opening = undefined
    batch.order = this.#batches++
    batch.openedAt = at
    this.#byNumber.set(name, batch)
  }

  #accepted(call: CallFacts): void {
    call.state = 'placed'
    call.acceptedAt = this.#simulation.clock.now()
    this.#calls.add(call)
    const comesComplete = this.#complete.delete(call)
    for (const other of call.batch.calls) {
      if (!other.isComplete || other.state === 'settled') continue
      for (const name of namesOf(other))
        if (!other.found.has(name) && (name === call.plan.id || name === call.index)) other.found.set(name, call)
    }
    if (comesComplete) this.completes(call)
  }

  #parked(call: CallFacts, waitsFor: string): void {
    call.waitsFor = waitsFor
    if (isForPermits(waitsFor) && call.state === 'placed') this.#granted(call)
  }

  #started(call: CallFacts): void {
    if (call.state === 'placed') this.#granted(call)
    call.state = 'running'
    call.waitsFor = undefined
    call.attempts++
    call.isSuspended = false
    const wrong = this.#permits.starts(call, this.#simulation.clock.now())
    if (wrong !== undefined) this.fault('I25', wrong)
    if (call.batch.isAborted) this.fault('I13', `${call.mark} starts though its batch was aborted`)
    for (const name of namesOf(call))
      if (call.found.get(name)?.result?.success !== true) this.fault('I6', `${call.mark} starts before ${name}`)
    const isAmbiguous = namesOf(call).some((name) => this.#named(call, name).length > 1)
    if (call.batch.way === 'whole' && isAmbiguous)
      this.fault('I6', `${call.mark} starts though nobody can tell on which call it depends`)
  }

  #granted(call: CallFacts): void {
    call.state = 'granted'
    if (!hasEffects(call)) return
    const against = this.#against(call)
    if (against !== undefined) this.fault('I32', `${call.mark} is let go though ${against.mark} comes first`)
    this.#holders.set(call, exactEffects(call))
  }

  /** Who stands against a call that could start but for that. */
  #against(call: CallFacts, isMeant: (other: CallFacts) => boolean = () => true): CallFacts | undefined {
    const effects = exactEffects(call)
    for (const [holder, held] of this.#holders) {
      const isFree = holder === call || isMadeBy(call, holder) || !isMeant(holder)
      if (!isFree && areInConflict(call, effects, holder, held)) return holder
    }
    const key = keyOf(call)
    for (const other of this.#calls) {
      if (other === call || other.state !== 'placed' || other.batch.parent !== call.batch.parent) continue
      if (!hasEffects(other) || !isMeant(other) || !comesBefore(keyOf(other), key)) continue
      // Other runs do not mind what it may do, only what it does.
      const isMinded = other.isKnown || other.batch.run === call.batch.run
      if (isMinded && areInConflict(call, effects, other, effectsOf(other))) return other
    }
    return undefined
  }

  #settled(call: CallFacts, status: string, code: string): void {
    const wasPlaced = call.state === 'placed'
    call.state = 'settled'
    call.waitsFor = undefined
    this.#calls.delete(call)
    call.result = { success: status === 'succeeded' } as CallFacts['result'] & object
    this.#reckon(call)
    if (status === 'skipped' && !namesOf(call).some((name) => call.found.get(name)?.result?.success === false))
      this.fault('I6', `${call.mark} is skipped, and all that it depends on has succeeded`)
    if (code === 'invalid_dependency' && !this.#isImpossible(call))
      this.fault('I6', `${call.mark} is said to depend on what cannot be`)
    if (code === 'deadlock' && !(wasPlaced && this.#wouldWaitForEver(call)))
      this.fault('I26', `${call.mark} is said to wait for ever, and would not`)
    if (code === 'uncertain_effects' && this.#against(call, ({ isUncertain }) => isUncertain) === undefined)
      this.fault('I32', `${call.mark} is refused for what nobody may still write`)
  }

  /** What a call that has its result holds still: the writes of what was abandoned, for as long as that counts. */
  #reckon(call: CallFacts): void {
    if (call.state !== 'settled') return
    const held = this.#holders.get(call)
    if (held === undefined) return
    const writes = call.kept > 0 ? held.filter(({ mode }) => mode === 'write') : []
    if (writes.length > 0) this.#holders.set(call, writes)
    else this.#holders.delete(call)
  }

  /** A tool that was abandoned at a moment has ended, or counts no more. */
  #endKeeping(call: CallFacts, abandonedAt: number): void {
    const place = call.keptPermits.findIndex((at) => Math.abs(at - abandonedAt) < 1e-6)
    if (place !== -1) call.keptPermits.splice(place, 1)
  }

  #waitsRightly(call: CallFacts): void {
    if (!isMet(call)) {
      if (call.waitsFor !== 'dependency') this.fault('I51', `${call.mark} does not wait for what it depends on`)
      const isHopeless = namesOf(call).some((name) => {
        const producer = call.found.get(name)
        return producer === undefined ? call.batch.isClosed : producer.result?.success === false
      })
      if (isHopeless) this.fault('I51', `${call.mark} waits for what will never be`)
    } else if (call.waitsFor !== 'conflict') this.fault('I51', `${call.mark} waits for nothing`)
    else if (this.#against(call) === undefined) this.fault('I51', `${call.mark} waits for nobody`)
    else if (this.#against(call, ({ isUncertain }) => !isUncertain) === undefined)
      this.fault('I51', `${call.mark} waits for what counts no more`)
  }

  #hasNested(call: CallFacts): boolean {
    for (const { batch } of this.#calls) if (batch.parent === call) return true
    return false
  }

  /** Whether a name of it stands for no call, or for several, or it depends on itself. */
  #isImpossible(call: CallFacts): boolean {
    const isBad = namesOf(call).some((name) => {
      const { length } = this.#named(call, name)
      return length > 1 || (length === 0 && call.batch.isClosed)
    })
    return isBad || this.#dependsOn(call, call, new Set())
  }

  #dependsOn(call: CallFacts, on: CallFacts, seen: Set<CallFacts>): boolean {
    if (seen.has(call)) return false
    seen.add(call)
    for (const producer of call.found.values()) if (producer === on || this.#dependsOn(producer, on, seen)) return true
    return false
  }

  #named(call: CallFacts, name: string | number): CallFacts[] {
    return call.batch.calls.filter(
      ({ state, index, plan }) => state !== 'coming' && (typeof name === 'number' ? index === name : plan.id === name),
    )
  }

  /** Whether one for which it would wait waits, by way of calls that it made, for one that made this one. */
  #wouldWaitForEver(call: CallFacts): boolean {
    const seen = new Set<CallFacts>()
    const leadsBack = (waiter: CallFacts): boolean => {
      const effects = exactEffects(waiter)
      for (const [holder, held] of this.#holders) {
        if (holder === waiter || isMadeBy(waiter, holder) || !areInConflict(waiter, effects, holder, held)) continue
        if (waiter !== call && isMadeBy(call, holder)) return true
        if (seen.has(holder)) continue
        seen.add(holder)
        for (const nested of this.#calls)
          if (nested !== call && nested.waitsFor === 'conflict' && isMadeBy(nested, holder) && leadsBack(nested))
            return true
      }
      return false
    }
    return isFilled(call) && leadsBack(call)
  }
}

/** Whether a call that runs was told to end. */
function isCut(call: CallFacts): boolean {
  const { batch } = call
  return batch.isAborted || (batch.parent !== undefined && (batch.parent.state === 'settled' || isCut(batch.parent)))
}
