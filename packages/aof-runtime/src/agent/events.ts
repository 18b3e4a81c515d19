import type { ToolEvent } from '../core/contract/events.ts'
import type { AgentResult } from './result.ts'
import type { Usage } from './usage.ts'

/** A turn begins: the model is called. */
export interface TurnStartedEvent {
  readonly type: 'turn_started'
  /** From 0; if an earlier run of the same name had turns, from the one after its last. */
  readonly turn: number
}

/** The request to the model failed and will be repeated. */
export interface ModelFailedEvent {
  readonly type: 'model_failed'
  readonly turn: number
  /** Number of the attempt, from 1. */
  readonly attempt: number
  readonly message: string
  /** The thrown value. */
  readonly thrown: unknown
  /** The wait before the next attempt, in milliseconds. */
  readonly retryInMs: number
}

/** A piece of the model's text. */
export interface TextEvent {
  readonly type: 'text'
  readonly turn: number
  readonly delta: string
}

/** A piece of the model's reasoning. */
export interface ReasoningEvent {
  readonly type: 'reasoning'
  readonly turn: number
  readonly delta: string
}

/** The model has begun a tool call; its arguments are still arriving. */
export interface CallArrivingEvent {
  readonly type: 'call_arriving'
  readonly turn: number
  /** Place of the call in its turn, from 0; the same as in the events of the tool executor. */
  readonly index: number
  readonly id: string
  readonly name: string
}

/** The model's answer has arrived, complete or broken off; its calls may still be running. */
export interface ModelFinishedEvent {
  readonly type: 'model_finished'
  readonly turn: number
  /** The reason why the model stopped, in the AI SDK's words; `error` if the stream broke off. */
  readonly finishReason: string
}

/** The usage of the turn, and of the run so far. */
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
  /** Number of tool calls of the turn that the runtime ran or refused. */
  readonly calls: number
}

/** The run is over. The last event. */
export interface DoneEvent {
  readonly type: 'done'
  readonly result: AgentResult
}

/** Events that this reader missed, because they are no longer kept. */
export interface MissedEvent {
  readonly type: 'missed'
  readonly count: number
}

/** Everything observable of a run: its own events, and those of the tool executor for its calls. A union on `type`. */
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
