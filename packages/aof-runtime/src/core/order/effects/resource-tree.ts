import { DenseSet, type DenseSetPlace } from '../../collections/dense-set.ts'
import { type Claim, type Claimant, type EnteredEffect, isMadeBy, laterOf } from './claim.ts'
import { ClaimsInOrder } from './claims-in-order.ts'
import type { ResourceEffect } from './effect.ts'
import type { ResourcePath } from './resource.ts'

/**
 * An index of claims by the resources that they read and write.
 *
 * Duty: find the claims that conflict with an effect, in time that does not grow with the other claims: logarithmic in the
 * number of claims that wait for the same resource, for each name of its path.
 * Boundary: decides nothing.
 * 1. A claim is entered at its resource, and at each resource above it as a claim beneath. So the conflicts of a resource are
 *    found at the resource itself and at those above it.
 * 2. Waiting claims are ordered only among those of one parent, since order counts only there.
 */
export class ResourceTree {
  readonly #root = new ResourceNode(undefined, '')

  get isEmpty(): boolean {
    return this.#root.users === 0
  }

  enter(claim: Claim, { path, isWrite }: ResourceEffect): Registration {
    return new Registration(claim, isWrite, this.#nodesTo(path))
  }

  #nodesTo(path: ResourcePath): readonly ResourceNode[] {
    const nodes = [this.#root]
    let node = this.#root
    for (const name of path) nodes.push((node = node.child(name)))
    return nodes
  }
}

/** One effect of a claim in a tree. */
export class Registration implements EnteredEffect {
  readonly #claim: Claim
  readonly #isWrite: boolean
  /** From the root to the resource. */
  readonly #nodes: readonly ResourceNode[]
  /** Its places among the holders, once it is held. */
  #places: readonly DenseSetPlace<Claim>[] | undefined

  constructor(claim: Claim, isWrite: boolean, nodes: readonly ResourceNode[]) {
    this.#claim = claim
    this.#isWrite = isWrite
    this.#nodes = nodes
    for (const node of nodes) node.users++
    this.#eachSet((set) => set.waits(claim, isWrite))
  }

  get isWrite(): boolean {
    return this.#isWrite
  }

  hold(): void {
    const places: DenseSetPlace<Claim>[] = []
    this.#eachSet((set) => {
      set.waitsNoMore(this.#claim, this.#isWrite)
      places.push(set.heldFor(this.#isWrite).enter(this.#claim))
    })
    this.#places = places
  }

  leave(): void {
    const places = this.#places
    let i = 0
    this.#eachSet((set) => {
      if (places === undefined) set.waitsNoMore(this.#claim, this.#isWrite)
      else set.heldFor(this.#isWrite).leave(places[i++] as DenseSetPlace<Claim>)
    })
    for (const node of this.#nodes) node.leave()
  }

  lastBefore(): Claim | undefined {
    let last: Claim | undefined
    this.#eachOpposing((set) => {
      last = laterOf(last, set.lastBefore(this.#claim, this.#isWrite))
      return false
    })
    return last
  }

  neighbourBefore(): Claim | undefined {
    return this.#nodes.at(-1)?.ifHere?.neighbourBefore(this.#claim, this.#isWrite)
  }

  holders(meet: (holder: Claim) => boolean): boolean {
    return this.#eachOpposing((set) => set.holders(this.#claim, this.#isWrite, meet))
  }

  #eachSet(act: (set: ClaimSet) => void): void {
    const last = this.#nodes.length - 1
    for (let i = 0; i < last; i++) act((this.#nodes[i] as ResourceNode).beneath)
    act((this.#nodes[last] as ResourceNode).here)
  }

  /** The sets of claims above its resource, at it, and beneath it. */
  #eachOpposing(act: (set: ClaimSet) => boolean): boolean {
    for (const { ifHere } of this.#nodes) if (ifHere !== undefined && act(ifHere)) return true
    const { ifBeneath } = this.#nodes.at(-1) as ResourceNode
    return ifBeneath !== undefined && act(ifBeneath)
  }
}

/** A resource. Most have few users, and not for long, so its parts are made when first needed. */
class ResourceNode {
  readonly #parent: ResourceNode | undefined
  readonly #name: string
  ifHere: ClaimSet | undefined
  ifBeneath: ClaimSet | undefined
  #children: Map<string, ResourceNode> | undefined
  /** Registrations that lead here or through here. */
  users = 0

  constructor(parent: ResourceNode | undefined, name: string) {
    this.#parent = parent
    this.#name = name
  }

  get here(): ClaimSet {
    return (this.ifHere ??= new ClaimSet())
  }

  get beneath(): ClaimSet {
    return (this.ifBeneath ??= new ClaimSet())
  }

  child(name: string): ResourceNode {
    this.#children ??= new Map()
    let child = this.#children.get(name)
    if (child === undefined) this.#children.set(name, (child = new ResourceNode(this, name)))
    return child
  }

  /** Ends one use. A resource without users is forgotten. */
  leave(): void {
    this.users--
    if (this.users === 0 && this.#parent !== undefined) this.#parent.#children?.delete(this.#name)
  }
}

/** The claims at one resource, or beneath it. */
class ClaimSet {
  #heldReads: DenseSet<Claim> | undefined
  #heldWrites: DenseSet<Claim> | undefined
  /** The waiting claims of one parent. Nearly always all claims have the same parent. */
  #first: Siblings | undefined
  #others: Map<Claimant | undefined, Siblings> | undefined

  heldFor(isWrite: boolean): DenseSet<Claim> {
    return isWrite ? (this.#heldWrites ??= new DenseSet()) : (this.#heldReads ??= new DenseSet())
  }

  waits(claim: Claim, isWrite: boolean): void {
    const { parent } = claim.owner
    let siblings = this.#siblings(parent)
    if (siblings === undefined) {
      siblings = new Siblings(parent)
      if (this.#first === undefined) this.#first = siblings
      else (this.#others ??= new Map()).set(parent, siblings)
    }
    siblings.inOrder(isWrite).add(claim)
  }

  waitsNoMore(claim: Claim, isWrite: boolean): void {
    const { parent } = claim.owner
    const siblings = this.#siblings(parent)
    if (siblings === undefined) return
    siblings.inOrder(isWrite).remove(claim)
    if (!siblings.isEmpty) return
    if (siblings === this.#first) this.#first = undefined
    else this.#others?.delete(parent)
  }

  lastBefore({ key, owner }: Claim, isWrite: boolean): Claim | undefined {
    const siblings = this.#siblings(owner.parent)
    if (siblings === undefined) return undefined
    return laterOf(siblings.writes?.lastBefore(key), isWrite ? siblings.reads?.lastBefore(key) : undefined)
  }

  neighbourBefore({ key, owner }: Claim, isWrite: boolean): Claim | undefined {
    return this.#siblings(owner.parent)?.inOrder(isWrite).lastBefore(key)
  }

  holders(claim: Claim, isWrite: boolean, meet: (holder: Claim) => boolean): boolean {
    const { owner } = claim
    const blocks = (holder: Claim): boolean => holder !== claim && !isMadeBy(owner, holder.owner) && meet(holder)
    if (this.#heldWrites?.some(blocks) === true) return true
    return isWrite && this.#heldReads?.some(blocks) === true
  }

  #siblings(parent: Claimant | undefined): Siblings | undefined {
    // `undefined`, for calls without a parent, is a key like any other.
    if (this.#first !== undefined && this.#first.parent === parent) return this.#first
    return this.#others?.get(parent)
  }
}

/** The claims of one parent that wait for one resource. */
class Siblings {
  readonly parent: Claimant | undefined
  reads: ClaimsInOrder | undefined
  writes: ClaimsInOrder | undefined

  constructor(parent: Claimant | undefined) {
    this.parent = parent
  }

  get isEmpty(): boolean {
    return this.reads?.isEmpty !== false && this.writes?.isEmpty !== false
  }

  inOrder(isWrite: boolean): ClaimsInOrder {
    return isWrite ? (this.writes ??= new ClaimsInOrder()) : (this.reads ??= new ClaimsInOrder())
  }
}
