import { testShare } from '../shares.ts'
import { CROWD_SHARDS, CROWDS } from '../sizes.ts'
import { playCrowd } from './crowd.ts'

/** Everything that can happen where calls wait for one another. */
const HAPPENINGS: readonly string[] = [
  'abandoned',
  'aborted aborted',
  'accepted',
  'attempt_failed',
  'batch_closed',
  'batch_opened',
  'batch_settled',
  'ended_late',
  'failed tool_error',
  'hold_ended',
  'limit_changed',
  'parked executor',
  'parked key',
  'parked process',
  'parked queue',
  'parked rate',
  'parked retry',
  'parked tool',
  'rate_paused',
  'rejected queue_full',
  'rejected queue_timeout',
  'rejected too_deep',
  'rejected too_many_calls',
  'resumed',
  'settled',
  'started',
  'succeeded',
  'suspended',
  'timed_out timeout',
]

/** The test of one share of the simulated crowds. */
export function testCrowds(shard: number): void {
  testShare(
    {
      title: 'S1: I1, I2, I7, I11, I13, I14, I17, I25–I27, I33, I51 hold in the simulated crowds',
      play: playCrowd,
      seeds: CROWDS,
      shards: CROWD_SHARDS,
      happenings: HAPPENINGS,
    },
    shard,
  )
}
