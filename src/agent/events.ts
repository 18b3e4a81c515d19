import type { ToolEvent } from '../core/events.ts'
import type { AgentResult } from './result.ts'
import type { Usage } from './usage.ts'

/** A turn begins: the model is asked. */
export interface TurnStartedEvent {
  readonly type: 'turn_started'
  /** From 0; where an earlier run of the same name had turns, from the one after its last. */
  readonly turn: number
}

/** The model could not be asked, and will be asked again. */
export interface ModelFailedEvent {
  readonly type: 'model_failed'
  readonly turn: number
  /** Which attempt, from 1. */
  readonly attempt: number
  readonly message: string
  /** What was thrown, whole. */
  readonly thrown: unknown
  /** How long the run waits, in milliseconds. */
  readonly retryInMs: number
}

/** The model says something. */
export interface TextEvent {
  readonly type: 'text'
  readonly turn: number
  readonly delta: string
}

/** The model thinks aloud. */
export interface ReasoningEvent {
  readonly type: 'reasoning'
  readonly turn: number
  readonly delta: string
}

/** The model has begun a tool call; its arguments are on their way. */
export interface CallArrivingEvent {
  readonly type: 'call_arriving'
  readonly turn: number
  /** Place of the call in its turn, from 0; the same as in the events of the tool executor. */
  readonly index: number
  readonly id: string
  readonly name: string
}

/** The model's answer has arrived, whole or broken; its calls may still be running. */
export interface ModelFinishedEvent {
  readonly type: 'model_finished'
  readonly turn: number
  /** Why the model stopped, in the AI SDK's words; `error` where the stream broke. */
  readonly finishReason: string
}

/** What the turn cost, and the run so far. */
export interface UsageEvent {
  readonly type: 'usage'
  readonly turn: number
  readonly usage: Usage
  readonly total: Usage
}

/** A turn is over: its calls have their results. */
export interface TurnFinishedEvent {
  readonly type: 'turn_finished'
  readonly turn: number
  /** Tool calls of the turn that the runtime ran or refused. */
  readonly calls: number
}

/** The run is over. The last event. */
export interface DoneEvent {
  readonly type: 'done'
  readonly result: AgentResult
}

/** Events that this reader came too late for: they are no longer kept. */
export interface MissedEvent {
  readonly type: 'missed'
  readonly count: number
}

/** Everything that can be observed of a run: its own events, and those of the tool executor for its calls. A union on `type`. */
export type AgentEvent =
  | TurnStartedEvent
  | ModelFailedEvent
  | TextEvent
  | ReasoningEvent
  | CallArrivingEvent
  | ModelFinishedEvent
  | UsageEvent
  | TurnFinishedEvent
  | DoneEvent
  | MissedEvent
  | ToolEvent
