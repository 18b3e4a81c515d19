import type { Permits } from './admission/permits.ts'
import type { Clock } from './clock.ts'
import type { CompiledTool } from './compiled-tool.ts'
import type { EventHub } from './event-hub.ts'
import type { KeepingLimits } from './keeping.ts'
import type { Redaction } from './redaction.ts'
import type { SpillStore } from './spill.ts'
import type { Isolator } from './isolation.ts'
import type { Random } from './random.ts'
import type { StallWatch } from './stall-watch.ts'
import type { Timeouts } from './timeouts.ts'

/** What all batches of an executor share. */
export interface Engine {
  readonly clock: Clock
  readonly events: EventHub
  readonly permits: Permits
  readonly timeouts: Timeouts
  /** Undefined where nobody wants to know. */
  readonly stalls: StallWatch | undefined
  readonly limits: EngineLimits
  readonly random: Random
  /** What runs isolated tools; undefined where nothing can. */
  readonly isolator: Isolator | undefined
  readonly redaction: Redaction
  /** Where results go that are too large to be kept. */
  readonly spillStore: SpillStore | undefined
  readonly registry: ReadonlyMap<string, CompiledTool>
  /** Whether the executor or any tool that it knows has a deadline. */
  hasDeadlines: boolean
  /** Whether new calls are refused. */
  closing: boolean
  /** Whether the calls that are left are being aborted. */
  aborting: boolean
  /** Tools that we stopped waiting for and that still run. */
  abandoned: number
}

/** The numbers that an executor's options set. */
export interface EngineLimits extends KeepingLimits {
  readonly maxParallelTools: number
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
  readonly deadlineMs: number
  readonly graceMs: number
  readonly maxAbandoned: number
  readonly maxArgumentsBytes: number
}
