import { Claim, ClaimQueue, type Claimant, isMadeBy } from './claim.ts'
import type { ResourceEffect } from './effect.ts'
import { compareKeys, type OrderKey } from './order-key.ts'
import { type Registration, ResourceTree } from './resource-tree.ts'

/**
 * What runs at once and what one after the other, by what it reads and writes.
 *
 * Duty: no two calls whose effects are in conflict ever run at once, and of those of one parent (or of none) the earlier in
 * order runs first (I32, I52).
 * Boundary: knows effects, places and who made whom; not tools, permits or results.
 * 1. A claim that is held stands against everybody, whatever its place; one that only waits, against later ones of the same
 *    parent. Its own nested calls are free of it. So what has started goes on, and only what has started is ever waited for
 *    by a stranger: without nesting there is no circle.
 * 2. A waiting claim is parked on exactly one other that stands against it, the last of those that come before it where that
 *    is known; when that one goes, it looks for the next. Where another one is known to stand against all that were parked on
 *    one which goes, they are parked on that without a look at each. So a queue of n on one resource costs one look each,
 *    whoever they are.
 * 3. A nested call that would wait for a call which waits for the one that made it is told so at once (I26).
 * 4. Whoever is told acts later, at the end of the step that is under way.
 */
export class Conflicts {
  /** Most controllers never see an effect, and some executors are made for one turn. */
  #shared: ResourceTree | undefined
  #ofRuns: Map<unknown, ResourceTree> | undefined
  /** Those of nested calls that wait, by each of the calls that made them. */
  #nested: Map<Claimant, Set<Claim>> | undefined
  readonly #later: (act: () => void) => void

  /** @param later does something at the end of the step that is under way */
  constructor(later: (act: () => void) => void) {
    this.#later = later
  }

  /** A call with effects has its place; those of the same parent that come later mind it from now on. */
  enter(owner: Claimant, key: OrderKey, effects: readonly ResourceEffect[]): Claim {
    const claim = new Claim(owner, key, effects)
    this.#register(claim)
    return claim
  }

  /** What was a bound of its effects is known exactly now. */
  refine(claim: Claim, effects: readonly ResourceEffect[]): void {
    if (claim.state !== 'announced') return
    const before = coveringBefore(claim)
    this.#leave(claim)
    claim.effects = effects
    this.#register(claim)
    this.#freed(claim, before)
  }

  /** It has another place. */
  move(claim: Claim, key: OrderKey): void {
    if (claim.state !== 'announced') return
    const before = coveringBefore(claim)
    this.#leave(claim)
    claim.key = key
    this.#register(claim)
    this.#freed(claim, before)
  }

  /**
   * Its call could start.
   *
   * @returns whether it may; if not, its owner will be told
   */
  request(claim: Claim): boolean {
    if (claim.state !== 'announced') return claim.isHeld
    const other = opposing(claim)
    if (other === undefined) return this.#hold(claim)
    claim.state = 'waiting'
    this.#waitsNested(claim)
    claim.owner.beginsToWait()
    return this.#park(claim, other)
  }

  /** Those of the same parent that it can only come after, as far as one tells of the others. */
  *comesAfter({ registrations, state }: Claim): Generator<Claimant, void, undefined> {
    if (state !== 'announced' && state !== 'waiting') return
    for (const registration of registrations) {
      const before = registration.lastBefore()
      if (before !== undefined) yield before.owner
    }
  }

  /** Its call has its result, or never will start. What an abandoned attempt may still write stays its own. */
  settle(claim: Claim): void {
    claim.isSettled = true
    this.#giveBack(claim)
  }

  /** An attempt of its call has been abandoned; to be {@link let} go. */
  keep(claim: Claim): void {
    claim.keepers++
  }

  /** An abandoned attempt has ended, or counts no more. */
  let(claim: Claim): void {
    claim.keepers--
    if (claim.isSettled) this.#giveBack(claim)
  }

  /** It is not waited for any more: who needs what it holds is refused. */
  doubt(claim: Claim): void {
    claim.isUncertain = true
    if (claim.isHeld) this.#freed(claim)
  }

  #giveBack(claim: Claim): void {
    if (claim.state === 'over') return
    const before = coveringBefore(claim)
    if (claim.isHeld && claim.keepers > 0 && claim.hasWrites) {
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

  /** Runs come and go: nothing is kept of one that has no effects. */
  #forgetTree(run: unknown): void {
    if (this.#ofRuns?.get(run)?.isEmpty === true) this.#ofRuns.delete(run)
  }

  #leave(claim: Claim): void {
    for (const registration of claim.registrations) registration.leave()
    claim.registrations = []
    this.#forgetTree(claim.owner.run)
    claim.waitsIn?.remove(claim)
    this.#waitsNoMore(claim)
  }

  /**
   * Those that wait for it look again, the first in order first, until one is found that stands against all others.
   *
   * @param before one that is known to
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
      // Outside of a step the first acts at once, and may be over when this returns: so all others are parked before.
      for (const owner of cleared) this.#later(() => owner.effectsCleared())
    }
  }

  /** @param cleared gets the owners of the claims against which nothing stands any more */
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

  #waitsNested(claim: Claim): void {
    for (let { parent } = claim.owner; parent !== undefined; { parent } = parent) {
      this.#nested ??= new Map()
      const others = this.#nested.get(parent)
      if (others === undefined) this.#nested.set(parent, new Set([claim]))
      else others.add(claim)
    }
  }

  #waitsNoMore(claim: Claim): void {
    for (let { parent } = claim.owner; parent !== undefined; { parent } = parent) {
      const others = this.#nested?.get(parent)
      if (others?.delete(claim) === true && others.size === 0) this.#nested?.delete(parent)
    }
  }

  /** @returns whether nothing stands against it, and so it is held now */
  #test(claim: Claim): boolean {
    const other = opposing(claim)
    return other === undefined ? this.#hold(claim) : this.#park(claim, other)
  }

  #hold(claim: Claim): true {
    claim.state = 'held'
    this.#waitsNoMore(claim)
    for (const registration of claim.registrations) registration.hold()
    return true
  }

  /**
   * `claim` waits for `other`, which stands against it. Its call is refused instead where the two would wait for each other,
   * or where an abandoned call may still write what it needs.
   */
  #park(claim: Claim, other: Claim): false {
    const { owner } = claim
    const isSibling = owner.parent !== undefined && !other.isSettled && isMadeBy(other.owner, owner.parent)
    ;(other.parked ??= new ClaimQueue(other)).add(claim, isSibling)
    const end = owner.parent === undefined || other.isUncertain ? undefined : this.#endOfCircle(claim)
    if (end === undefined && !other.isUncertain) owner.waitsBehind(other)
    else {
      // Since it will be refused, it holds up nobody any more.
      this.#waitsNoMore(claim)
      this.#later(() => (end === undefined ? owner.effectsUncertain(other) : owner.effectsDeadlocked(end)))
    }
    return false
  }

  /**
   * The holder for which `claim` would wait for ever, since it waits, by way of calls that it made, for a call that made
   * the claim's; undefined where there is none.
   */
  #endOfCircle(claim: Claim): Claim | undefined {
    const seen = new Set<Claim>()
    const leadsBack = (holder: Claim): boolean => {
      if (seen.has(holder)) return false
      seen.add(holder)
      for (const nested of this.#nested?.get(holder.owner) ?? []) {
        if (nested === claim) continue
        const found = someHolder(nested, (next) => isMadeBy(claim.owner, next.owner) || leadsBack(next))
        if (found !== undefined) return true
      }
      return false
    }
    return someHolder(claim, leadsBack)
  }
}

/** All of `queue` wait for `claim` from now on, which inherits their priority. */
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

/** Whether all against which `other` stood for its effects have `claim` against them. */
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

/** One that comes before a claim which is not held yet, and stands against all against which that one does. */
function coveringBefore(claim: Claim): Claim | undefined {
  if (claim.isHeld || claim.parked === undefined || claim.parked.size === 0) return undefined
  const before = claim.registrations[0]?.neighbourBefore()
  return before !== undefined && covers(before, claim) ? before : undefined
}

function lastBefore({ registrations }: Claim): Claim | undefined {
  let last: Claim | undefined
  for (const registration of registrations) {
    const found = registration.lastBefore()
    if (found !== undefined && (last === undefined || compareKeys(found.key, last.key) > 0)) last = found
  }
  return last
}

/** One that stands against it: the last of those that come before it, else one that is held. */
function opposing(claim: Claim): Claim | undefined {
  return lastBefore(claim) ?? someHolder(claim, () => true)
}

function someHolder({ registrations }: Claim, test: (holder: Claim) => boolean): Claim | undefined {
  let found: Claim | undefined
  const meet = (holder: Claim): boolean => {
    if (!test(holder)) return false
    found = holder
    return true
  }
  for (const registration of registrations) if (registration.holders(meet)) return found
  return undefined
}
