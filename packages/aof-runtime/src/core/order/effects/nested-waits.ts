import { type Claim, type Claimant, isMadeBy } from './claim.ts'

/** The waiting claims of nested calls: a nested call must not wait for a call that waits for the nested call's parent (I26). */
export class NestedWaits {
  /** By each of their parents; made when first needed, since most calls are not nested. */
  #byParent: Map<Claimant, Set<Claim>> | undefined

  add(claim: Claim): void {
    for (let { parent } = claim.owner; parent !== undefined; { parent } = parent) {
      this.#byParent ??= new Map()
      const others = this.#byParent.get(parent)
      if (others === undefined) this.#byParent.set(parent, new Set([claim]))
      else others.add(claim)
    }
  }

  remove(claim: Claim): void {
    for (let { parent } = claim.owner; parent !== undefined; { parent } = parent) {
      const others = this.#byParent?.get(parent)
      if (others?.delete(claim) === true && others.size === 0) this.#byParent?.delete(parent)
    }
  }

  /**
   * A holder that `claim` would wait for forever, since calls nested in that holder's call wait for a parent of the claim's
   * call; undefined where there is none.
   */
  endOfCircle(claim: Claim): Claim | undefined {
    const seen = new Set<Claim>()
    const leadsBack = (holder: Claim): boolean => {
      if (seen.has(holder)) return false
      seen.add(holder)
      for (const nested of this.#byParent?.get(holder.owner) ?? []) {
        if (nested === claim) continue
        const found = someHolder(nested, (next) => isMadeBy(claim.owner, next.owner) || leadsBack(next))
        if (found !== undefined) return true
      }
      return false
    }
    return someHolder(claim, leadsBack)
  }
}

/** A claim that holds an effect which conflicts with `claim`, and passes the test. */
export function someHolder({ registrations }: Claim, test: (holder: Claim) => boolean): Claim | undefined {
  let found: Claim | undefined
  const meet = (holder: Claim): boolean => {
    if (!test(holder)) return false
    found = holder
    return true
  }
  for (const registration of registrations) if (registration.holders(meet)) return found
  return undefined
}
