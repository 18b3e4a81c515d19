import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Claim, type Claimant } from '../../../packages/aof-runtime/src/core/order/effects/claim.ts'
import { ClaimsInOrder } from '../../../packages/aof-runtime/src/core/order/effects/claims-in-order.ts'
import { compareKeys } from '../../../packages/aof-runtime/src/core/order/effects/order-key.ts'

const owner = {} as Claimant

function claimAt(place: number): Claim {
  return new Claim(owner, { acceptedAt: 0, batch: 0, place, depth: 0, index: place }, [])
}

describe('claims in order', () => {
  it('I52 a search finds the last claim before any key, after any insertions and removals, over many rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4_000 }), fc.boolean()), { minLength: 1_500, maxLength: 3_000 }),
        (steps) => {
          const claims = new ClaimsInOrder()
          const model = new Map<number, Claim>()
          for (const [place, adds] of steps) {
            const known = model.get(place)
            if (known !== undefined && !adds) {
              claims.remove(known)
              model.delete(place)
            } else if (known === undefined) {
              const claim = claimAt(place)
              claims.add(claim)
              model.set(place, claim)
            }
          }
          expect(claims.isEmpty).toBe(model.size === 0)
          const sorted = [...model.values()].sort((a, b) => compareKeys(a.key, b.key))
          for (let place = 0; place <= 4_001; place += 7) {
            const { key } = claimAt(place)
            const before = sorted.findLast((claim) => compareKeys(claim.key, key) < 0)
            expect(claims.lastBefore(key)).toBe(before)
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('claims that leave from the front, the back and the middle leave nothing behind', () => {
    const claims = new ClaimsInOrder()
    const all = Array.from({ length: 3_000 }, (_, place) => claimAt(place))
    for (const claim of all) claims.add(claim)
    const gone = [...all.slice(0, 1_000), ...all.slice(2_000).reverse(), ...all.slice(1_000, 2_000)]
    for (const claim of gone) {
      expect(claims.isEmpty).toBe(false)
      claims.remove(claim)
    }
    expect(claims.isEmpty).toBe(true)
    for (const claim of all.slice(0, 3)) claims.add(claim)
    expect(claims.lastBefore(claimAt(5_000).key)).toBe(all[2])
    for (const claim of all.slice(0, 3)) claims.remove(claim)
    expect(claims.isEmpty).toBe(true)
    claims.remove(claimAt(5))
    expect(claims.lastBefore(claimAt(5_000).key)).toBeUndefined()
  })
})
