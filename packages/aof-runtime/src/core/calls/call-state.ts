import type { Cut } from '../attempt/attempt-owner.ts'
import type { TimeLimit } from '../contract/time-limits.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { Prerequisites } from './prerequisites.ts'

/**
 * The state of a call between its place and its result. States without data are constants; every other state is a class in
 * the file that puts calls into it. A new reason to wait is such a class, with its name in `phase`.
 */
export interface CallState<Call> {
  readonly phase:
    | 'reserved'
    | 'reading'
    | 'checking'
    | 'ready'
    | 'preceded'
    | 'queued'
    | 'admitted'
    | 'awaiting_probe'
    | 'running'
    | 'backing_off'
    | 'withdrawn'
    | 'settled'
  /** Ends the wait, since the call is about to settle by `settle`; absent if there is nothing to end. */
  leave?(call: Call, settle: () => void): void
  /** Signals the running tool, whose end settles the call; only of the state `running`. */
  cut?(cut: Cut, limit: TimeLimit | undefined): void
  /** The call has its permits; only of the state `queued`. */
  admit?(call: Call, now: number | undefined): void
  /** A place in the queue is free; only of calls that wait outside of it. */
  enter?(call: Call): void
  /** The call's priority, or the path behind it, has changed; only of the state `queued`. */
  rankChanged?(call: Call): void
  /** The call's priority has risen: adds the prerequisites of the calls that rise with it. */
  raised?(call: Call, others: Prerequisites[]): void
  /** The running tool, since when it runs, and whether nested calls of it may still write; only of the state `running`. */
  readonly tool?: CompiledTool
  readonly startedAt?: number
  readonly nestedMayWrite?: boolean
}

/** The call has its place, and no arguments yet. */
export const RESERVED = { phase: 'reserved' } as const

/** Its arguments are being read and validated, at this moment. */
export const READING = { phase: 'reading' } as const

/** Its arguments are valid, and it has not asked for a permit. */
export const READY = { phase: 'ready' } as const

/** It waits no more, and is about to have its result. */
export const WITHDRAWN = { phase: 'withdrawn' } as const

/** It has its result, for good; the batch keeps it. */
export const SETTLED = { phase: 'settled' } as const
