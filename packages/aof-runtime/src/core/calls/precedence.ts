import { type AsyncContext, captureAsyncContext } from '../host/async-context.ts'
import { tellParked } from './call-events.ts'
import type { CallRecord } from './call-record.ts'
import { deadlocked, dependencyFailed, uncertainEffects } from './call-words.ts'
import type { Dependent, GraphCall } from '../order/dependencies/dependent.ts'
import type { CallName } from '../contract/call.ts'
import { type Claim, type Claimant, isMadeBy } from '../order/effects/claim.ts'
import type { ResourceEffect } from '../order/effects/effect.ts'
import { type PathCall, raiseRemaining } from '../order/remaining-path.ts'
import type { UnsuccessfulResult } from '../contract/result.ts'

/**
 * What comes before a call, and after it: calls that it depends on, and calls with which it is in conflict.
 *
 * Duty: say when nothing comes before the call any more, or that it never will start; hand the priority of those who wait on
 * to those they wait for (priority inheritance: Sha, Rajkumar and Lehoczky, 1990).
 * Boundary: the graph knows who depends on whom, the conflicts know whose effects are whose; the call changes its state. Only
 * calls have one that have effects, or made calls that do, and those of batches in which any depends on another.
 * 1. While the call's state is this, it waits for exactly one of: results that its arguments refer to, calls that it depends
 *    on, its effects; and is counted as such.
 * 2. It holds its effects from before the call asks for permits until the call has its result.
 */
export class Precedence implements GraphCall, Claimant, PathCall {
  readonly phase = 'preceded'
  readonly call: CallRecord
  readonly parent: Precedence | undefined
  readonly run: unknown
  remainingMs = 0
  /** The highest priority of those that wait for it. */
  inherited: number = -Infinity
  #dependent: Dependent | undefined
  #claim: Claim | undefined
  #waitsFor: 'results' | 'calls' | 'effects' | undefined
  /** That of the call's own caller, whoever ends its wait. */
  #context: AsyncContext | undefined

  constructor(call: CallRecord) {
    const maker = call.batch.nesting?.call
    this.call = call
    this.parent = maker && maker.batch.precedence(maker)
    this.run = call.batch.privacy
  }

  get index(): number {
    return this.call.index
  }

  get id(): string {
    return this.call.id
  }

  get expectedMs(): number {
    return this.call.expectedMs
  }

  /** What the call reads and writes; undefined where it has no effects. */
  get claim(): Claim | undefined {
    return this.#claim
  }

  /** Whether its effects are known and its own. */
  get holdsEffects(): boolean {
    return this.#claim?.isHeld === true
  }

  /** The call has effects, which are within these. */
  claims(bound: readonly ResourceEffect[]): void {
    const { batch, index, engine } = this.call
    this.#claim = engine.conflicts.enter(this, batch.orderKey(index), bound)
  }

  /** Its effects are known exactly now. */
  refine(effects: readonly ResourceEffect[]): void {
    if (this.#claim !== undefined) this.call.engine.conflicts.refine(this.#claim, effects)
  }

  /** The call depends on others; it may be told at once that it never will start. */
  dependsOn(names: readonly CallName[]): void {
    this.#dependent = this.call.batch.dependOn(this, names)
  }

  /** Whether all is there that the call depends on. */
  get isMet(): boolean {
    return this.#dependent === undefined || this.#dependent.isMet
  }

  /** Whether nothing comes before the call. */
  get isClear(): boolean {
    return this.isMet && (this.#claim === undefined || this.#claim.isHeld)
  }

  /** The call's state is this from now on: its arguments are filled in once the results are there. */
  waitForResults(): void {
    this.#begin('results')
  }

  /**
   * The call's state is this from now on.
   *
   * @returns whether there was nothing to wait for: it is its own again
   */
  wait(): boolean {
    if (!this.isMet) {
      this.#begin('calls')
      this.tell()
      return false
    }
    if (this.#claim !== undefined && !this.call.engine.conflicts.request(this.#claim)) return false
    this.end()
    return true
  }

  /** The call does not wait any more. */
  end(): void {
    if (this.#waitsFor === undefined) return
    this.call.engine.census.count(this.#waitsFor === 'effects' ? 'conflict' : 'dependency', -1)
    this.#waitsFor = undefined
  }

  /** Tells for which call it waits, and has those that it depends on inherit its priority. */
  tell(): void {
    if (this.#waitsFor === 'effects') return
    const { batch, priority } = this.call
    let behind: CallRecord | undefined
    for (const { index } of this.#dependent?.producers ?? [])
      if (batch.resultAt(index) === undefined) behind ??= batch.records[index]
    this.passOn(priority)
    tellParked(this.call, 'dependency', behind)
  }

  get priority(): number {
    return this.call.priority
  }

  /** One that waits for it has that priority; so have, at the least, all for which it waits. A long chain is no deep stack. */
  inherit(priority: number): void {
    const raised: Precedence[] = []
    if (this.#takes(priority)) raised.push(this)
    for (let next = raised.pop(); next !== undefined; next = raised.pop()) next.call.raised(raised)
  }

  /** @returns whether its priority is higher for that */
  #takes(priority: number): boolean {
    if (priority <= this.inherited || this.call.isSettled) return false
    const isHigher = !this.call.isRanked || priority > this.priority
    this.inherited = priority
    return isHigher
  }

  /** Those for which it waits have its priority, at the least. */
  passOn(priority: number): void {
    const raised: Precedence[] = []
    this.raise(priority, raised)
    for (let next = raised.pop(); next !== undefined; next = raised.pop()) next.call.raised(raised)
  }

  /** Adds those to `raised` for which it waits, and whose priority is higher now. */
  raise(priority: number, raised: Precedence[]): void {
    if (this.#waitsFor !== 'effects') {
      for (const producer of this.#dependent?.producers ?? []) {
        const before = producer as Precedence
        if (before.#takes(priority)) raised.push(before)
      }
      return
    }
    const queue = this.#claim?.waitsIn
    if (queue === undefined) return
    queue.priority = Math.max(queue.priority, priority)
    const before = queue.behind.owner as Precedence
    if (before.#takes(priority)) raised.push(before)
  }

  #begin(what: 'results' | 'calls' | 'effects'): void {
    this.#waitsFor = what
    this.call.engine.census.count(what === 'effects' ? 'conflict' : 'dependency', 1)
    this.#context ??= captureAsyncContext()
    if (!this.call.batch.isBeingAccepted) raiseRemaining(this)
  }

  // As a call of the graph:

  dependenciesMet(): void {
    const { call } = this
    if (this.#waitsFor === 'results') this.#context?.runInAsyncScope(call.resultsAreThere, call, this)
    else if (this.#waitsFor === 'calls') this.#context?.runInAsyncScope(call.goOn, call, this)
  }

  dependencyFailed({ index }: GraphCall): void {
    const { call } = this
    const { batch } = call
    if (batch.isAborted) return call.abort()
    if (batch.expired !== undefined) return call.expire(batch.expired)
    const result = batch.resultAt(index) as UnsuccessfulResult
    call.cannotStart('skipped', 'dependency_failed', dependencyFailed(result))
  }

  dependencyImpossible(why: string): void {
    this.call.cannotStart('invalid', 'invalid_dependency', `${why} Nothing was run.`)
  }

  moved({ place, depth }: Dependent): void {
    const { batch, index, engine } = this.call
    if (this.#claim !== undefined) engine.conflicts.move(this.#claim, batch.orderKey(index, place, depth))
  }

  // As one with effects:

  beginsToWait(): void {
    this.#begin('effects')
  }

  effectsCleared(): void {
    const { call } = this
    if (this.#waitsFor === 'effects') this.#context?.runInAsyncScope(call.goOn, call, this)
  }

  waitsBehind(claim: Claim): void {
    const other = claim.owner as Precedence
    other.inherit(this.call.priority)
    if (!this.#isBehind(claim)) return
    const isOfOurMaker = this.parent !== undefined && isMadeBy(other, this.parent) && !other.call.isSettled
    if (!isOfOurMaker) this.call.waitsForOthers()
    // A call that starts with its new priority, or a suspended parent's permits, may have ended within this step.
    if (this.#isBehind(claim)) tellParked(this.call, 'conflict', other.call)
  }

  #isBehind(claim: Claim): boolean {
    return this.#waitsFor === 'effects' && this.#claim?.parkedOn === claim
  }

  effectsDeadlocked({ owner }: Claim): void {
    if (this.#waitsFor === 'effects')
      this.call.cannotStart('rejected', 'deadlock', deadlocked((owner as Precedence).call))
  }

  effectsUncertain({ owner }: Claim): void {
    if (this.#waitsFor === 'effects')
      this.call.cannotStart('rejected', 'uncertain_effects', uncertainEffects((owner as Precedence).call), true)
  }

  // As a part of paths:

  setRemainingMs(ms: number): void {
    this.remainingMs = ms
    this.call.rankChanged()
  }

  *waitsFor(): Generator<Precedence, void, undefined> {
    for (const producer of this.#dependent?.producers ?? [])
      if ((producer as Precedence).call.isYetToStart) yield producer as Precedence
    if (this.#claim === undefined) return
    for (const owner of this.call.engine.conflicts.waitsFor(this.#claim))
      if (owner.run === this.run) yield owner as Precedence
  }
}
