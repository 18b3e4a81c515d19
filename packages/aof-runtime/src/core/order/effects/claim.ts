import { BinaryHeap, type HeapEntry } from '../../collections/binary-heap.ts'
import type { ResourceEffect } from './effect.ts'
import { compareKeys, type OrderKey } from './order-key.ts'

/** A call that has effects, as their order sees it. */
export interface Claimant {
  /** The call that made it, if one did. */
  readonly parent: Claimant | undefined
  /** Its run: what is the same for all calls of that, and for no others. */
  readonly run: unknown
  /** Its priority, and the least that those have for which it waits. */
  readonly priority: number
  inherit(priority: number): void
  /** Nothing stands against its effects any more, and from now on they are its own. */
  effectsCleared(): void
  /** Something stands against its effects: it waits from now on, if only to be refused. */
  beginsToWait(): void
  /** It waits for another call now: to be told of, not acted upon. */
  waitsBehind(other: Claim): void
  /** It would wait for ever: `other` waits for a call that made it. */
  effectsDeadlocked(other: Claim): void
  /** What it needs may still be written to by a call that nobody waits for any more. */
  effectsUncertain(other: Claim): void
}

/**
 * - `announced`: it has its place, and its effects, or a bound of them; its call cannot start yet
 * - `waiting`: its call could start but for others
 * - `held`: its effects are its own
 * - `over`: they are nobody's
 */
export type ClaimState = 'announced' | 'waiting' | 'held' | 'over'

/** One effect of a claim, entered among the effects of all claims. */
export interface EnteredEffect {
  readonly isWrite: boolean
  /** The claim waits no longer: the effect is its own. */
  hold(): void
  leave(): void
  /** The last in order of the opposing claims that come before it and wait, too. */
  lastBefore(): Claim | undefined
  /** The last in order of the claims that come before it, wait, and do the same with the same resource. */
  neighbourBefore(): Claim | undefined
  /** Calls `meet` for the claims that hold an opposing effect, until it returns true. */
  holders(meet: (holder: Claim) => boolean): boolean
}

/** The effects of one call, and its place in their order. Changed by `Conflicts` alone. */
export class Claim implements HeapEntry {
  readonly owner: Claimant
  heapIndex = -1
  key: OrderKey
  effects: readonly ResourceEffect[]
  state: ClaimState = 'announced'
  /** Where it is entered. */
  registrations: readonly EnteredEffect[] = []
  /** Among those that wait for the same claim. */
  waitsIn: ClaimQueue | undefined
  /** Those that wait for this one. */
  parked: ClaimQueue | undefined
  /** Attempts of its call that were abandoned, and may still write. */
  keepers = 0
  /** Whether its call has its result. */
  isSettled = false
  /** Whether nobody waits for it any more, though it may still write. */
  isUncertain = false

  constructor(owner: Claimant, key: OrderKey, effects: readonly ResourceEffect[]) {
    this.owner = owner
    this.key = key
    this.effects = effects
  }

  /** The one for which it waits. */
  get parkedOn(): Claim | undefined {
    return this.waitsIn?.behind
  }

  /** Whether it stands against calls of whatever order: its call may be running. */
  get isHeld(): boolean {
    return this.state === 'held'
  }

  get hasWrites(): boolean {
    return this.effects.some(({ isWrite }) => isWrite)
  }
}

/** Claims that wait for one other, the first in order first. */
export class ClaimQueue {
  behind: Claim
  /** The highest priority of those that have come. */
  priority: number = -Infinity
  readonly #claims = new BinaryHeap<Claim>((a, b) => compareKeys(a.key, b.key) < 0)
  /** Those whose call has the same parent as the one for which they wait: that parent does not wait for it. */
  readonly #siblings = new Set<Claim>()
  /** Those that other runs do not concern, at least in part. */
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

  /** Takes those out, in order, that may not have to wait for one of another parent, or of another run, or have to say so. */
  takeOthers(isOfSameRun: boolean): Claim[] {
    const others = new Set(isOfSameRun ? this.#siblings : [...this.#siblings, ...this.#private])
    for (const each of others) this.remove(each)
    return [...others].sort((a, b) => compareKeys(a.key, b.key))
  }

  /** All of another queue wait here from now on. */
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

/** Whether `above` is among the calls that made `owner`. */
export function isMadeBy(owner: Claimant, above: Claimant): boolean {
  for (let { parent } = owner; parent !== undefined; { parent } = parent) if (parent === above) return true
  return false
}
