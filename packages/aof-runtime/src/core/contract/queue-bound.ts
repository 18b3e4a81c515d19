import { checkOptions, namesOf } from './option-names.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { checkCount, checkDuration, checkOneOf } from './misuse.ts'

/** The bound of an executor's queue, and the policy for calls that find it full. */
export interface QueueOptions {
  /** The most waiting calls: at least 0, or 1 with the policy `wait`, or `Infinity`. @default 100 000 */
  readonly max?: number
  /**
   * The policy for a call that cannot start while the queue is full: with `reject` it is rejected (`queue_full`); with `wait`
   * it waits outside of the queue, in order of arrival and without rank, until there is a place.
   * @default 'reject'
   */
  readonly policy?: 'reject' | 'wait'
  /**
   * The longest wait of a call before it is rejected (`queue_timeout`), in milliseconds: 1 to 2 147 483 647, or `Infinity`.
   * @default Infinity
   */
  readonly deadlineMs?: number
}

const QUEUE_OPTIONS = namesOf<QueueOptions>()('max policy deadlineMs')

export type QueueBound = Required<QueueOptions>

/** The bound with defaults. Throws a {@link MisuseError} for an option that is out of its bounds. */
export function queueBound(options: QueueOptions = {}): QueueBound {
  checkOptions('queue', options, QUEUE_OPTIONS)
  const { max = 100_000, policy = 'reject', deadlineMs = Infinity } = options
  checkOneOf('queue.policy', policy, ['reject', 'wait'])
  // Calls that wait outside enter through the queue, so it must have a place.
  checkCount('queue.max', max, policy === 'wait' ? 1 : 0, undefined, true)
  checkDuration('queue.deadlineMs', deadlineMs, 1, MAX_DELAY_MS, true)
  return { max, policy, deadlineMs }
}
