import { testShare } from './shares.ts'
import { playDrawnWorld } from './simulate.ts'
import { SHARDS, WORLDS } from './sizes.ts'

/** Everything that can become of a call: status, execution and error code. */
const OUTCOMES: readonly string[] = [
  'aborted ended aborted',
  'aborted none aborted',
  'aborted unknown aborted',
  'failed ended content_failed',
  'failed ended invalid_output',
  'failed ended result_too_large',
  'failed ended tool_error',
  'failed ended unserializable_result',
  'failed none tool_error',
  'invalid none incomplete_call',
  'invalid none invalid_arguments',
  'invalid none malformed_call',
  'invalid none unknown_tool',
  'invalid none unparsable_arguments',
  'rejected none breaker_open',
  'rejected none budget_exceeded',
  'rejected none closed',
  'rejected none too_many_abandoned',
  'succeeded ended',
  'timed_out ended deadline',
  'timed_out ended idle_timeout',
  'timed_out ended timeout',
  'timed_out none deadline',
  'timed_out none timeout',
  'timed_out unknown deadline',
  'timed_out unknown idle_timeout',
  'timed_out unknown timeout',
]

/** The test of one share of the simulated worlds. */
export function testWorlds(shard: number): void {
  testShare(
    {
      title: 'S1: I1–I3, I5, I7–I9, I11–I14, I17, I20, I25, I27, I33, I34, I51 hold in the simulated worlds',
      play: playDrawnWorld,
      seeds: WORLDS,
      shards: SHARDS,
      happenings: OUTCOMES,
    },
    shard,
  )
}
