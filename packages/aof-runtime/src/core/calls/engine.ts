import type { Admission } from '../admission/admission.ts'
import type { Counters } from '../admission/counters.ts'
import type { Limit } from '../admission/limit.ts'
import type { Attempt } from '../attempt/attempt.ts'
import type { CallRecord } from './call-record.ts'
import type { Clock } from '../host/clock.ts'
import type { Conflicts } from '../order/effects/conflicts.ts'
import type { OverlapWatch } from '../order/effects/overlap-watch.ts'
import type { EventHub } from './event-hub.ts'
import type { Hold } from './hold.ts'
import type { ResultLimits } from '../values/result-store.ts'
import type { Redaction } from '../values/redaction.ts'
import type { SpillStore } from '../values/spill.ts'
import type { SpilledFiles } from '../values/spilled-files.ts'
import type { Isolator } from '../contract/isolation.ts'
import type { AnyTool, NestedExecutor } from '../tool/tool.ts'
import type { Random } from '../host/random.ts'
import type { DenseSet } from '../collections/dense-set.ts'
import type { StallWatch } from './stall-watch.ts'
import type { NameTimeLimit } from '../contract/time-limits.ts'
import type { Timeouts } from '../host/timeouts.ts'
import type { ToolRegistry } from '../tool/tool-registry.ts'
import type { BoundedQueue } from '../admission/bounded-queue.ts'
import type { RunShare } from '../admission/run-share.ts'
import type { RunTurns } from './run-turns.ts'
import type { ToolDemands } from '../admission/tool-demands.ts'

/** What all batches of an executor share. */
export interface Engine {
  readonly clock: Clock
  readonly events: EventHub
  readonly admission: Admission
  readonly conflicts: Conflicts
  /** Whether who needs what an abandoned call may still write to is refused, once it counts no more; else it starts. */
  readonly refusesUncertain: boolean
  readonly controller: ControllerParts
  /** Its own, `maxParallelTools`. */
  readonly limit: Limit
  /** Its calls that wait for permits. */
  readonly room: BoundedQueue
  readonly census: Counters
  /** Whether calls that its tools make anywhere are known to be theirs. */
  readonly tracksNesting: boolean
  /** Abandoned tools that still hold permits. */
  readonly holds: DenseSet<Hold>
  /** Runs the calls that an attempt of a call makes. */
  readonly nest: (call: CallRecord, attempt: Attempt) => NestedExecutor
  readonly timeouts: Timeouts
  /** Undefined where nobody wants to know. */
  readonly stalls: StallWatch | undefined
  /** Undefined where nobody wants to know. */
  readonly overlaps: OverlapWatch<CallRecord> | undefined
  readonly limits: EngineLimits
  readonly random: Random
  /** What runs isolated tools; undefined where nothing can. */
  readonly isolator: Isolator | undefined
  readonly redaction: Redaction
  /** Where results go that are too large to be kept. */
  readonly spillStore: SpillStore | undefined
  readonly spilledFiles: SpilledFiles | undefined
  readonly registry: ToolRegistry
  /** Whether the executor or any tool that it knows has a deadline. */
  hasDeadlines: boolean
  /** Whether new calls are refused. */
  closing: boolean
}

/** The numbers that an executor's options set. */
export interface EngineLimits extends ResultLimits {
  readonly nameTimeLimit: NameTimeLimit | undefined
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
  readonly deadlineMs: number
  readonly graceMs: number
  readonly maxAbandoned: number
  readonly abandonedHoldMs: number
  readonly maxDepth: number
  readonly maxNestedCalls: number
  readonly maxArgumentsBytes: number
}

/** See {@link controllerParts}. */
export interface ControllerParts {
  readonly clock: Clock
  readonly admission: Admission
  readonly conflicts: Conflicts
  readonly process: Limit
  /** Of all its executors. */
  readonly census: Counters
  /** The place of a batch among all of them. */
  readonly nextBatch: () => number
  readonly toolDemands: (tool: AnyTool) => ToolDemands
  /** The share of a named run, until it is {@link leaveRun left} as often as it was joined. */
  readonly joinRun: (run: string, weight: number) => RunShare
  readonly leaveRun: (run: string) => void
  readonly turns: RunTurns
}
