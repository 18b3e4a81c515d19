import { testShare } from '../shares.ts'
import { ORDER_SHARDS, ORDERS } from '../sizes.ts'
import { playOrder } from './order.ts'

/** Everything that can happen where calls have effects and depend on one another. */
const HAPPENINGS: readonly string[] = [
  'abandoned',
  'aborted aborted',
  'accepted',
  'attempt_failed',
  'batch_closed',
  'batch_opened',
  'batch_settled',
  'ended_late',
  'failed effects_failed',
  'failed tool_error',
  'hold_ended',
  'invalid incomplete_call',
  'invalid invalid_dependency',
  'parked conflict',
  'parked dependency',
  'parked executor',
  'parked key',
  'parked process',
  'parked rate',
  'parked retry',
  'parked tool',
  'rejected deadlock',
  'rejected uncertain_effects',
  'resumed',
  'settled',
  'skipped dependency_failed',
  'started',
  'succeeded',
  'suspended',
  'timed_out timeout',
]

/** The test of one share of the simulated plays of order. */
export function testOrders(shard: number): void {
  testShare(
    {
      title: 'S1: I1, I2, I5, I6, I11, I13, I17, I25, I26, I32, I51, I52 hold in the plays of order',
      play: playOrder,
      seeds: ORDERS,
      shards: ORDER_SHARDS,
      happenings: HAPPENINGS,
    },
    shard,
  )
}
