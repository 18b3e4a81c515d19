import type { ToolError, ToolResult } from './result.ts'

/** What every event carries. */
export interface EventBase {
  /** When, in milliseconds of the executor's clock. */
  readonly at: number
  /** The run that the batch belongs to. */
  readonly run: string
  /** The turn within the run, from 0. */
  readonly turn: number
  /** Number of the batch within its executor, from 1. */
  readonly batch: number
}

/** What an event about one call carries. */
export interface CallEventBase extends EventBase {
  /** Place of the call in its batch, from 0. */
  readonly index: number
  readonly id: string
  readonly name: string
}

/** A batch takes calls now. `size` is known unless it is an open one. */
export interface BatchOpenedEvent extends EventBase {
  readonly type: 'batch_opened'
  readonly size?: number
  /** The call that makes its calls, if one does. */
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
  /** From opening to the last result, in milliseconds. */
  readonly wallMs: number
}

/** A call has its place, also one whose arguments are still on their way. It will have exactly one `settled` event. */
export interface AcceptedEvent extends CallEventBase {
  readonly type: 'accepted'
}

/** Where a call is to be found. */
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
   * What it waits for, the first of these that it lacks: `rate`, its tool may not start more often; `key`, `tool`,
   * `executor`, `process`, a permit of its key (`maxParallelPerKey`), its tool (`maxParallel`), its executor
   * (`maxParallelTools`) or the admission controller (`maxParallel`); `queue`, a place among those who wait (`queue.max`);
   * or `retry`, the time of its next attempt. Before all of these, `dependency`: calls that it depends on; and `conflict`:
   * a call that reads or writes what it writes, or writes what it reads. After all of them, `breaker`: the call that tries
   * whether the tool works again, while its circuit breaker is half open. There is another event when the call waits for
   * something else than before.
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
  /** The call that it waits for: of several that it depends on, or that are in conflict with it, one. */
  readonly behind?: CallPlace
}

/** A running call waits for calls that it made itself: it has given its permits back, and its timeouts stand still. */
export interface SuspendedEvent extends CallEventBase {
  readonly type: 'suspended'
}

/** A call that was suspended holds its permits again and goes on. */
export interface ResumedEvent extends CallEventBase {
  readonly type: 'resumed'
}

/** The rate of a call's tool is paused: whoever it protects has asked to be left alone (429, `Retry-After`). */
export interface RatePausedEvent extends CallEventBase {
  readonly type: 'rate_paused'
  /** Whose rate; absent where it is that of the whole tool. */
  readonly key?: string
  /** For how long, in milliseconds. */
  readonly forMs: number
}

/** A limit has another value now. */
export interface LimitChangedEvent {
  readonly type: 'limit_changed'
  readonly at: number
  readonly limit: 'maxParallelTools'
  readonly max: number
}

/** The tool is being run. */
export interface StartedEvent extends CallEventBase {
  readonly type: 'started'
  /** Which attempt, from 1. */
  readonly attempt: number
  /** From acceptance to here, in milliseconds. */
  readonly queuedMs: number
}

/** An attempt failed, and the call will be tried again. */
export interface AttemptFailedEvent extends CallEventBase {
  readonly type: 'attempt_failed'
  /** Which attempt, from 1. */
  readonly attempt: number
  readonly error: ToolError
  /** What the tool threw, whole. */
  readonly thrown?: unknown
  /** How long it waits, in milliseconds, until it asks for a permit again. */
  readonly retryInMs: number
}

/** The tool reported something through `ctx.progress`. */
export interface ProgressEvent extends CallEventBase {
  readonly type: 'progress'
  readonly value: unknown
}

/** The call has its result. */
export interface SettledEvent extends CallEventBase {
  readonly type: 'settled'
  readonly result: ToolResult
  /** What the tool threw, whole; the result's error carries only its message. */
  readonly thrown?: unknown
}

/** The tool did not end within the grace after its signal; we stopped waiting, it goes on. */
export interface AbandonedEvent extends CallEventBase {
  readonly type: 'abandoned'
  readonly reason: 'timeout' | 'idle' | 'deadline' | 'abort'
}

/** A tool that had been abandoned ended after all; what it returned or threw is in no result. */
export interface EndedLateEvent extends CallEventBase {
  readonly type: 'ended_late'
  /** Since it was abandoned, in milliseconds. */
  readonly lateMs: number
  readonly outcome: { readonly returned: unknown } | { readonly thrown: unknown }
}

/**
 * A tool that was abandoned has run on for so long (`abandonedHoldMs`) that what its tool and key allow counts without it
 * from now on: one more may run than they say.
 */
export interface HoldEndedEvent extends CallEventBase {
  readonly type: 'hold_ended'
}

/** The circuit breaker of a tool has changed; see `breaker` of a tool. */
export interface BreakerChangedEvent {
  readonly type: 'breaker_changed'
  readonly at: number
  /** The tool's name. */
  readonly tool: string
  readonly state: BreakerState
}

/**
 * The event loop stood still while tools ran in this thread: nothing could go on meanwhile, and no timeout could fire. A
 * tool that computes belongs into a thread, see `isolation` of a tool.
 */
export interface StalledEvent {
  readonly type: 'stalled'
  readonly at: number
  readonly stalledMs: number
  /** The calls whose tools ran meanwhile, the likeliest cause first; at most 10. */
  readonly calls: readonly CallPlace[]
}

/**
 * Two calls ran at once that name the same thing in their arguments, of tools that declare no effects, and not both
 * read-only: if they mean the same by it, one may undo what the other does. Told only with `reportOverlaps`; a guess.
 */
export interface OverlapSuspectedEvent {
  readonly type: 'overlap_suspected'
  readonly at: number
  /** What both name: a path, a URL, or an argument and its value. */
  readonly what: string
  /** The one that was running, and the one that started beside it. */
  readonly calls: readonly [CallPlace, CallPlace]
}

/** Files of large results were removed to make room: all of them together may take up `spill.maxTotalBytes`. */
export interface FilesRemovedEvent {
  readonly type: 'files_removed'
  readonly at: number
  /** The run that they were of; it was over. */
  readonly run: string
  /** How many. */
  readonly files: number
  /** How much they took up. */
  readonly bytes: number
}

/** A listener, or a logger, threw. It harmed nothing else. */
export interface ListenerFailedEvent {
  readonly type: 'listener_failed'
  readonly at: number
  /** The type of the event that it was called with. */
  readonly during: string
  readonly thrown: unknown
}

/** Everything that can be observed of an executor: a union on `type`. */
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

/** Gets every event, synchronously and in order. What it throws, or rejects with, is reported as `listener_failed`. */
export type ToolEventListener = (event: ToolEvent) => void

/**
 * The state of a tool's circuit breaker:
 *
 * - `closed`: calls run
 * - `open`: calls are rejected
 * - `half_open`: one call, the probe, runs; its end decides, and the others wait for it
 */
export type BreakerState = 'closed' | 'open' | 'half_open'
