import type { ParkedEvent, ToolResult } from 'aof-runtime'
import type { AgentResult, Usage } from 'aof-runtime/agent'

/** What is known of a run, from its events alone. Moments are in milliseconds of one clock. */
export interface LiveState {
  /** In their order. */
  readonly turns: readonly LiveTurn[]
  /** Tokens of the run so far; undefined where nobody tells. */
  readonly usage?: Usage
  /** How the run ended. */
  readonly result?: AgentResult
}

/** One turn of the model. */
export interface LiveTurn {
  /** From 0. */
  readonly turn: number
  readonly startedAt: number
  readonly model: ModelState
  /** What the model has said so far. */
  readonly text: string
  /** What it has thought aloud so far. */
  readonly reasoning: string
  /** In call order. */
  readonly calls: readonly LiveCall[]
  /** When every call had its result. */
  readonly endedAt?: number
}

/** `asked`: it has not answered yet; `absent`: there is none, the calls were given. */
export type ModelState = 'absent' | 'asked' | 'thinking' | 'talking' | 'finished'

/** One call. */
export interface LiveCall {
  readonly index: number
  readonly id: string
  readonly name: string
  /** As the model wrote them, once they are complete. */
  readonly arguments?: string
  readonly acceptedAt: number
  readonly state: LiveCallState
}

/** Where a call is; `thrownAt` is the place in the source at which its tool threw. */
export type LiveCallState =
  | { readonly phase: 'arriving' }
  | ({ readonly phase: 'waiting' } & Pick<ParkedEvent, 'waitsFor' | 'behind'>)
  | { readonly phase: 'running'; readonly startedAt: number; readonly queuedMs: number; readonly progress?: string }
  | { readonly phase: 'suspended'; readonly startedAt: number; readonly queuedMs: number }
  | { readonly phase: 'settled'; readonly settledAt: number; readonly result: ToolResult; readonly thrownAt?: string }

/** Before the first event. */
export const NOTHING_YET: LiveState = { turns: [] }
