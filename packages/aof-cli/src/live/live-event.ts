import type { AgentEvent } from 'aof-runtime/internal/agent'

/** The arguments of a call are complete. The events of agents and executors do not carry them. */
export interface CallArgumentsEvent {
  readonly type: 'call_arguments'
  readonly turn: number
  /** Index of the call in its turn, from 0. */
  readonly index: number
  /** The text written by the model. */
  readonly arguments: string
}

/** An event for the live view: an event of an agent or a tool executor, or the arguments of a call. */
export type LiveEvent = AgentEvent | CallArgumentsEvent
