import { expect, test } from 'vitest'
import { simulate } from '../simulate.ts'
import { PATIENCE_MS, scaled } from '../sizes.ts'
import { playUnwatched } from './unwatched.ts'

const CROWDS = scaled(2_000)

test(
  `S1: a run is the same with and without a listener, in ${CROWDS} crowds`,
  async () => {
    const happened = await simulate(playUnwatched, CROWDS)
    expect(happened).toEqual(
      expect.arrayContaining(['aborted none', 'failed ended', 'succeeded ended', 'timed_out unknown']),
    )
  },
  PATIENCE_MS,
)
