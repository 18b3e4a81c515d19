import type { Permits } from './admission/permits.ts'
import type { Clock } from './clock.ts'
import type { CompiledTool } from './compiled-tool.ts'
import type { EventHub } from './event-hub.ts'
import type { Timeouts } from './timeouts.ts'

/** What all batches of an executor share. */
export interface Engine {
  readonly clock: Clock
  readonly events: EventHub
  readonly permits: Permits
  readonly timeouts: Timeouts
  readonly limits: EngineLimits
  readonly registry: ReadonlyMap<string, CompiledTool>
  /** Whether new calls are refused. */
  closing: boolean
  /** Tools that we stopped waiting for and that still run. */
  abandoned: number
}

/** The numbers that an executor's options set. */
export interface EngineLimits {
  readonly maxParallelTools: number
  readonly timeoutMs: number
  readonly graceMs: number
  readonly maxArgumentsBytes: number
  readonly maxResultBytes: number
}
