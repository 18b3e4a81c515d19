import type { Admission } from './admission/admission.ts'
import type { Census } from './admission/census.ts'
import type { ControllerParts } from './admission/controller.ts'
import type { Limit } from './admission/limit.ts'
import type { Attempt } from './attempt.ts'
import type { CallRecord } from './call-record.ts'
import type { Clock } from './clock.ts'
import type { Conflicts } from './effects/conflicts.ts'
import type { OverlapWatch } from './effects/overlap-watch.ts'
import type { EventHub } from './event-hub.ts'
import type { Hold } from './hold.ts'
import type { KeepingLimits } from './keeping.ts'
import type { Redaction } from './redaction.ts'
import type { SpillStore } from './spill.ts'
import type { SpilledFiles } from './spilled-files.ts'
import type { Isolator } from './isolation.ts'
import type { NestedExecutor } from './nested-executor.ts'
import type { Random } from './random.ts'
import type { Roster } from './roster.ts'
import type { StallWatch } from './stall-watch.ts'
import type { NameTimeLimit } from './time-limits.ts'
import type { Timeouts } from './timeouts.ts'
import type { ToolRegistry } from './tool-registry.ts'
import type { WaitingRoom } from './waiting-room.ts'

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
  readonly room: WaitingRoom
  readonly census: Census
  /** Whether calls that its tools make anywhere are known to be theirs. */
  readonly tracksNesting: boolean
  /** Abandoned tools that still hold permits. */
  readonly holds: Roster<Hold>
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
export interface EngineLimits extends KeepingLimits {
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
