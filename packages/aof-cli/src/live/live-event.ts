import type { AgentEvent } from 'aof-runtime/agent/internal'

/** The arguments of a call are complete. The events of agents and executors do not carry them. */
export interface CallArgumentsEvent {
  readonly type: 'call_arguments'
  readonly turn: number
  /** Place of the call in its turn, from 0. */
  readonly index: number
  /** As the model wrote them. */
  readonly arguments: string
}

/** What the live picture is drawn from: the events of an agent or of a tool executor, and the arguments of their calls. */
export type LiveEvent = AgentEvent | CallArgumentsEvent
