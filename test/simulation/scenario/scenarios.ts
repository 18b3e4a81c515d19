import { expect, test } from 'vitest'
import { FROM, PATIENCE_MS, SCENARIO_SHARDS, SCENARIOS } from '../sizes.ts'
import { type Pair, pairsOf, tableOf } from './pairs.ts'
import { playScenarios, type Summary } from './simulate.ts'

/** How often two features meet at the least, in the ordinary number of scenarios of one file. */
const LEAST_MEETINGS = 3
const ORDINARY_SHARE = 5_000

/** Everything that can happen: types of events, reasons of waiting, and how calls end. */
const HAPPENINGS: readonly string[] = [
  'abandoned',
  'aborted aborted',
  'accepted',
  'attempt_failed',
  'batch_closed',
  'batch_opened',
  'batch_settled',
  'breaker_changed',
  'ended_late',
  'failed content_failed',
  'failed effects_failed',
  'failed invalid_output',
  'failed key_failed',
  'failed result_too_large',
  'failed spill_failed',
  'failed tool_error',
  'failed unserializable_result',
  'hold_ended',
  'invalid incomplete_call',
  'invalid invalid_arguments',
  'invalid invalid_dependency',
  'invalid malformed_call',
  'invalid unknown_tool',
  'invalid unparsable_arguments',
  'limit_changed',
  'listener_failed',
  'parked breaker',
  'parked conflict',
  'parked dependency',
  'parked executor',
  'parked key',
  'parked process',
  'parked queue',
  'parked rate',
  'parked retry',
  'parked tool',
  'progress',
  'rate_paused',
  'rejected breaker_open',
  'rejected budget_exceeded',
  'rejected closed',
  'rejected deadlock',
  'rejected queue_full',
  'rejected queue_timeout',
  'rejected too_deep',
  'rejected too_many_abandoned',
  'rejected too_many_calls',
  'rejected uncertain_effects',
  'resumed',
  'settled',
  'skipped dependency_failed',
  'started',
  'succeeded',
  'suspended',
  'timed_out deadline',
  'timed_out idle_timeout',
  'timed_out timeout',
]

/** The seed to be played alone, where one is. */
const ONLY = process.env['AOF_SIMULATION_SEED'] ?? process.env['AOF_SEED']

/** The test of one share of the scenarios. */
export function testScenarios(shard: number): void {
  const count = Math.ceil(SCENARIOS / SCENARIO_SHARDS)
  const from = FROM + shard * count
  const seeds = ONLY === undefined ? range(from, count) : [Number(ONLY)]
  test(
    `S1: I1–I3, I5–I9, I11–I14, I17, I20, I25–I27, I32–I34, I37, I47, I51 hold in the scenarios of seeds ${from} to ${from + count - 1}`,
    async () => {
      const summary = await playScenarios(seeds)
      if (process.env['AOF_SIMULATION_TABLE'] !== undefined) console.log(tableOf(summary))
      const isSample = ONLY !== undefined || count < ORDINARY_SHARE
      // Not vacuous: all that can happen has happened, and any two features have met.
      expect(isSample ? HAPPENINGS : [...summary.seen].toSorted()).toEqual(HAPPENINGS)
      expect(isSample ? [] : rarePairs(summary)).toEqual([])
    },
    PATIENCE_MS,
  )
}

/** Pairs of features that have met too seldom. */
function rarePairs(summary: Summary): Pair[] {
  const least = LEAST_MEETINGS * Math.floor(summary.seeds / ORDINARY_SHARE)
  return pairsOf(summary).filter(({ count }) => count < least)
}

function* range(from: number, count: number): Generator<number> {
  for (let seed = from; seed < from + count; seed++) yield seed
}
