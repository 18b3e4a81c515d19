import { checkOptions, optionNames } from './option-names.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { checkCount, checkDuration, MisuseError } from './misuse.ts'

/** How many calls of an executor may wait, and what happens to those that are too many. */
export interface QueueOptions {
  /** How many wait at the most: at least 0, or 1 where others wait outside, or `Infinity`. @default 100 000 */
  readonly max?: number
  /**
   * What happens to a call that cannot start and finds the queue full: `reject`, it is rejected (`queue_full`); `wait`, it
   * waits outside, in the order of arrival and without rank, until there is a place.
   * @default 'reject'
   */
  readonly policy?: 'reject' | 'wait'
  /**
   * How long a call may wait before it is rejected (`queue_timeout`), in milliseconds: 1 to 2 147 483 647, or `Infinity`.
   * @default Infinity
   */
  readonly deadlineMs?: number
}

const QUEUE_OPTIONS = optionNames<QueueOptions>({ max: true, policy: true, deadlineMs: true })

/** As the executor has it. */
export type QueueBound = Required<QueueOptions>

/** Throws a MisuseError for a bound that is impossible. */
export function queueBound(options: QueueOptions = {}): QueueBound {
  checkOptions('queue', options, QUEUE_OPTIONS)
  const { max = 100_000, policy = 'reject', deadlineMs = Infinity } = options
  if (policy !== 'reject' && policy !== 'wait') throw new MisuseError('queue.policy', "'reject' or 'wait'", policy)
  // Who waits outside comes in through the queue.
  checkCount('queue.max', max, policy === 'wait' ? 1 : 0, undefined, true)
  checkDuration('queue.deadlineMs', deadlineMs, 1, MAX_DELAY_MS, true)
  return { max, policy, deadlineMs }
}
