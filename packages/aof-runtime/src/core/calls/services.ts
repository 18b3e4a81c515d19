import type { Admission } from '../admission/admission.ts'
import type { BoundedQueue } from '../admission/bounded-queue.ts'
import type { Counters } from '../admission/counters.ts'
import type { DenseSet } from '../collections/dense-set.ts'
import type { Isolator } from '../contract/isolation.ts'
import type { NameTimeLimit } from '../contract/time-limits.ts'
import type { Clock } from '../host/clock.ts'
import type { Random } from '../host/random.ts'
import type { Timeouts } from '../host/timeouts.ts'
import type { Conflicts } from '../order/effects/conflicts.ts'
import type { OverlapWatch } from '../order/effects/overlap-watch.ts'
import type { ToolRegistry } from '../tool/tool-registry.ts'
import type { Redaction } from '../values/redaction.ts'
import type { StallWatch } from './stall-watch.ts'

/** The parts and settings of an executor that its calls use. Each class takes those that it names by {@link Services}. */
export interface ExecutorServices {
  readonly admission: Admission
  readonly clock: Clock
  readonly conflicts: Conflicts
  readonly counters: Counters
  /** The queue of its calls that wait for permits. */
  readonly queue: BoundedQueue
  readonly random: Random
  readonly redaction: Redaction
  readonly registry: ToolRegistry
  readonly timeouts: Timeouts
  /** Runs isolated tools; undefined if the platform cannot. */
  readonly isolator: Isolator | undefined
  readonly overlaps: OverlapWatch<object> | undefined
  readonly stalls: StallWatch | undefined
  /** The permits that abandoned tools retain. */
  readonly retained: DenseSet<{ end(): void }>
  readonly abandonedHoldMs: number
  readonly graceMs: number
  readonly maxArgumentsBytes: number
  readonly maxDepth: number
  readonly maxNestedCalls: number
  /** Whether a call that conflicts with a possibly still writing abandoned call starts after the hold, or is rejected. */
  readonly onUncertain: 'start' | 'reject'
  /** Whether calls that its tools make on any executor count as nested. */
  readonly trackNesting: boolean
  /** The default time limits of calls, in milliseconds. */
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
  readonly deadlineMs: number
  readonly nameTimeLimit?: NameTimeLimit
  /** Whether the executor, or a tool that it knows, has a deadline. */
  readonly hasDeadlines: () => boolean
  readonly isClosing: () => boolean
}

/** Some of the parts of an executor. */
export type Services<Name extends keyof ExecutorServices> = Pick<ExecutorServices, Name>
