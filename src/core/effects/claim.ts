import type { ResourceEffect } from './effect.ts'
import type { OrderKey } from './order-key.ts'
import type { Registration } from './resource-tree.ts'

/** A call that has effects, as their order sees it. */
export interface Claimant {
  /** The call that made it, if one did. */
  readonly parent: Claimant | undefined
  /** Its run: what is the same for all calls of that, and for no others. */
  readonly run: unknown
  /** Nothing stands against its effects any more, and from now on they are its own. */
  effectsCleared(): void
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

/** The effects of one call, and its place in their order. Changed by `Conflicts` alone. */
export class Claim {
  readonly owner: Claimant
  key: OrderKey
  effects: readonly ResourceEffect[]
  state: ClaimState = 'announced'
  /** Where it is entered. */
  registrations: readonly Registration[] = []
  /** The one it waits for: of all, the last in order. */
  parkedOn: Claim | undefined
  /** Those that wait for this one. */
  readonly parked: Set<Claim> = new Set()
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

  /** Whether it stands against calls of whatever order: its call may be running. */
  get isHeld(): boolean {
    return this.state === 'held'
  }

  get hasWrites(): boolean {
    return this.effects.some(({ isWrite }) => isWrite)
  }
}

/** Whether `above` is among the calls that made `owner`. */
export function isMadeBy(owner: Claimant, above: Claimant): boolean {
  for (let { parent } = owner; parent !== undefined; { parent } = parent) if (parent === above) return true
  return false
}
