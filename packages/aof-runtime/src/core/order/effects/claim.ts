import { BinaryHeap, type HeapEntry } from '../../collections/binary-heap.ts'
import type { ResourceEffect } from './effect.ts'
import { compareKeys, type OrderKey } from './order-key.ts'

/** A call with effects. */
export interface Claimant {
  /** The call that it is nested in, if any. */
  readonly parent: Claimant | undefined
  /** Its run: the same value for all calls of that run, and for no others. */
  readonly run: unknown
  /** Its priority. The calls that it waits for inherit at least this priority. */
  readonly priority: number
  inherit(priority: number): void
  /** No other claim conflicts any more: the call holds its effects from now on. */
  effectsCleared(): void
  /** Another claim conflicts: the call waits from now on, even if it is rejected soon. */
  beginsToWait(): void
  /** The call waits for `other` now. For events only: it must change nothing. */
  waitsBehind(other: Claim): void
  /** The call would wait forever, since `other` waits for a parent of the call. */
  effectsDeadlocked(other: Claim): void
  /** The abandoned call of `other` may still write to a resource that this call needs, and its hold has expired. */
  effectsUncertain(other: Claim): void
}

/**
 * - `announced`: it has its place, and its effects or an upper bound of them; its call cannot start yet
 * - `waiting`: only conflicting claims keep its call from starting
 * - `held`: its call may run
 * - `over`: it is released
 */
export type ClaimState = 'announced' | 'waiting' | 'held' | 'over'

/** One effect of a claim, in the index of all effects. */
export interface EnteredEffect {
  readonly isWrite: boolean
  /** The claim stops waiting, and holds the effect. */
  hold(): void
  leave(): void
  /** The last in order of the conflicting claims that also wait and come before it. */
  lastBefore(): Claim | undefined
  /** The last in order of the waiting claims before it with the same mode on the same resource. */
  neighbourBefore(): Claim | undefined
  /** Calls `meet` for each claim that holds a conflicting effect, until it returns true. */
  holders(meet: (holder: Claim) => boolean): boolean
}

/** The effects of one call, with its place in the order of calls. Only `Conflicts` changes it. */
export class Claim implements HeapEntry {
  readonly owner: Claimant
  heapIndex = -1
  key: OrderKey
  effects: readonly ResourceEffect[]
  state: ClaimState = 'announced'
  /** Its effects in the index. */
  registrations: readonly EnteredEffect[] = []
  waitsIn: ClaimQueue | undefined
  /** The claims that wait for this one. */
  parked: ClaimQueue | undefined
  /** How many abandoned attempts of its call may still write. */
  retained = 0
  /** Whether its call has its result. */
  isSettled = false
  /** Whether its hold has expired, though its abandoned call may still write. */
  isUncertain = false

  constructor(owner: Claimant, key: OrderKey, effects: readonly ResourceEffect[]) {
    this.owner = owner
    this.key = key
    this.effects = effects
  }

  /** The claim that it waits for. */
  get parkedOn(): Claim | undefined {
    return this.waitsIn?.behind
  }

  /** Whether its call may be running: it then conflicts with calls of any place in the order. */
  get isHeld(): boolean {
    return this.state === 'held'
  }

  get hasWrites(): boolean {
    return this.effects.some(({ isWrite }) => isWrite)
  }
}

/** The claims that wait for one other claim, in order. */
export class ClaimQueue {
  behind: Claim
  /** The highest priority of all claims that were ever added. */
  priority: number = -Infinity
  readonly #claims = new BinaryHeap<Claim>((a, b) => compareKeys(a.key, b.key) < 0)
  /** Claims whose parent also made the call that they wait for: the wait does not suspend that parent. */
  readonly #siblings = new Set<Claim>()
  /** Claims with an effect that is private to their run. */
  readonly #private = new Set<Claim>()

  constructor(behind: Claim) {
    this.behind = behind
  }

  get size(): number {
    return this.#claims.size
  }

  add(claim: Claim, isSibling: boolean): void {
    claim.waitsIn = this
    this.#claims.push(claim)
    if (isSibling) this.#siblings.add(claim)
    if (claim.effects.some(({ isRunOnly }) => isRunOnly)) this.#private.add(claim)
    this.priority = Math.max(this.priority, claim.owner.priority)
  }

  remove(claim: Claim): void {
    claim.waitsIn = undefined
    this.#claims.remove(claim)
    this.#siblings.delete(claim)
    this.#private.delete(claim)
  }

  /** Takes the first out. */
  shift(): Claim | undefined {
    const first = this.#claims.peek()
    if (first !== undefined) this.remove(first)
    return first
  }

  /**
   * Removes the claims, in order, that another claim may not block, or may block in another way: siblings of the claim they
   * wait for, and, where that other claim belongs to another run, claims private to a run.
   */
  takeOthers(isOfSameRun: boolean): Claim[] {
    const others = new Set(isOfSameRun ? this.#siblings : [...this.#siblings, ...this.#private])
    for (const each of others) this.remove(each)
    return [...others].sort((a, b) => compareKeys(a.key, b.key))
  }

  /** Moves all claims of another queue into this one. */
  takeIn(other: ClaimQueue): void {
    this.priority = Math.max(this.priority, other.priority)
    const claims = Array.from(other.#claims)
    for (const claim of claims) {
      const isSibling = other.#siblings.has(claim)
      other.remove(claim)
      this.add(claim, isSibling)
    }
  }
}

/** The later one in order. */
export function laterOf(one: Claim | undefined, other: Claim | undefined): Claim | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return compareKeys(one.key, other.key) > 0 ? one : other
}

/** Whether `above` is the parent of `owner`, or a parent of its parent. */
export function isMadeBy(owner: Claimant, above: Claimant): boolean {
  for (let { parent } = owner; parent !== undefined; { parent } = parent) if (parent === above) return true
  return false
}
