import type { Counters } from '../admission/counters.ts'
import type { CallName } from '../contract/call.ts'
import { type AsyncContext, captureAsyncContext } from '../host/async-context.ts'
import type { Dependent, GraphCall } from '../order/dependencies/dependent.ts'
import { type Claim, type Claimant, isMadeBy } from '../order/effects/claim.ts'
import type { Conflicts } from '../order/effects/conflicts.ts'
import type { ResourceEffect } from '../order/effects/effect.ts'
import type { OrderKey } from '../order/effects/order-key.ts'
import { type PathCall, raiseRemaining } from '../order/remaining-path.ts'
import { emitParked, type EventCall } from './call-events.ts'
import { type CallFailure, failures } from './failures.ts'

/** A call that may have to wait for others, as its prerequisites see it. */
export interface PrecededCall extends EventCall {
  readonly isYetToStart: boolean
  /** Whether its tool is known, and so its own priority. */
  readonly isRanked: boolean
  readonly priority: number
  /**
   * The expected duration of its tool; before it has one, that of other calls of its run. At least 1, so that among paths of
   * unknown durations the one with most calls is the longest.
   */
  readonly expectedMs: number
  /** Its priority may have risen: adds the prerequisites of the calls that rise with it. */
  raised(others: Prerequisites[]): void
  /** The path behind it has changed. */
  rankChanged(): void
}

/** The batch of a call, as the call's prerequisites see it. */
export interface PrerequisitesHost {
  readonly conflicts: Conflicts
  readonly counters: Counters
  /** The prerequisites of the parent of its calls. */
  readonly parent: Prerequisites | undefined
  /** Its run: effects may be private to it. */
  readonly privacy: unknown
  /** Whether its calls are still being accepted, and none starts before that. */
  readonly isBeingAccepted: boolean
  dependOn(prerequisites: Prerequisites, names: readonly CallName[]): Dependent
  orderKey(index: number, place?: number, depth?: number): OrderKey
  /** The call of a place that has no result yet. */
  unsettledAt(index: number): PrecededCall | undefined
  /** The call can never start, and fails. */
  fail(call: PrecededCall, failure: CallFailure): void
  /** The call of that place did not succeed, and `call` depends on it. */
  producerFailed(call: PrecededCall, index: number): void
  /** The call waits for a call that is not its sibling. */
  suspendParent(call: PrecededCall): void
}

/** The things that a call with prerequisites waits for: results to which its arguments refer, calls that it depends on, its effects. */
type Awaited = 'results' | 'calls' | 'effects'

/**
 * The calls that come before a call: those that it depends on, and those that it conflicts with.
 *
 * Duty: resume the call when none comes before it any more, or fail it when it can never start; pass the priority of waiting
 * calls on to the calls that they wait for (priority inheritance: Sha, Rajkumar and Lehoczky, 1990).
 * Boundary: the graph knows the dependencies, the conflicts know the effects. Only calls with effects have prerequisites, the
 * parents of such calls, and calls of batches with dependencies.
 * 1. While it is the state of its call, the call waits for exactly one of: results to which its arguments refer, calls that
 *    it depends on, its effects; and is counted so.
 * 2. A call holds its effects from before it asks for permits until it has its result.
 */
export class Prerequisites implements GraphCall, Claimant, PathCall {
  readonly phase = 'preceded'
  readonly call: PrecededCall
  readonly index: number
  readonly id: string
  readonly parent: Prerequisites | undefined
  readonly run: unknown
  remainingMs = 0
  /** The highest priority of the calls that wait for this one. */
  inherited: number = -Infinity
  /** The effects of the call; undefined if it has none. */
  claim: Claim | undefined
  readonly #host: PrerequisitesHost
  #dependent: Dependent | undefined
  #waitsFor: Awaited | undefined
  /** Continues the call. */
  #resume: () => void = () => {}
  /** The async context of the call's own caller, in which it continues. */
  #context: AsyncContext | undefined

  constructor(call: PrecededCall, host: PrerequisitesHost) {
    this.call = call
    this.index = call.index
    this.id = call.id
    this.parent = host.parent
    this.run = host.privacy
    this.#host = host
  }

  /** The call has effects within `bound`. */
  announce(bound: readonly ResourceEffect[]): void {
    this.claim = this.#host.conflicts.enter(this, this.#host.orderKey(this.index), bound)
  }

  /** The exact effects of the call are known. */
  refine(effects: readonly ResourceEffect[]): void {
    if (this.claim !== undefined) this.#host.conflicts.refine(this.claim, effects)
  }

  /** The call depends on others; it may fail before this returns. */
  dependOn(names: readonly CallName[]): void {
    this.#dependent = this.#host.dependOn(this, names)
  }

  /** Whether all calls that it depends on have succeeded. */
  get isMet(): boolean {
    return this.#dependent === undefined || this.#dependent.isMet
  }

  /**
   * This is the state of the call from now on.
   *
   * @param resume runs when no call comes before it any more
   * @returns whether that is so already
   */
  wait(resume: () => void): boolean {
    if (!this.isMet) {
      this.begin('calls', resume)
      this.report()
      return false
    }
    this.#resume = resume
    if (this.claim !== undefined && !this.#host.conflicts.request(this.claim)) return false
    this.end()
    return true
  }

  /** The call waits no more. */
  end(): void {
    if (this.#waitsFor !== undefined) this.#host.counters.count(counterOf(this.#waitsFor), -1)
    this.#waitsFor = undefined
  }

  leave(_call: unknown, settle: () => void): void {
    this.end()
    settle()
  }

  /** Reports the call that it waits for, and passes its priority on to all calls that it depends on. */
  report(): void {
    if (this.#waitsFor === 'effects') return
    const { priority } = this.call
    let behind: PrecededCall | undefined
    for (const { index } of this.#dependent?.producers ?? []) behind ??= this.#host.unsettledAt(index)
    const others: Prerequisites[] = []
    this.raised(this.call, others, priority)
    raiseAll(others)
    emitParked(this.call, 'dependency', behind)
  }

  get priority(): number {
    return this.call.priority
  }

  /** A call with that priority waits for it. The calls that it waits for inherit the priority, too; a long chain needs no deep stack. */
  inherit(priority: number): void {
    if (this.#takes(priority)) raiseAll([this])
  }

  /** @returns whether its priority has risen */
  #takes(priority: number): boolean {
    if (priority <= this.inherited || this.call.isSettled) return false
    const isHigher = !this.call.isRanked || priority > this.priority
    this.inherited = priority
    return isHigher
  }

  raised({ priority: own }: PrecededCall, others: Prerequisites[], priority: number = own): void {
    const queue = this.claim?.waitsIn
    let before: Iterable<unknown> = this.#dependent?.producers ?? []
    if (this.#waitsFor === 'effects') {
      if (queue === undefined) return
      queue.priority = Math.max(queue.priority, priority)
      before = [queue.behind.owner]
    }
    for (const each of before as Iterable<Prerequisites>) if (each.#takes(priority)) others.push(each)
  }

  /**
   * This is the state of the call from now on.
   *
   * @param resume runs when what it waits for is there; in the async context in which the first wait began
   */
  begin(what: Awaited, resume: () => void = this.#resume): void {
    this.#waitsFor = what
    this.#resume = resume
    this.#host.counters.count(counterOf(what), 1)
    this.#context ??= captureAsyncContext()
    if (!this.#host.isBeingAccepted) raiseRemaining(this)
  }

  // As a call of the graph:

  dependenciesMet(): void {
    if (this.#waitsFor === 'results' || this.#waitsFor === 'calls')
      this.#context?.runInAsyncScope(this.#resume, undefined, undefined)
  }

  dependencyFailed({ index }: GraphCall): void {
    this.#host.producerFailed(this.call, index)
  }

  dependencyImpossible(why: string): void {
    this.#host.fail(this.call, failures.impossibleDependency(why))
  }

  moved({ place, depth }: Dependent): void {
    const { conflicts } = this.#host
    if (this.claim !== undefined) conflicts.move(this.claim, this.#host.orderKey(this.index, place, depth))
  }

  // As a call with effects:

  beginsToWait(): void {
    this.begin('effects')
  }

  effectsCleared(): void {
    if (this.#waitsFor === 'effects') this.#context?.runInAsyncScope(this.#resume, undefined, undefined)
  }

  waitsBehind(claim: Claim): void {
    const { call: other } = claim.owner as Prerequisites
    const isBehind = (): boolean => this.#waitsFor === 'effects' && this.claim?.parkedOn === claim
    claim.owner.inherit(this.call.priority)
    if (!isBehind()) return
    const isSibling = this.parent !== undefined && isMadeBy(claim.owner, this.parent) && !other.isSettled
    if (!isSibling) this.#host.suspendParent(this.call)
    // A call that starts with its new priority, or with the permits of a suspended parent, may have ended within this step.
    if (isBehind()) emitParked(this.call, 'conflict', other)
  }

  effectsDeadlocked({ owner }: Claim): void {
    if (this.#waitsFor === 'effects') this.#host.fail(this.call, failures.deadlocked((owner as Prerequisites).call))
  }

  effectsUncertain({ owner }: Claim): void {
    if (this.#waitsFor === 'effects')
      this.#host.fail(this.call, failures.uncertainEffects((owner as Prerequisites).call))
  }

  // As a call of paths:

  get expectedMs(): number {
    return this.call.expectedMs
  }

  setRemainingMs(ms: number): void {
    this.remainingMs = ms
    this.call.rankChanged()
  }

  *waitsFor(): Generator<Prerequisites, void, undefined> {
    for (const producer of this.#dependent?.producers ?? [])
      if ((producer as Prerequisites).call.isYetToStart) yield producer as Prerequisites
    if (this.claim === undefined) return
    for (const owner of this.#host.conflicts.waitsFor(this.claim))
      if (owner.run === this.run) yield owner as Prerequisites
  }
}

/** Raises these calls, and all calls that rise with them. */
function raiseAll(raised: Prerequisites[]): void {
  for (let next = raised.pop(); next !== undefined; next = raised.pop()) next.call.raised(raised)
}

function counterOf(awaited: Awaited): 'conflict' | 'dependency' {
  return awaited === 'effects' ? 'conflict' : 'dependency'
}
