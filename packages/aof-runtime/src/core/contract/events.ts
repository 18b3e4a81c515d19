import type { ToolError, ToolResult } from './result.ts'

/** Properties of every event of a batch. */
export interface EventBase {
  /** Time of the event, in milliseconds of the executor's clock. */
  readonly at: number
  /** The run that the batch belongs to. */
  readonly run: string
  /** The turn within the run, from 0. */
  readonly turn: number
  /** Number of the batch within its executor, from 1. */
  readonly batch: number
}

/** Properties of every event about one call. */
export interface CallEventBase extends EventBase {
  /** Place of the call in its batch, from 0. */
  readonly index: number
  readonly id: string
  readonly name: string
}

/** A batch takes calls now. `size` is known unless it is an open batch. */
export interface BatchOpenedEvent extends EventBase {
  readonly type: 'batch_opened'
  readonly size?: number
  /** The parent call, if the batch has nested calls. */
  readonly madeBy?: CallPlace
}

/** A batch takes no more calls. */
export interface BatchClosedEvent extends EventBase {
  readonly type: 'batch_closed'
  readonly size: number
}

/** Every call of a closed batch has its result. */
export interface BatchSettledEvent extends EventBase {
  readonly type: 'batch_settled'
  readonly size: number
  readonly succeeded: number
  readonly failed: number
  /** Time from opening to the last result, in milliseconds. */
  readonly wallMs: number
}

/** A call has its place; its arguments may still be on their way. Exactly one `settled` event will follow. */
export interface AcceptedEvent extends CallEventBase {
  readonly type: 'accepted'
}

/** The place of a call. */
export interface CallPlace {
  readonly run: string
  readonly turn: number
  readonly batch: number
  readonly index: number
  readonly id: string
  readonly name: string
}

/** A call waits. */
export interface ParkedEvent extends CallEventBase {
  readonly type: 'parked'
  /**
   * The reason, the first of these that applies: `dependency`, a call that it depends on; `conflict`, a call that reads or
   * writes what this one writes, or writes what this one reads; `rate`, its tool may not start more often; `key`, `tool`,
   * `executor`, `process`, a permit of its key (`maxParallelPerKey`), its tool (`maxParallel`), its executor
   * (`maxParallelTools`) or the admission controller (`maxParallel`); `queue`, a place in the queue (`queue.max`); `retry`,
   * the time of its next attempt; `breaker`, the probe of a half-open circuit breaker, the one call that tries whether
   * the tool works again. Another event follows when the reason changes.
   */
  readonly waitsFor:
    | 'dependency'
    | 'conflict'
    | 'breaker'
    | 'rate'
    | 'key'
    | 'tool'
    | 'executor'
    | 'process'
    | 'queue'
    | 'retry'
  /** The call that it waits for; one of them, if it depends on several or several are in conflict with it. */
  readonly behind?: CallPlace
}

/** A running call waits for its nested calls: it has given its permits back, and its timeouts stand still. */
export interface SuspendedEvent extends CallEventBase {
  readonly type: 'suspended'
}

/** A suspended call has its permits again and goes on. */
export interface ResumedEvent extends CallEventBase {
  readonly type: 'resumed'
}

/** The rate of a call's tool is paused, since the service behind it asked for fewer requests (429, `Retry-After`). */
export interface RatePausedEvent extends CallEventBase {
  readonly type: 'rate_paused'
  /** The key whose rate is paused; absent if it is the rate of the whole tool. */
  readonly key?: string
  /** Duration of the pause, in milliseconds. */
  readonly forMs: number
}

/** A limit has changed. */
export interface LimitChangedEvent {
  readonly type: 'limit_changed'
  readonly at: number
  readonly limit: 'maxParallelTools'
  readonly max: number
}

/** An attempt of a call has started. */
export interface StartedEvent extends CallEventBase {
  readonly type: 'started'
  /** Number of the attempt, from 1. */
  readonly attempt: number
  /** Time since acceptance, in milliseconds. */
  readonly queuedMs: number
}

/** An attempt failed, and the call will be retried. */
export interface AttemptFailedEvent extends CallEventBase {
  readonly type: 'attempt_failed'
  /** Number of the attempt, from 1. */
  readonly attempt: number
  readonly error: ToolError
  /** The value that the tool threw, unchanged. */
  readonly thrown?: unknown
  /** Time until the call asks for a permit again, in milliseconds. */
  readonly retryInMs: number
}

/** The tool reported progress through `ctx.progress`. */
export interface ProgressEvent extends CallEventBase {
  readonly type: 'progress'
  readonly value: unknown
}

/** The call has its result. */
export interface SettledEvent extends CallEventBase {
  readonly type: 'settled'
  readonly result: ToolResult
  /** The value that the tool threw, unchanged; the result's error has only its message. */
  readonly thrown?: unknown
}

/** The tool did not end within the grace period after its abort signal. The executor stopped waiting; the tool goes on. */
export interface AbandonedEvent extends CallEventBase {
  readonly type: 'abandoned'
  readonly reason: 'timeout' | 'idle' | 'deadline' | 'abort'
}

/** An abandoned tool has ended; its value or error is in no result. */
export interface EndedLateEvent extends CallEventBase {
  readonly type: 'ended_late'
  /** Time since it was abandoned, in milliseconds. */
  readonly lateMs: number
  readonly outcome: { readonly returned: unknown } | { readonly thrown: unknown }
}

/**
 * An abandoned tool still runs after `abandonedHoldMs`: from now on it does not count towards the limits of its tool and key,
 * so one call more than they allow may run.
 */
export interface HoldEndedEvent extends CallEventBase {
  readonly type: 'hold_ended'
}

/** The circuit breaker of a tool has changed its state; see `breaker` of a tool. */
export interface BreakerChangedEvent {
  readonly type: 'breaker_changed'
  readonly at: number
  /** The tool's name. */
  readonly tool: string
  readonly state: BreakerState
}

/**
 * The event loop was blocked while tools ran in this thread: no call could go on meanwhile, and no timeout could fire.
 * CPU-bound tools belong in a thread of their own, see `isolation` of a tool.
 */
export interface StalledEvent {
  readonly type: 'stalled'
  readonly at: number
  readonly stalledMs: number
  /** The calls whose tools ran meanwhile, the most likely cause first; at most 10. */
  readonly calls: readonly CallPlace[]
}

/**
 * Two calls ran at once that name the same thing in their arguments. Their tools declare no effects, and at least one is not
 * read-only, so one call may undo the work of the other. A guess; emitted only with `reportOverlaps`.
 */
export interface OverlapSuspectedEvent {
  readonly type: 'overlap_suspected'
  readonly at: number
  /** The thing that both name: a path, a URL, or an argument and its value. */
  readonly what: string
  /** The call that was running, and the call that started meanwhile. */
  readonly calls: readonly [CallPlace, CallPlace]
}

/** Files of large results were removed to make room: all files together may have at most `spill.maxTotalBytes`. */
export interface FilesRemovedEvent {
  readonly type: 'files_removed'
  readonly at: number
  /** The run of these files, which had ended. */
  readonly run: string
  /** Number of files. */
  readonly files: number
  /** Their size in bytes. */
  readonly bytes: number
}

/** A listener or a logger threw. Nothing else is affected. */
export interface ListenerFailedEvent {
  readonly type: 'listener_failed'
  readonly at: number
  /** The type of the event that it got. */
  readonly during: string
  readonly thrown: unknown
}

/** All events of an executor: a union on `type`. */
export type ToolEvent =
  | BatchOpenedEvent
  | BatchClosedEvent
  | BatchSettledEvent
  | AcceptedEvent
  | ParkedEvent
  | StartedEvent
  | ProgressEvent
  | AttemptFailedEvent
  | SettledEvent
  | AbandonedEvent
  | EndedLateEvent
  | HoldEndedEvent
  | SuspendedEvent
  | ResumedEvent
  | RatePausedEvent
  | LimitChangedEvent
  | BreakerChangedEvent
  | StalledEvent
  | OverlapSuspectedEvent
  | FilesRemovedEvent
  | ListenerFailedEvent

/** Gets every event, synchronously and in order. If it throws or rejects, the event `listener_failed` reports that. */
export type ToolEventListener = (event: ToolEvent) => void

/**
 * The state of a tool's circuit breaker:
 *
 * - `closed`: calls run
 * - `open`: calls are rejected
 * - `half_open`: one call, the probe, runs and the other calls wait; its result decides whether the breaker closes
 */
export type BreakerState = 'closed' | 'open' | 'half_open'
