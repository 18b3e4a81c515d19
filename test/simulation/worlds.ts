import { test } from 'vitest'
import { simulate } from './simulate.ts'
import { SHARDS, WORLDS } from './sizes.ts'

/** The test of one share of the simulated worlds. */
export function testWorlds(shard: number): void {
  const seeds = Math.ceil(WORLDS / SHARDS)
  const from = shard * seeds
  test(`S1: I1–I3, I5, I7–I9, I11–I14, I17, I20, I25, I34, I51 hold in the simulated worlds ${from} to ${from + seeds - 1}`, async () => {
    await simulate(seeds, from)
  }, 3_600_000)
}
