import { expect, test } from 'vitest'
import { type Play, simulate } from './simulate.ts'
import { FROM, PATIENCE_MS } from './sizes.ts'

/** A simulation from many seeds, divided among files that run side by side. */
export interface Shares {
  /** The claim and its subject: completes the test's title. */
  readonly title: string
  readonly play: Play
  /** How many seeds in all, and among how many files. */
  readonly seeds: number
  readonly shards: number
  /** Everything that can happen, sorted: all of it has to. */
  readonly happenings: readonly string[]
}

/** The test of one share. */
export function testShare({ title, play, seeds: all, shards, happenings }: Shares, shard: number): void {
  const seeds = Math.ceil(all / shards)
  const from = FROM + shard * seeds
  test(
    `${title} ${from} to ${from + seeds - 1}`,
    async () => {
      const happened = await simulate(play, seeds, from)
      // Not vacuous: whatever can happen has happened.
      const isSample = seeds < 1_000 || process.env['AOF_SEED'] !== undefined
      expect(isSample ? happenings : happened).toEqual(happenings)
    },
    PATIENCE_MS,
  )
}
