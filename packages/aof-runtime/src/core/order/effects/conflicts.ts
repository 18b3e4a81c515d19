import { Claim, type Claimant, ClaimQueue, isMadeBy, laterOf } from './claim.ts'
import type { ResourceEffect } from './effect.ts'
import { NestedWaits, someHolder } from './nested-waits.ts'
import type { OrderKey } from './order-key.ts'
import { type Registration, ResourceTree } from './resource-tree.ts'

/**
 * Keeps conflicting calls apart, by the resources that they read and write.
 *
 * Duty: no two calls whose effects conflict ever run at once, and of the calls of one parent (or of none) the earlier in
 * order runs first (I32, I52).
 * Boundary: knows effects, places and parents; not tools, permits or results.
 * 1. A held claim blocks all conflicting claims, whatever their place; a waiting claim blocks only later claims of the same
 *    parent. A claim never blocks calls nested in its own call. So a started call goes on, and calls of other parents only
 *    ever wait for started calls: without nesting, waits form no circle.
 * 2. A waiting claim is parked on exactly one claim that blocks it: the last of those before it, where one is known. When
 *    that claim leaves, the parked claim is tested again. Where one claim is known to block all claims that were parked on
 *    the leaving one, they move to it together, untested. So a queue of n claims on one resource costs one test per claim.
 * 3. A nested call that would wait for a call that itself waits for the nested call's parent is refused at once (I26).
 * 4. Owners act on reports at the end of the current step.
 */
export class Conflicts {
  /** Made when first needed: most controllers never see an effect, and some executors live for one turn. */
  #shared: ResourceTree | undefined
  #ofRuns: Map<unknown, ResourceTree> | undefined
  readonly #nested = new NestedWaits()
  readonly #later: (act: () => void) => void

  /** @param later runs a function at the end of the current step */
  constructor(later: (act: () => void) => void) {
    this.#later = later
  }

  /** Enters the claim of a call. It blocks conflicting later calls of the same parent from now on. */
  enter(owner: Claimant, key: OrderKey, effects: readonly ResourceEffect[]): Claim {
    const claim = new Claim(owner, key, effects)
    this.#register(claim)
    return claim
  }

  /** Replaces the upper bound of its effects by the exact effects. */
  refine(claim: Claim, effects: readonly ResourceEffect[]): void {
    this.#enterAgain(claim, claim.key, effects)
  }

  /** Changes its place in the order. */
  move(claim: Claim, key: OrderKey): void {
    this.#enterAgain(claim, key, claim.effects)
  }

  #enterAgain(claim: Claim, key: OrderKey, effects: readonly ResourceEffect[]): void {
    if (claim.state !== 'announced') return
    const before = coveringBefore(claim)
    this.#leave(claim)
    claim.key = key
    claim.effects = effects
    this.#register(claim)
    this.#freed(claim, before)
  }

  /**
   * Asks for the effects of a call that could start otherwise.
   *
   * @returns whether the call holds them now; if not, `effectsCleared` of its owner is called later
   */
  request(claim: Claim): boolean {
    if (claim.state !== 'announced') return claim.isHeld
    const other = opposing(claim)
    if (other === undefined) return this.#hold(claim)
    claim.state = 'waiting'
    this.#nested.add(claim)
    claim.owner.beginsToWait()
    return this.#park(claim, other)
  }

  /** The nearest earlier conflicting claim per effect, under the same parent. */
  *waitsFor({ registrations, state }: Claim): Generator<Claimant, void, undefined> {
    if (state !== 'announced' && state !== 'waiting') return
    for (const registration of registrations) {
      const before = registration.lastBefore()
      if (before !== undefined) yield before.owner
    }
  }

  /** Releases the claim of a call that has its result, or will never start. Writes of abandoned attempts stay held. */
  settle(claim: Claim): void {
    claim.isSettled = true
    this.#giveBack(claim)
  }

  /** Holds the writes of the claim for an abandoned attempt of its call, until {@link release}. */
  retain(claim: Claim): void {
    claim.retained++
  }

  /** Ends one {@link retain}: the abandoned attempt has ended, or does not count any more. */
  release(claim: Claim): void {
    claim.retained--
    if (claim.isSettled) this.#giveBack(claim)
  }

  /** Ends the wait for an abandoned call that may still write: calls that conflict with it are refused from now on. */
  markUncertain(claim: Claim): void {
    claim.isUncertain = true
    if (claim.isHeld) this.#freed(claim)
  }

  #giveBack(claim: Claim): void {
    if (claim.state === 'over') return
    const before = coveringBefore(claim)
    if (claim.isHeld && claim.retained > 0 && claim.hasWrites) {
      const reads = claim.registrations.filter(({ isWrite }) => !isWrite)
      if (reads.length === 0) return
      for (const registration of reads) registration.leave()
      claim.registrations = claim.registrations.filter(({ isWrite }) => isWrite)
    } else {
      this.#leave(claim)
      claim.state = 'over'
    }
    this.#freed(claim, before)
  }

  #register(claim: Claim): void {
    const { owner, effects } = claim
    const registrations: Registration[] = []
    for (const effect of effects) {
      registrations.push(this.#treeOf(owner.run).enter(claim, effect))
      if (!effect.isRunOnly) registrations.push((this.#shared ??= new ResourceTree()).enter(claim, effect))
    }
    claim.registrations = registrations
  }

  #treeOf(run: unknown): ResourceTree {
    this.#ofRuns ??= new Map()
    let tree = this.#ofRuns.get(run)
    if (tree === undefined) this.#ofRuns.set(run, (tree = new ResourceTree()))
    return tree
  }

  /** Forgets the tree of a run without claims, since runs come and go. */
  #forgetTree(run: unknown): void {
    if (this.#ofRuns?.get(run)?.isEmpty === true) this.#ofRuns.delete(run)
  }

  #leave(claim: Claim): void {
    for (const registration of claim.registrations) registration.leave()
    claim.registrations = []
    this.#forgetTree(claim.owner.run)
    claim.waitsIn?.remove(claim)
    this.#nested.remove(claim)
  }

  /**
   * Tests the claims that are parked on `claim`, in order, until one is found that blocks all others.
   *
   * @param before an earlier claim that is known to block them all
   */
  #freed(claim: Claim, before?: Claim): void {
    const queue = claim.parked
    claim.parked = undefined
    if (queue === undefined || queue.size === 0) return
    if (before !== undefined) return handOver(queue, before)
    const cleared: Claimant[] = []
    try {
      this.#lookAgain(claim, queue, cleared)
    } finally {
      // Outside a step, an owner acts at once and may settle before this returns: so the other claims are parked before.
      for (const owner of cleared) this.#later(() => owner.effectsCleared())
    }
  }

  /** @param cleared receives the owners of the claims that are held now */
  #lookAgain(claim: Claim, queue: ClaimQueue, cleared: Claimant[]): void {
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
      if (first.state !== 'waiting' || !this.#test(first)) continue
      const { owner } = first
      cleared.push(owner)
      if (claim.state !== 'over' || queue.size === 0 || !covers(first, claim)) continue
      const others = queue.takeOthers(owner.run === claim.owner.run)
      handOver(queue, first)
      for (const each of others) if (each.state === 'waiting' && this.#test(each)) cleared.push(each.owner)
      return
    }
  }

  /** @returns whether no claim blocks it, so that it is held now */
  #test(claim: Claim): boolean {
    const other = opposing(claim)
    return other === undefined ? this.#hold(claim) : this.#park(claim, other)
  }

  #hold(claim: Claim): true {
    claim.state = 'held'
    this.#nested.remove(claim)
    for (const registration of claim.registrations) registration.hold()
    return true
  }

  /**
   * Parks `claim` on `other`, which blocks it. Its call is refused instead where the two would wait for each other, or where
   * `other` is uncertain.
   */
  #park(claim: Claim, other: Claim): false {
    const { owner } = claim
    const isSibling = owner.parent !== undefined && !other.isSettled && isMadeBy(other.owner, owner.parent)
    ;(other.parked ??= new ClaimQueue(other)).add(claim, isSibling)
    const end = owner.parent === undefined || other.isUncertain ? undefined : this.#nested.endOfCircle(claim)
    if (end === undefined && !other.isUncertain) owner.waitsBehind(other)
    else {
      // It will be refused, so no circle of waits goes through it.
      this.#nested.remove(claim)
      this.#later(() => (end === undefined ? owner.effectsUncertain(other) : owner.effectsDeadlocked(end)))
    }
    return false
  }
}

/** Parks all claims of `queue` on `claim`, which inherits their priority. */
function handOver(queue: ClaimQueue, claim: Claim): void {
  if (queue.size === 0) return
  const { parked } = claim
  if (parked === undefined || parked.size < queue.size) {
    if (parked !== undefined) queue.takeIn(parked)
    queue.behind = claim
    claim.parked = queue
  } else parked.takeIn(queue)
  claim.owner.inherit(queue.priority)
}

/** Whether `claim` blocks every claim that `other` blocks. */
function covers({ effects, owner }: Claim, other: Claim): boolean {
  if (owner.run !== other.owner.run && !effects.every(({ isRunOnly }) => !isRunOnly)) return false
  if (effects === other.effects) return true
  if (effects.length !== other.effects.length) return false
  return effects.every((effect, i) => {
    const { path, isWrite, isRunOnly } = other.effects[i] as ResourceEffect
    if (effect.isRunOnly !== isRunOnly || (isWrite && !effect.isWrite)) return false
    return effect.path.length === path.length && effect.path.every((name, place) => name === path[place])
  })
}

/** An earlier claim that blocks every claim that is parked on `claim`, which is not held yet; undefined where none is known. */
function coveringBefore(claim: Claim): Claim | undefined {
  if (claim.isHeld || claim.parked === undefined || claim.parked.size === 0) return undefined
  const before = claim.registrations[0]?.neighbourBefore()
  return before !== undefined && covers(before, claim) ? before : undefined
}

function lastBefore({ registrations }: Claim): Claim | undefined {
  let last: Claim | undefined
  for (const registration of registrations) last = laterOf(last, registration.lastBefore())
  return last
}

/** A claim that blocks `claim`: the last of those before it, else one that is held. */
function opposing(claim: Claim): Claim | undefined {
  return lastBefore(claim) ?? someHolder(claim, () => true)
}
